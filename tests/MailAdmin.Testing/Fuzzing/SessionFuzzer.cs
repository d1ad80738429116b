using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Hosting;
using MailAdmin.Server.Imap;
using MailAdmin.Server.Pop3;
using MailAdmin.Server.Sasl;
using MailAdmin.Server.Smtp;
using MailAdmin.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailAdmin.Testing.Fuzzing;

/// <summary>
/// Says spoiled conversations to sessions: those of the transcripts and of tests/corpus, cut, spliced, doubled, bent, in random pieces. Seeded: the same
/// seed says the same. A session must come to its end, hold no more than its limits, speak only in well-formed replies and never fail inside.
/// </summary>
public sealed class SessionFuzzer : IAsyncDisposable
{
    private static readonly ServerLimits Limits = new() { SmtpCommandLine = 2000, Pop3CommandLine = 2000, SmtpTextLine = 5000, MessageSize = 100_000, MaxBadCommands = 200, LoginFailureDelay = TimeSpan.Zero, ImapCommandLine = 2000, ImapCommandLiterals = 2000 };
    private const int LongestPiece = 4096;

    private readonly IMailStore _store;
    private readonly MailProtocol _protocol;
    private readonly IProtocolHandler _handler;
    private readonly byte[][] _seeds;
    private readonly byte[][] _words;

    private SessionFuzzer(IMailStore store, MailProtocol protocol, IProtocolHandler handler, byte[][] seeds)
    {
        _store = store;
        _protocol = protocol;
        _handler = handler;
        _seeds = seeds;
        _words = [.. (protocol == MailProtocol.Imap
            ? "\r\n|\n|\r|\0| |(|)|[|]|{|}|\"|\\|*|%|$|+|:|,|{0}\r\n|{5+}\r\n|{5}\r\n|~{5+}\r\n|{99999+}\r\n|{4294967296}\r\n|{18446744073709551616+}\r\n|a LOGIN alice@example.com secret\r\n|b SELECT INBOX\r\n|b EXAMINE Archive\r\n|c FETCH 1:* (FLAGS BODY[]<0.9>)\r\n|c UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)\r\n|d STORE 1:* +FLAGS (\\Deleted $x)\r\n|e EXPUNGE\r\n|f APPEND INBOX {3+}\r\nabc\r\n|f APPEND INBOX {3}\r\n|g SEARCH OR NOT TEXT a (UID 1:*)\r\n|h ENABLE QRESYNC IMAP4rev2 UTF8=ACCEPT\r\n|i IDLE\r\n|DONE\r\n|j COPY 1 Archive\r\n|j UID MOVE 1:* Trash\r\n|k CLOSE\r\n|l LIST (SUBSCRIBED) \"\" (* %) RETURN (STATUS (MESSAGES))\r\n|m AUTHENTICATE PLAIN\r\n|m STARTTLS\r\n|((((((((((((((((((((|4294967295|4294967296|99999999999999999999|&AOk-|\u00e4|\u00ff\u00fe|d CREATE x&,,4-\r\n|d SELECT \"&,,4-\"\r\n|l LIST \"\" &,,4-%\r\n"
            : "\r\n|\n|\r|\r\n.\r\n|\n.\n|.|..|\0|<|>|@|=|*| |  |:|EHLO x\r\n|MAIL FROM:<a@b>\r\n|RCPT TO:<alice@example.com>\r\n|DATA\r\n|BDAT 10\r\n|BDAT 0 LAST\r\n|BDAT 9999999999\r\n|STARTTLS\r\n|RSET\r\n|AUTH PLAIN\r\n|AUTH LOGIN\r\n|AUTH SCRAM-SHA-256 |USER alice@example.com\r\nPASS secret\r\n|RETR 1\r\n|TOP 1 0\r\n|DELE 1\r\n|UIDL\r\n|LIST\r\n|STLS\r\n|QUIT\r\n|-1|0|4294967296|99999999999999999999|\u00e4|\u00ff\u00fe|AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==\r\n")
            .Split('|').Select(Encoding.Latin1.GetBytes)];
    }

