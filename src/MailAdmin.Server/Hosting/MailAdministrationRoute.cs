using MailAdmin.Administration;
using MailAdmin.Server.Administration;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// Chooses the route to what a caller means: a server in this process, a server in another process, or a store with no server running.
/// </summary>
public static class MailAdministrationRoute
{
    /// <summary>Where a store lies when nobody says: the user's data directory.</summary>
    public static string DefaultStorePath => StoreDirectory.Default;

    /// <summary>
    /// Resolves the route. Both null: the only server of this process, else the only one of another process of this user, else the default
    /// store. A name: that server, here or in another process. A path: the server that has that store open, else the store itself.
    /// </summary>
    /// <returns>Dispose it after use: that ends what was opened for it (a channel, a store) and never a server.</returns>
    /// <exception cref="Errors.MailAdminException"><c>ServerNotRunning</c>, <c>ServerNotUnique</c>, and the store's own.</exception>
    public static async Task<IMailAdministration> ResolveAsync(string? server, string? storePath, CancellationToken cancellationToken = default)
    {
        if (storePath is not null)
        {
            var wanted = StoreDirectory.Canonical(storePath);
            var host = MailServers.List().FirstOrDefault(h => StoreDirectory.Same(h.StorePath, wanted));
            return host?.OpenAdministration() ?? await OpenElsewhereAsync(wanted, cancellationToken);
        }

        if (server is not null)
        {
            return MailServers.Find(server)?.OpenAdministration() ?? throw ServerErrors.ServerNotRunning(server);
        }

        var here = MailServers.List();
        return here.Count switch
        {
            1 => here[0].OpenAdministration(),
            > 1 => throw ServerErrors.ServerNotUnique(here.Select(h => h.Name)),
            _ => await OpenElsewhereAsync(StoreDirectory.Default, cancellationToken),
        };
    }

    private static async Task<IMailAdministration> OpenElsewhereAsync(string storePath, CancellationToken cancellationToken) =>
        await MailAdministration.OpenStoreAsync(storePath, cancellationToken);
}
