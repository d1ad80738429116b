using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using MailAdmin.Client.Connecting;
using MailAdmin.Client.Messages;
using MailAdmin.Client.Transcripts;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Search;
using MimeKit;

namespace MailAdmin.Client.Receiving;

/// <summary>Fetches messages by IMAP or POP3 from any server; the engine of <c>Receive-Mail</c>.</summary>
public sealed class MailReceiver
{
    /// <summary>What our own POP3 server says to RETR and TOP of such a message; other servers have words of theirs, which cannot be told from a refusal.</summary>
    private const string DeletedMeanwhile = "[SYS/PERM] That message was deleted by another session";

    private readonly TimeProvider _time;

    /// <summary>Makes a receiver.</summary>
    /// <param name="time">Clock; null for the system's.</param>
    public MailReceiver(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>Fetches what the request selects, oldest first.</summary>
    /// <param name="request">Which messages, and from where.</param>
    /// <param name="onTranscript">Hears each line of the conversation as it comes, without secrets and content.</param>
    /// <param name="onLeftOut">Hears of each message that the server does not give out, or that is none, <c>MessageNotReadable</c>; the others come all the same, and it is not removed.</param>
    /// <param name="cancellationToken">Ends it. A POP3 removal takes effect only when the enumeration was run to its end.</param>
    /// <exception cref="MailAdminException">Says what failed.</exception>
    public async IAsyncEnumerable<ReceivedMail> ReceiveAsync(
        MailReceiveRequest request, Action<TranscriptLine>? onTranscript, Action<MailAdminException>? onLeftOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Protocol is not (MailProtocol.Imap or MailProtocol.Pop3))
        {
            throw new MailAdminException("ProtocolNotForReading", MailErrorCategory.InvalidArgument, $"{request.Protocol} does not give out mail.", request.Protocol, "Use Imap or Pop3.");
        }

        var imap = request.Protocol == MailProtocol.Imap;
        var port = request.Port ?? (request.TlsMode is null or MailTlsMode.Implicit ? (imap ? 993 : 995) : imap ? 143 : 110);
        var tls = TlsPolicy.Decide(request.Server, port, request.TlsMode, demanded: false, hasCredential: true);
        using var logger = new TranscriptLogger(request.Protocol, _time, onTranscript);
        using MailService client = imap ? new ImapClient(logger) : new Pop3Client(logger);
        var session = ServerSession.Create(
            client, request.Server, port, tls, request.Timeout, request.CertificateThumbprint, request.SkipCertificateCheck, _time);
        await session.ConnectAsync(tls, cancellationToken);
        await session.LoginAsync(request.Credential, cancellationToken);

        var messages = client is ImapClient i
            ? ByImapAsync(i, session, request, onLeftOut, cancellationToken)
            : ByPop3Async((Pop3Client)client, session, request, onLeftOut, cancellationToken);
        await foreach (var message in messages)
        {
            yield return message;
        }

        await session.GoodbyeAsync(cancellationToken);
    }

    private static async IAsyncEnumerable<ReceivedMail> ByImapAsync(
        ImapClient client, ServerSession session, MailReceiveRequest request, Action<MailAdminException>? onLeftOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = await session.BoundAsync("open the folder", async token =>
        {
            try
            {
                var found = request.Folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase) ? client.Inbox : await client.GetFolderAsync(request.Folder, token);
                await found!.OpenAsync(request.Remove ? FolderAccess.ReadWrite : FolderAccess.ReadOnly, token);
                return found;
            }
            catch (Exception e) when (e is FolderNotFoundException or ImapCommandException)
            {
                throw new MailAdminException("FolderNotFound", MailErrorCategory.ObjectNotFound, $"{request.Server} has no folder '{request.Folder}' to open.", request.Folder,
                    "Give the full name with its levels, as the server spells it.", e);
            }
        }, cancellationToken);

