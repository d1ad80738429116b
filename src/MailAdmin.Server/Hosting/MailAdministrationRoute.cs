using MailAdmin.Administration;
using MailAdmin.Server.Administration;
using MailAdmin.Server.Control;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// Chooses the route to what a caller means: a server in this process, a server in another process, or a store with no server running.
/// </summary>
public static class MailAdministrationRoute
{
    /// <summary>Where a store lies when nobody says: the user's data directory.</summary>
    public static string DefaultStorePath => StoreDirectory.Default;

    /// <summary>
    /// Resolves the route. Both null: the only server of this process, else the one of the default store, else the only lasting one of another process
    /// of this user, else the default store itself. A name: that server of this process, else the only one of that name in another. A path: the server that has
    /// that store open, else the store.
    /// </summary>
    /// <returns>Dispose it after use: that ends what was opened for it (a channel, a store) and never a server.</returns>
    /// <exception cref="Errors.MailAdminException"><c>ServerNotRunning</c>, <c>ServerNotUnique</c>, and the store's own.</exception>
    public static async Task<IMailAdministration> ResolveAsync(string? server, string? storePath, CancellationToken cancellationToken = default)
    {
        await MailServers.SettleAsync(cancellationToken);
        if (storePath is not null)
        {
            return await OpenAsync(StoreDirectory.Canonical(storePath), cancellationToken);
        }

        if (server is not null)
        {
            return MailServers.Find(server)?.OpenAdministration()
                ?? await FindElsewhereAsync(n => n.Name.Equals(server, StringComparison.OrdinalIgnoreCase), cancellationToken, server)
                ?? throw ServerErrors.ServerNotRunning(server);
        }

        var here = MailServers.List();
        if (here.Count > 0)
        {
            return here.Count == 1 ? here[0].OpenAdministration() : throw ServerErrors.ServerNotUnique([.. here.Select(h => (h.Name, Environment.ProcessId, h.StorePath))]);
        }

        if (await ControlClient.ConnectAsync(StoreDirectory.Default, cancellationToken) is { } standard)
        {
            return standard;
        }

        // Somebody's test run with an ephemeral server is never meant by accident.
        return await FindElsewhereAsync(n => !n.IsEphemeral, cancellationToken)
            ?? (Directory.Exists(StoreDirectory.Default) ? await OpenAsync(StoreDirectory.Default, cancellationToken) : throw ServerErrors.ServerNotRunning(null));
    }

    /// <summary>The server of this process that has this store open.</summary>
    /// <returns>Null where there is none.</returns>
    public static async Task<IMailAdministration?> FindHereAsync(string storePath, CancellationToken cancellationToken = default)
    {
        await MailServers.SettleAsync(cancellationToken);
        return Here(storePath);
    }

    /// <summary>The server of another process that has this store open, and never the store itself.</summary>
    /// <returns>Null where none answers.</returns>
    public static async Task<IMailAdministration?> ConnectAsync(string storePath, CancellationToken cancellationToken = default) =>
        await ControlClient.ConnectAsync(StoreDirectory.Canonical(storePath), cancellationToken);

    /// <summary>Servers of this user in other processes, those that answer.</summary>
    public static async Task<IReadOnlyList<MailServerInfo>> ListElsewhereAsync(CancellationToken cancellationToken = default)
    {
        var servers = new List<MailServerInfo>();
        foreach (var note in RunDirectory.Others())
        {
            try
            {
                await using var client = await ControlClient.ConnectAsync(note.StorePath, cancellationToken);
                if (client is not null)
                {
                    servers.Add(await client.GetServerAsync(cancellationToken));
                }
            }
            catch (Errors.MailAdminException)
            {
                // Ended just now, or not ours to ask.
            }
        }

        return servers;
    }

    private static IMailAdministration? Here(string storePath) => MailServers.List().FirstOrDefault(h => StoreDirectory.Same(h.StorePath, storePath))?.OpenAdministration();

    private static async Task<IMailAdministration> OpenAsync(string storePath, CancellationToken cancellationToken) =>
        Here(storePath)
        ?? await ControlClient.ConnectAsync(storePath, cancellationToken)
        ?? (IMailAdministration)await MailAdministration.OpenStoreAsync(storePath, cancellationToken);

    private static async Task<IMailAdministration?> FindElsewhereAsync(Func<ServerNote, bool> wanted, CancellationToken cancellationToken, string? name = null)
    {
        var found = new List<(ServerNote Note, ControlClient Client)>();
        try
        {
            foreach (var note in RunDirectory.Others().Where(wanted))
            {
                if (await ControlClient.ConnectAsync(note.StorePath, cancellationToken) is { } client)
                {
                    found.Add((note, client));
                }
            }

            if (found.Count > 1)
            {
                throw ServerErrors.ServerNotUnique([.. found.Select(f => (f.Note.Name, f.Note.ProcessId, f.Note.StorePath))], name);
            }

            return found.Count == 1 ? found[0].Client : null;
        }
        catch
        {
            // Whatever it was, the caller hears of it; the connections must not stay.
            foreach (var (_, client) in found)
            {
                await client.DisposeAsync();
            }

            throw;
        }
    }
}
