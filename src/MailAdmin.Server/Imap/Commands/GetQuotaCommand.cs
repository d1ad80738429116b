using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>GETQUOTA and GETQUOTAROOT: one root, "", with STORAGE; where the mailbox has no quota there is no root. RFC 9208.</summary>
internal sealed class GetQuotaCommand(bool root)
    : ImapCommand(root ? "GETQUOTAROOT" : "GETQUOTA", ImapStates.LoggedIn, ImapSync.Full, "QUOTA")
{
    private const long UnitOctets = 1024;

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        string name;
        args.Space();
        if (root)
        {
            args.Mailbox(out name);
        }
        else
        {
            args.AString(out name);
        }

        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        var mailbox = await session.Store.Accounts.GetMailboxAsync(session.Mailbox!.Id);
        var limit = mailbox?.QuotaBytes;
        if (root)
        {
            // RFC 9208 §4.1.2: the mailbox need not be there yet.
            if (!FolderName.TryNormalize(name, out name))
            {
                return ImapResult.No("Mailbox name is not allowed", "CANNOT");
            }

            TellRoot(session, name, limit is not null);
        }
        else if (name.Length > 0 || limit is null)
        {
            return ImapResult.No("No such quota root", "NONEXISTENT");
        }

        if (limit is not null)
        {
            session.Untagged($"QUOTA \"\" (STORAGE {(mailbox!.UsedBytes + UnitOctets - 1) / UnitOctets} {limit / UnitOctets})");
        }

        return ImapResult.Done;
    }

    private static void TellRoot(ImapSession session, string name, bool hasRoot)
    {
        var encoder = session.Encode();
        encoder.Raw("* QUOTAROOT "u8);
        encoder.Mailbox(name, session.Utf8);
        encoder.Raw(hasRoot ? " \"\"\r\n"u8 : "\r\n"u8);
        encoder.Commit();
    }
}
