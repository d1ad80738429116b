using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Store;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// Mailboxes that a server is to have from its first connection on: while it starts they are seen to before its endpoints open, so that no mail for them is
/// refused and no login meets a verifier that is being replaced.
/// </summary>
public static class FirstMailboxes
{
    /// <summary>
    /// Makes a mailbox with this password, or gives the password to the one that is there. One that has it already is left as it is: a service that is started again
    /// changes nothing, and its salt stays what SCRAM clients have cached (RFC 5802 §5.1).
    /// </summary>
    /// <exception cref="MailAdminException"><c>PasswordNotUsable</c>, <c>AddressInUse</c> (an alias has it), and what a new mailbox can meet.</exception>
    public static async Task EnsureAsync(MailServerHost host, string address, string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(password);
        var accounts = host.Store.Accounts;
        var known = MailboxAddress.TryParse(address, out var parsed) ? await accounts.FindMailboxAsync(parsed, cancellationToken) : null;
        if (known is null)
        {
            await using var administration = host.OpenAdministration();
            await administration.NewMailboxAsync(new NewMailboxRequest(address, ScramVerifier.Create(password)), cancellationToken);
        }
        else if (!known.Verifier.Verify(password))
        {
            await accounts.UpdateMailboxAsync(known.Id, new MailboxUpdate { Verifier = ScramVerifier.Create(password) }, cancellationToken);
        }
    }
}
