using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>APPEND and MULTIAPPEND: messages stream to the store, all are kept or none. RFC 9051 §6.3.12, RFC 3502, RFC 7889, RFC 6855 §4.</summary>
/// <remarks>
/// A command is refused before the message that is too much for a limit or the quota is sent. While others follow, a message waits as a closed file, but
/// for the first <see cref="OctetsInMemory"/>: however many they are, a session holds one open.
/// </remarks>
internal sealed class AppendCommand() : ImapCommand("APPEND", ImapStates.LoggedIn, ImapSync.Full)
{
    private const int OctetsInMemory = 1024 * 1024;

    /// <summary>What the buffer of a message may hold beside it.</summary>
    private const int OctetsBeside = 8 * 1024;

    private readonly record struct Head(ImapFlagList Flags, DateTimeOffset? Date, bool IsUtf8);

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name).Space();
        var head = ReadHead(session, args);
        if (args.Failed || session.PendingMessage is null)
        {
            return ImapResult.Bad(args.Error ?? "Message literal expected");
        }

        if (await session.FindFolderAsync(name) is not { } folder)
        {
            return ImapResult.No("No such mailbox", FolderName.TryNormalize(name, out _) ? "TRYCREATE" : "CANNOT");
        }

        var items = new List<AppendItem>(1);
        try
        {
            if (await ReadMessagesAsync(session, head, items) is { } refusal)
            {
                return refusal;
            }

            var result = await session.Store.Messages.AppendAsync(folder.Id, items);
            session.Context.Counters[MailProtocol.Imap].Message(items.Count);
            if (!session.Context.Offers("UIDPLUS"))
            {
                return ImapResult.Done;
            }

            return ImapResult.Ok(result.FirstUid == result.LastUid
                ? $"APPENDUID {result.UidValidity} {result.FirstUid}"
                : $"APPENDUID {result.UidValidity} {result.FirstUid}:{result.LastUid}");
        }
        finally
        {
            foreach (var item in items)
            {
                await item.Content.DisposeAsync();
            }
        }
    }

    /// <summary>Reads message after message; null where all came, else the refusal.</summary>
    private static async ValueTask<ImapResult?> ReadMessagesAsync(ImapSession session, Head head, List<AppendItem> items)
    {
        for (long octets = 0; ;)
        {
            var literal = session.PendingMessage!.Value;
            if (Refuse(session, head, literal, items.Count) is { } refusal)
            {
                return refusal;
            }

            if (items.Count > 0)
            {
                await items[^1].Content.SetAsideAsync(fromMemory: octets + (items.Count * OctetsBeside) > OctetsInMemory);
            }

            octets += literal.Length;
            if (items.Count > 0 && octets > session.Connection.Limits.AppendOctets)
            {
                return ImapResult.No("Too many octets in one command", "LIMIT");
            }

            if (await IsOverQuotaAsync(session, literal, octets))
            {
                return ImapResult.No("Quota exceeded", "OVERQUOTA");
            }

            var content = session.Store.Messages.CreateIncoming();
            items.Add(new AppendItem(content, head.Flags.System.ToMessageFlags(), head.Flags.Keywords, head.Date));
            if (!await session.ReceiveMessageAsync(content))
            {
                return ImapResult.Answered;
            }

            if (await session.ReadLineAsync(session.Connection.Limits.ImapCommandLine, inContent: true) is not { } line)
            {
                return ImapResult.Answered;
            }

            session.AnnounceMessage(line);
            var rest = new ImapDecoder();
            rest.Reset(line);
            if (head.IsUtf8)
            {
                rest.Expect((byte)')');
            }

            if (rest.AtEnd && !rest.Failed)
            {
                return null;
            }

            rest.Space();
            head = ReadHead(session, rest);
            if (rest.Failed || session.PendingMessage is null || !session.Context.Offers("MULTIAPPEND"))
            {
                return ImapResult.Bad(rest.Error ?? "Message literal expected");
            }
        }
    }

    /// <summary>The store looks at each commit; here the client is spared sending in vain. What comes unasked and fits in memory is left to the store.</summary>
    private static async ValueTask<bool> IsOverQuotaAsync(ImapSession session, ImapLiteral literal, long octets)
    {
        if (!literal.IsSynchronizing && octets <= IncomingMessage.InMemoryLimit)
        {
            return false;
        }

        var mailbox = await session.Store.Accounts.GetMailboxAsync(session.Mailbox!.Id);
        return mailbox is { QuotaBytes: { } quota } && mailbox.UsedBytes + octets > quota;
    }

    private static ImapResult? Refuse(ImapSession session, Head head, ImapLiteral literal, int count)
    {
        var limits = session.Connection.Limits;
        if (literal.Length > limits.MessageSize)
        {
            return ImapResult.No("Message is too large", "TOOBIG");
        }

        if (!literal.IsSynchronizing && literal.Length > session.MaxUnaskedLiteral)
        {
            return ImapResult.Bad("Literals above 4096 octets must wait to be asked for", "TOOBIG");
        }

        if (literal.Length == 0)
        {
            // RFC 3502 §6.3.11: an empty literal calls the whole command off.
            return ImapResult.No("A message cannot be empty");
        }

        if (head.IsUtf8 && !session.Utf8Accept)
        {
            return ImapResult.Bad("UTF8=ACCEPT is not enabled");
        }

        return count >= limits.AppendMessages ? ImapResult.No("Too many messages in one command", "LIMIT") : null;
    }

    /// <summary>Reads <c>[(flags) ][date ]{n}</c> or <c>… UTF8 (~{n}</c>; the announcement itself was read by the framer.</summary>
    private static Head ReadHead(ImapSession session, ImapDecoder args)
    {
        var flags = ImapFlagList.Empty;
        DateTimeOffset? date = null;
        if (args.Peek() == '(')
        {
            args.FlagList(out flags).Space();
        }

        if (args.Peek() == '"')
        {
            args.DateTime(out var value).Space();
            date = value;
        }

        var utf8 = args.TakeWord("UTF8"u8);
        if (utf8)
        {
            args.Space().Open();
        }

        if (args.Peek() is not ('{' or '~') && !args.Failed)
        {
            args.Fail(session.PendingMessage is null ? "Message literal expected" : "Unexpected characters before the message");
        }

        return new Head(flags, date, utf8);
    }
}
