using MailAdmin.Server.Diagnostics;

namespace MailAdmin.Server.Smtp;

/// <summary>
/// Tells whoever watches of each sender, recipient and content that a session refused, and counts them. Only the first of a session are told, so that a list of a thousand dead
/// addresses pushes nothing else out of sight; all are counted. A stranger's mistake is everyday; that of somebody who is logged in is a warning, as is what failed here.
/// </summary>
internal sealed class SmtpRefusals(SmtpSession session)
{
    /// <summary>Refusals told of one session.</summary>
    internal const int MostTold = 20;
    /// <summary>Characters of an address that are told.</summary>
    private const int MostShown = 320;

    private int _count;

    /// <summary>MAIL was refused.</summary>
    /// <param name="sender">What it named; null where that was no address.</param>
    /// <param name="reply">What the client was told.</param>
    public void Sender(string? sender, string reply) => Tell(sender is null ? "A sender" : $"Sender <{Shown(sender)}>", reply, null, isWarning: session.Mailbox is not null);

    /// <summary>RCPT was refused.</summary>
    /// <param name="recipient">What it named; null where that was no address.</param>
    /// <param name="reply">What the client was told.</param>
    /// <param name="cause">What it was not told.</param>
    public void Recipient(string? recipient, string reply, string? cause) => Tell(
        $"{(recipient is null ? "A recipient" : $"Recipient <{Shown(recipient)}>")} of mail from <{Shown(session.Transaction!.Sender.Mailbox)}>", reply, cause,
        isWarning: session.Mailbox is not null || cause is not null || reply.StartsWith('4'));

    /// <summary>A content was refused.</summary>
    public void Content(string sender, string reply) => Tell($"Message from <{Shown(sender)}>", reply, null, isWarning: true);

    private void Tell(string what, string reply, string? cause, bool isWarning)
    {
        var context = session.Context;
        context.Counters.Refused();
        if (++_count > MostTold + 1)
        {
            return;
        }

        context.Events.Publish(
            "Refused", isWarning ? MailEventSeverity.Warning : MailEventSeverity.Information,
            _count <= MostTold ? $"{what} refused: {reply}{(cause is null ? "" : $" ({cause})")}" : $"More than {MostTold} refusals in this session: no more of them are told, all are counted",
            new ServerEventDetails(session.Connection.Id, session.Role, session.Mailbox?.Address.ToString(), RemoteAddress: session.Connection.Remote.Address.ToString()));
    }

    private static string Shown(string address) => address.Length <= MostShown ? address : address[..MostShown] + "…";
}
