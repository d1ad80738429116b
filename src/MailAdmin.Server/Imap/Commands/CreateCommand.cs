using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>CREATE, with a special use. RFC 9051 §6.3.4, RFC 6154 §3.</summary>
internal sealed class CreateCommand() : ImapCommand("CREATE", ImapStates.LoggedIn, ImapSync.Full)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name);
        var use = SpecialUse.None;
        if (args.Take((byte)' '))
        {
            use = ReadUse(session, args);
        }

        if (args.End().Failed)
        {
            return args.Error == UnknownUse ? ImapResult.No(UnknownUse, "USEATTR") : ImapResult.Bad(args.Error);
        }

        // RFC 9051 §6.3.4: a trailing separator only says that names will follow below.
        if (name.Length > 1 && name[^1] == FolderName.Separator)
        {
            name = name[..^1];
        }

        if (!FolderName.TryNormalize(name, out var normalized))
        {
            return ImapResult.No("Mailbox name is not allowed", "CANNOT");
        }

        var folder = await session.Store.Folders.CreateAsync(session.Mailbox!.Id, normalized, use);
        return ImapResult.Ok(session.Context.Offers("OBJECTID") ? $"MAILBOXID ({folder.Id})" : null);
    }

    private const string UnknownUse = "Special use is not supported";

    private static SpecialUse ReadUse(ImapSession session, ImapDecoder args)
    {
        var use = SpecialUse.None;
        args.Open();
        if (!args.TakeWord("USE"u8) || !session.Context.Offers("CREATE-SPECIAL-USE"))
        {
            args.Fail("Unknown parameter");
        }

        args.Space().Open();
        while (!args.Failed && !args.TryClose())
        {
            args.Take((byte)' ');
            args.Expect((byte)'\\').Atom(out string name);
            // One use for a mailbox; RFC 6154 §3 leaves it to the server.
            if (!args.Failed && (use != SpecialUse.None || (use = UseOf(name)) == SpecialUse.None))
            {
                args.Fail(UnknownUse);
            }
        }

        args.Close();
        return use;
    }

    /// <summary>By its whole name: Enum.TryParse would take numbers and lists as well.</summary>
    private static SpecialUse UseOf(string name) =>
        Enum.GetValues<SpecialUse>().FirstOrDefault(u => u.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
}
