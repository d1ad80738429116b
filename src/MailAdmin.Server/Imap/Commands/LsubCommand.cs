using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>LSUB, of IMAP4rev1. RFC 3501 §6.3.9.</summary>
internal sealed class LsubCommand() : ImapCommand("LSUB", ImapStates.LoggedIn, ImapSync.Full)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var reference).Space().ListMailbox(out var pattern);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (pattern.Length == 0)
        {
            session.Untagged("LSUB (\\Noselect) \"/\" \"\"");
            return ImapResult.Done;
        }

        var listing = await FolderListing.LoadAsync(session);
        listing.AddSubscribed();
        var matcher = new ListPattern(FolderName.NormalizePattern(reference + pattern), FolderName.Separator);
        var levels = pattern.EndsWith('%');
        foreach (var (name, _) in listing.Names)
        {
            var subscribed = listing.Subscribed.Contains(name);
            // A level above subscribed names is shown as \Noselect where % hides those.
            if ((subscribed || levels && listing.HasSubscribedBelow(name)) && matcher.Matches(name))
            {
                var encoder = session.Encode();
                encoder.Raw(subscribed ? "* LSUB () \"/\" "u8 : "* LSUB (\\Noselect) \"/\" "u8);
                encoder.Mailbox(name, session.Utf8);
                encoder.Crlf();
                encoder.Commit();
                await session.FlushIfFullAsync();
            }
        }

        return ImapResult.Done;
    }
}
