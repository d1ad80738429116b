using System.Collections.Frozen;
using System.Text;
using MailAdmin.Protocol.Imap;
using MailAdmin.Server.Imap.Commands;

namespace MailAdmin.Server.Imap;

/// <summary>All verbs. Each says itself in which states it is allowed.</summary>
internal static partial class ImapCommandTable
{
    private const int LongestName = 20;

    private static readonly FrozenDictionary<string, ImapCommand> ByName =
        new ImapCommand[]
        {
            // any state
            new CapabilityCommand(), new NoopCommand(), new LogoutCommand(), new IdCommand(),
            // not authenticated
            new StartTlsCommand(), new AuthenticateCommand(), new LoginCommand(),
            // authenticated
            new EnableCommand(), new SelectCommand(readOnly: false), new SelectCommand(readOnly: true),
            new ListCommand(), new LsubCommand(), new NamespaceCommand(), new StatusCommand(), new IdleCommand(),
            new CreateCommand(), new DeleteCommand(), new RenameCommand(), new SubscribeCommand(subscribe: true), new SubscribeCommand(subscribe: false),
            new AppendCommand(), new GetQuotaCommand(root: false), new GetQuotaCommand(root: true), new CompressCommand(),
            // selected
            new CheckCommand(), new CloseCommand(), new UnselectCommand(), new ExpungeCommand(uid: false), new ExpungeCommand(uid: true),
            new StoreCommand(uid: false), new StoreCommand(uid: true),
            new CopyCommand(move: false, uid: false), new CopyCommand(move: false, uid: true),
            new CopyCommand(move: true, uid: false), new CopyCommand(move: true, uid: true),
        }.Concat(ImapContentTable.Commands).ToFrozenDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, ImapCommand>.AlternateLookup<ReadOnlySpan<char>> Lookup = ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Every verb, for tests and documentation.</summary>
    public static IEnumerable<ImapCommand> All => ByName.Values;

    /// <summary>Reads the verb; null where it is unknown.</summary>
    public static ImapCommand? Take(ImapDecoder args)
    {
        Span<char> name = stackalloc char[LongestName];
        args.Word(out var word);
        var length = 0;
        if (Ascii.EqualsIgnoreCase(word, "UID"u8))
        {
            args.Space().Word(out word);
            "UID ".CopyTo(name);
            length = 4;
        }

        if (args.Failed || word.Length + length > name.Length)
        {
            return null;
        }

        length += Encoding.ASCII.GetChars(word, name[length..]);
        return Lookup.TryGetValue(name[..length], out var command) ? command : null;
    }
}