    /// <summary>Starts a fuzzer for <c>smtp</c>, <c>submission</c>, <c>pop3</c> or <c>imap</c> with its corpus.</summary>
    /// <param name="target">The protocol.</param>
    /// <param name="path">An empty directory for its store.</param>
    public static async Task<SessionFuzzer> StartAsync(string target, string path)
    {
        var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path, MaxFolders = 50 });
        var mailbox = await store.Accounts.CreateMailboxAsync(
            new NewMailbox(MailboxAddress.Parse("alice@example.com"), ScramVerifier.Create("secret", 4096)) { CreateDomain = true, QuotaBytes = 20_000 });
        var inbox = (await store.Folders.FindAsync(mailbox.Id, FolderName.Inbox))!;
        foreach (var text in new[] { "Subject: one\r\n\r\n.dot\r\n..\r\n", "Subject: two\n\nbare\n.\n", "no header" })
        {
            await using var incoming = store.Messages.CreateIncoming();
            await incoming.WriteAsync(Encoding.ASCII.GetBytes(text));
            await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(inbox.Id)]);
        }

        var context = new ServerContext
        {
            Store = store,
            Authenticator = new OneLogin(mailbox),
            Delivery = new NowhereDelivery(),
            Events = new NoEvents(),
            Counters = new ServerCounters(),
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
            Settings = new MailServerSettings(),
            HostName = "fuzz.test",
            DisabledCapabilities = new HashSet<string>(),
        };
        var protocol = Enum.Parse<MailProtocol>(target, ignoreCase: true);
        return new SessionFuzzer(store, protocol, protocol switch
        {
            MailProtocol.Pop3 => new Pop3Handler(context),
            MailProtocol.Imap => new ImapHandler(context),
            _ => new SmtpHandler(context, protocol),
        }, [.. Corpus(target).Where(c => c.Length > 0)]);
    }

    /// <summary>Says so many conversations; throws with the input as C# text at the first that fails.</summary>
    public async Task RunAsync(long inputs, int seed, Action<long>? progress = null)
    {
        for (long i = 0; i < inputs; i++)
        {
            // One generator per input, so that any of them can be said again alone.
            var random = new Random(unchecked(seed * 100_000_007 + (int)i));
            var input = Spoil(_seeds[random.Next(_seeds.Length)], random);
            await SayAsync(input, Cut(input, random), $"seed {seed}, input {i}");
            progress?.Invoke(i);
        }
    }

    /// <summary>Says every conversation of the corpus as it is.</summary>
    public async Task SayCorpusAsync()
    {
        foreach (var seed in _seeds)
        {
            await SayAsync(seed, [.. seed.Chunk(LongestPiece)], "corpus");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task SayAsync(byte[] input, IReadOnlyList<ReadOnlyMemory<byte>> pieces, string name)
    {
        using var connection = new MemoryConnection(_protocol, pieces, Limits);
        try
        {
            await _handler.RunAsync(connection).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{name} failed: {Show(input)}", e);
        }

        // Responses of a SASL exchange are lines of their own, with their own limit.
        var most = Math.Max(_protocol == MailProtocol.Imap ? Limits.ImapCommandLine + Limits.ImapCommandLiterals : Limits.SmtpCommandLine,
            Encoding.Latin1.GetString(input).Contains("AUTH", StringComparison.OrdinalIgnoreCase) ? SaslExchange.MaxLine : 0);
        if (connection.MostHeld > most + LongestPiece)
        {
            throw new InvalidOperationException($"{name}: {connection.MostHeld} octets were held: {Show(input)}");
        }

        var said = Encoding.Latin1.GetString(connection.Said);
        var first = _protocol switch { MailProtocol.Pop3 => "+OK", MailProtocol.Imap => "* OK", _ => "220" };
        if (!said.StartsWith(first, StringComparison.Ordinal) || !said.EndsWith("\r\n", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{name}: not well-formed: {said} for {Show(input)}");
        }

        if (_protocol is MailProtocol.Smtp or MailProtocol.Submission && said.Split("\r\n")[..^1].Any(l => l.Length < 4 || !l[..3].All(char.IsAsciiDigit) || l[3] is not (' ' or '-')))
        {
            throw new InvalidOperationException($"{name}: not well-formed: {said} for {Show(input)}");
        }
    }

    private byte[] Spoil(byte[] seed, Random random)
    {
        var octets = seed.ToList();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(octets.Count + 1);
            var length = Math.Min(random.Next(1, 40), octets.Count - at);
            switch (random.Next(8))
            {
                case 0 when at < octets.Count:
                    octets[at] = (byte)random.Next(256);
                    break;
                case 1:
                    octets.RemoveRange(at, length);
                    break;
                case 2:
                    octets.InsertRange(at, octets.GetRange(at, length));
                    break;
                case 3:
                    var other = _seeds[random.Next(_seeds.Length)];
                    octets = [.. octets.Take(at), .. other.Skip(random.Next(other.Length + 1))];
                    break;
                case 4:
                    octets.InsertRange(at, Enumerable.Repeat((byte)"x\r\n.<\0"[random.Next(6)], random.Next(1, 3000)));
                    break;
                default:
                    octets.InsertRange(at, _words[random.Next(_words.Length)]);
                    break;
            }
        }

        return [.. octets];
    }

    private static List<ReadOnlyMemory<byte>> Cut(byte[] input, Random random)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        var longest = random.Next(4) switch { 0 => 1, 1 => 7, 2 => 100, _ => LongestPiece };
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(random.Next(1, longest + 1), input.Length - at);
            pieces.Add(input.AsMemory(at, length));
            at += length;
        }

        return pieces;
    }

    private static IEnumerable<byte[]> Corpus(string target)
    {
        foreach (var name in TranscriptScript.Names(target))
        {
            var steps = TranscriptScript.Load(name).Steps;
            yield return [.. steps
                .Where(s => s.Connection == steps[0].Connection && s.Action is TranscriptAction.Send or TranscriptAction.SendRaw)
                .SelectMany(s => s.Octets())];
        }

        var folder = Path.Combine(TranscriptScript.Root, "..", "corpus", target == "submission" ? "smtp" : target);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            yield return File.ReadAllBytes(file);
        }
    }

    private static string Show(byte[] input) => string.Concat(input.Take(4000).Select(b => b is >= 32 and < 127 ? ((char)b).ToString() : b switch
    {
        (byte)'\r' => "\\r",
        (byte)'\n' => "\\n",
        _ => $"\\x{b:x2}",
    }));

    private sealed class OneLogin(MailboxRecord mailbox) : IAuthenticator
    {
        public ValueTask<AuthenticationOutcome> AuthenticateAsync(string userName, string password, ClientConnection connection, CancellationToken cancellationToken) =>
            new(password == "secret" ? new AuthenticationOutcome(AuthenticationStatus.Succeeded, mailbox) : new AuthenticationOutcome(AuthenticationStatus.Failed, null));

        public ValueTask<ScramCredentials?> GetScramCredentialsAsync(string userName, CancellationToken cancellationToken) => new(new ScramCredentials(userName, mailbox.Verifier, mailbox));

        public ValueTask<AuthenticationOutcome> CompleteScramAsync(ScramCredentials credentials, bool proofHolds, ClientConnection connection, CancellationToken cancellationToken) =>
            new(proofHolds ? new AuthenticationOutcome(AuthenticationStatus.Succeeded, mailbox) : new AuthenticationOutcome(AuthenticationStatus.Failed, null));
    }

    private sealed class NowhereDelivery : IMailDelivery, IMailTransaction
    {
        public IMailTransaction Begin(DeliveryContext context) => this;

        public ValueTask<(IReadOnlyList<DeliveryTarget> Targets, IReadOnlyList<NewQueueEntry> Entries)> FindReportTargetsAsync(string sender, CancellationToken cancellationToken) =>
            new((Array.Empty<DeliveryTarget>(), Array.Empty<NewQueueEntry>()));

        public ValueTask<bool> MaySendAsAsync(MailboxRecord submitter, string sender, CancellationToken cancellationToken) => new(sender.StartsWith('a'));

        public ValueTask<RecipientOutcome> AddRecipientAsync(string recipient, CancellationToken cancellationToken) =>
            new(new RecipientOutcome(recipient.StartsWith('n') ? RecipientStatus.UnknownMailbox : RecipientStatus.Accepted, null));

        public ValueTask<DeliveryOutcome> CommitAsync(IncomingMessage content, CancellationToken cancellationToken) => new(new DeliveryOutcome(DeliveryStatus.Delivered, []));

        public ValueTask DisposeAsync() => default;
    }

    private sealed class NoEvents : IEventSink
    {
        public void Publish(string kind, MailEventSeverity severity, string message, ServerEventDetails details = default)
        {
        }
    }
}