        var query = request.MessageId is { } id ? SearchQuery.HeaderContains("Message-Id", id.Trim('<', '>')) : SearchQuery.All;
        var uids = await session.BoundAsync("search", token => folder.SearchAsync(query, token), cancellationToken);
        const MessageSummaryItems items = MessageSummaryItems.UniqueId | MessageSummaryItems.Flags | MessageSummaryItems.Size | MessageSummaryItems.Envelope;
        var summaries = uids.Count == 0 ? [] : await session.BoundAsync("list the messages", token => folder.FetchAsync(uids, items, token), cancellationToken);
        var chosen = summaries
            .Where(s => Matches(request.Subject, s.Envelope?.Subject) && (request.MessageId is null || SameId(request.MessageId, s.Envelope?.MessageId)))
            .OrderBy(s => s.UniqueId).ToList();
        foreach (var summary in request.Newest > 0 ? chosen.TakeLast(request.Newest) : chosen)
        {
            await using var content = await session.BoundAsync("fetch a message", (token, watch) => UnlessLeftOutAsync(
                folder.GetStreamAsync(summary.UniqueId, token, watch), why => LeaveOut(summary.UniqueId.ToString(), why)), cancellationToken);
            if (content is null || await ReadAsync(content, e => onLeftOut?.Invoke(NoMessage(request, $"UID {summary.UniqueId}", summary.UniqueId.ToString(), e)), cancellationToken) is not { } mail)
            {
                continue;
            }

            yield return mail with
            {
                Protocol = MailProtocol.Imap,
                Uid = summary.UniqueId.ToString(),
                Flags = Flags(summary),
                SizeBytes = summary.Size ?? 0,
            };
            if (request.Remove)
            {
                await session.BoundAsync("remove a message", async token =>
                {
                    await folder.AddFlagsAsync(summary.UniqueId, MailKit.MessageFlags.Deleted, true, token);
                    await folder.ExpungeAsync([summary.UniqueId], token);
                }, cancellationToken);
            }
        }

