using System.Reflection;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

/// <summary>
/// Administration of a store, with a server running on it in this process or with none. The control channel serves the same one to other processes.
/// </summary>
internal sealed partial class MailAdministration(IMailStore store, MailServerHost? host, string? opened = null) : IMailAdministration
{
    private bool _disposed;

    /// <summary>Version of MailAdmin.</summary>
    public static string Version { get; } = typeof(MailAdministration).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version is { } version
        ? System.Version.Parse(version).ToString(3)
        : "0";

    /// <summary>Opens a store with no server on it, shared with other callers of this process; disposing the last closes it.</summary>
    /// <exception cref="Errors.MailAdminException"><c>StoreInUse</c> and the store's others.</exception>
    public static async Task<MailAdministration> OpenStoreAsync(string path, CancellationToken cancellationToken)
    {
        StoreDirectory.CreatePrivate(path);
        return new MailAdministration(await OpenStores.AcquireAsync(path, cancellationToken), null, path);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A server's store is the server's.
        if (opened is not null && !Interlocked.Exchange(ref _disposed, true))
        {
            await OpenStores.ReleaseAsync(opened);
        }
    }

    // One that has stopped has closed its store: whoever still holds this is told so, and not what failed inside.
    private MailServerHost Host => host is { State: not MailServerState.Stopped } ? host : throw ServerErrors.ServerNotRunning(host?.Name);

    private async ValueTask<MailboxRecord> MailboxAsync(string identity, CancellationToken cancellationToken) =>
        await FindMailboxAsync(identity, cancellationToken) ?? throw AdministrationErrors.MailboxNotFound(identity);

    private ValueTask<MailboxRecord?> FindMailboxAsync(string identity, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(identity, out var id))
        {
            return store.Accounts.GetMailboxAsync(new MailboxId(id), cancellationToken);
        }

        return MailboxAddress.TryParse(identity, out var address) ? store.Accounts.FindMailboxAsync(address, cancellationToken) : new((MailboxRecord?)null);
    }

    private async ValueTask<(MailboxRecord Mailbox, FolderRecord Folder)> FolderAsync(string mailbox, string folder, CancellationToken cancellationToken)
    {
        var owner = await MailboxAsync(mailbox, cancellationToken);
        var found = FolderName.TryNormalize(folder, out var name) ? await store.Folders.FindAsync(owner.Id, name, cancellationToken) : null;
        return (owner, found ?? throw AdministrationErrors.FolderNotFound(owner.Address.ToString(), folder));
    }

    private static MailboxAddress Address(string text) =>
        MailboxAddress.TryParse(text, out var address, out var reason) ? address : throw AdministrationErrors.InvalidAddress(text, reason);

    private static string Domain(string text) =>
        MailboxAddress.TryCanonicalDomain(text, out var domain) ? domain : throw AdministrationErrors.InvalidDomain(text);
}