        void LeaveOut(string uid, string why) => onLeftOut?.Invoke(NotReadable(request, uid, uid, why));
    }

    private static async IAsyncEnumerable<ReceivedMail> ByPop3Async(
        Pop3Client client, ServerSession session, MailReceiveRequest request, Action<MailAdminException>? onLeftOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var uids = client.Capabilities.HasFlag(Pop3Capabilities.UIDL) && client.Count > 0
            ? await session.BoundAsync("list the messages", token => client.GetMessageUidsAsync(token), cancellationToken) : null;
        var sizes = client.Count > 0 ? await session.BoundAsync("list the messages", token => client.GetMessageSizesAsync(token), cancellationToken) : [];

        var chosen = new Stack<int>();
        var filtered = request.MessageId is not null || request.Subject is not null;
        var last = request.LookAtNewest > 0 ? Math.Max(0, client.Count - request.LookAtNewest) : 0;
        for (var index = client.Count - 1; index >= last && (request.Newest == 0 || chosen.Count < request.Newest); index--)
        {
            if (!filtered)
            {
                chosen.Push(index);
                continue;
            }

            // RFC 1939 §7: TOP n 0 gives the header without the body.
            var at = index;
            await using var content = await session.BoundAsync("read a header", token => UnlessLeftOutAsync(
                client.GetStreamAsync(at, headersOnly: true, token), why => LeaveOut(at, why), client.Capabilities.HasFlag(Pop3Capabilities.Top)), cancellationToken);
            var headers = content is null ? null : await HeadersAsync(content, cancellationToken);
            if (headers is not null && Matches(request.Subject, headers[HeaderId.Subject]) && (request.MessageId is null || SameId(request.MessageId, headers[HeaderId.MessageId])))
            {
                chosen.Push(index);
            }
        }

        foreach (var index in chosen)
        {
            await using var content = await session.BoundAsync("fetch a message", (token, watch) => UnlessLeftOutAsync(
                client.GetStreamAsync(index, headersOnly: false, token, watch), why => LeaveOut(index, why)), cancellationToken);
            if (content is null || await ReadAsync(content, e => onLeftOut?.Invoke(NoMessage(request, Which(index), Target(index), e)), cancellationToken) is not { } mail)
            {
                continue;
            }

            yield return mail with { Protocol = MailProtocol.Pop3, Uid = uids?[index], SizeBytes = sizes[index] };
            if (request.Remove)
            {
                await session.BoundAsync("remove a message", token => client.DeleteMessageAsync(index, token), cancellationToken);
            }
        }

        void LeaveOut(int index, string why) => onLeftOut?.Invoke(NotReadable(request, Which(index), Target(index), why));

        string Which(int index) => uids is null ? Number(index) : $"{Number(index)} ({uids[index]})";

        string Target(int index) => uids?[index] ?? Number(index);

        static string Number(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);
    }

    // What another session removed after it was listed is left out, as if it had gone a moment sooner; what the server does not give out for another reason is told.
    // IMAP: no response for it, or NO. POP3 has -ERR for both (RFC 1939 §5), and no response code tells them apart (RFC 2449 §8); [SYS/TEMP] is no matter of one
    // message (RFC 3206 §4). Where the command may be one that the server does not know, its refusal says nothing of the message.
    private static async Task<T?> UnlessLeftOutAsync<T>(Task<T> reading, Action<string> leaveOut, bool isKnownCommand = true)
        where T : class
    {
        try
        {
            return await reading;
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
        catch (ImapCommandException e) when (e.Response == ImapCommandResponse.No)
        {
            leaveOut(e.ResponseText);
            return null;
        }
        catch (Pop3CommandException e) when (isKnownCommand && !e.StatusText.StartsWith("[SYS/TEMP]", StringComparison.OrdinalIgnoreCase))
        {
            if (e.StatusText != DeletedMeanwhile)
            {
                leaveOut(e.StatusText);
            }

            return null;
        }
    }

    private static MailAdminException NotReadable(MailReceiveRequest request, string which, string target, string why) => new(
        "MessageNotReadable", MailErrorCategory.InvalidData,
        $"{request.Server} does not give out message {which}{(string.IsNullOrWhiteSpace(why) ? "." : $": {ServerSession.OneLine(why)}")}", target,
        "It is still on the server, and the others come all the same. See the server's log; where the server is yours, Test-MailStore finds what is damaged.");

    // Octets first and their meaning after: a parser that stumbles amid a transfer leaves a connection that nobody can go on with.
    private static async Task<ReceivedMail?> ReadAsync(Stream content, Action<FormatException> leaveOut, CancellationToken cancellationToken)
    {
        try
        {
            using var message = await MimeMessage.LoadAsync(content, persistent: true, cancellationToken);
            return Decode(message);
        }
        catch (FormatException e)
        {
            leaveOut(e);
            return null;
        }
    }

    // What has no header that can be read is none of those that a filter means.
    private static async Task<HeaderList?> HeadersAsync(Stream content, CancellationToken cancellationToken)
    {
        try
        {
            return await HeaderList.LoadAsync(content, cancellationToken);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static MailAdminException NoMessage(MailReceiveRequest request, string which, string target, FormatException cause) => new(
        "MessageNotReadable", MailErrorCategory.InvalidData, $"What {request.Server} gives out as message {which} is no Internet message: {cause.Message}", target,
        "It is still on the server, and the others come all the same. Where the server is yours, Export-MailboxMessage writes its octets to a file as they are.", cause);

    private static ReceivedMail Decode(MimeMessage message) => new()
    {
        Protocol = MailProtocol.Imap,
        MessageId = message.MessageId,
        From = Text(message.From),
        To = Text(message.To),
        Cc = Text(message.Cc),
        Subject = message.Subject,
        Date = message.Headers.Contains(HeaderId.Date) ? message.Date : null,
        Text = message.TextBody,
        Html = message.HtmlBody,
        Headers = [.. message.Headers.Select(h => KeyValuePair.Create(h.Field, h.Value))],
        Attachments = [.. message.Attachments.Select(a => new MessageAttachment(a).Read(long.MaxValue))],
    };

    private static string? Text(InternetAddressList list) => list.Count == 0 ? null : list.ToString(FormatOptions.Default, encode: false);

    private static List<string> Flags(IMessageSummary summary)
    {
        var flags = new List<string>();
        foreach (var flag in new[] { MailKit.MessageFlags.Seen, MailKit.MessageFlags.Answered, MailKit.MessageFlags.Flagged, MailKit.MessageFlags.Deleted, MailKit.MessageFlags.Draft })
        {
            if (summary.Flags?.HasFlag(flag) == true)
            {
                flags.Add("\\" + flag);
            }
        }

        flags.AddRange(summary.Keywords ?? (IEnumerable<string>)[]);
        return flags;
    }

    private static bool Matches(string? wildcard, string? text) => wildcard is null || FileSystemName.MatchesSimpleExpression(wildcard, text ?? "");

    private static bool SameId(string wanted, string? found) => found is not null && wanted.Trim('<', '>', ' ') == found.Trim('<', '>', ' ');
}
