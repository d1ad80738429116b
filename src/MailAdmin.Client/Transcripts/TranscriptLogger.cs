using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using MailKit;

namespace MailAdmin.Client.Transcripts;

/// <summary>
/// Keeps a conversation of MailKit's clients as transcript lines. Invariants: a login's secrets are never in it, on either side;
/// message content is counted, not kept; its size is bounded whatever the peer sends.
/// </summary>
/// <remarks>
/// MailKit marks the secrets it knows of; this does not rely on the marks. See <see cref="TranscriptRules"/>.
/// </remarks>
internal sealed class TranscriptLogger(MailProtocol protocol, TimeProvider time, Action<TranscriptLine>? onLine = null) : IProtocolLogger
{
    /// <summary>Lines kept; later ones still reach the callback. A conversation of one message has some twenty.</summary>
    public const int MaxLines = 500;

    /// <summary>Characters shown of one line; RFC 5321 §4.5.3.1.5 has 512 for a reply line.</summary>
    public const int MaxLineLength = 512;

    private const string Hidden = "****";

    /// <summary>Characters kept of a longer line's end: as many as the longest announcement of a literal has.</summary>
    private const int TailLength = 24;

    private readonly FrozenDictionary<string, Shown> _rules = TranscriptRules.For(protocol);
    private readonly List<TranscriptLine> _lines = [];
    private readonly StringBuilder _clientLine = new();
    private readonly StringBuilder _serverLine = new();
    private long _clientSkip;
    private long _serverSkip;
    private long _contentOctets;
    private bool _login;
    private bool _clientContent;
    private bool _serverContent;
    private bool _expectServerContent;
    private bool _clientContinues;

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<TranscriptLine> Lines => _lines;

    /// <summary>The first line of the server.</summary>
    public TranscriptLine? Greeting { get; private set; }

    /// <summary>The last line of the server, unless it was content.</summary>
    public TranscriptLine? LastReply { get; private set; }

    /// <inheritdoc/>
    /// <remarks>Set by MailKit; not needed here.</remarks>
    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <inheritdoc/>
    public void LogConnect(Uri uri) => Add(TranscriptDirection.Note, string.Create(CultureInfo.InvariantCulture, $"connected to {uri.Host}:{uri.Port}"));

    /// <summary>Adds a remark.</summary>
    public void Note(string text) => Add(TranscriptDirection.Note, text);

    /// <inheritdoc/>
    public void LogClient(byte[] buffer, int offset, int count)
    {
        foreach (var octet in buffer.AsSpan(offset, count))
        {
            if (_clientContent)
            {
                _contentOctets++;
            }
            else if (_clientSkip > 0)
            {
                _clientSkip--;
            }
            else if (Assemble(_clientLine, octet) is { } line)
            {
                OnClientLine(line);
            }
        }
    }

    /// <inheritdoc/>
    public void LogServer(byte[] buffer, int offset, int count)
    {
        foreach (var octet in buffer.AsSpan(offset, count))
        {
            if (_serverSkip > 0)
            {
                _serverSkip--;
            }
            else if (Assemble(_serverLine, octet) is { } line)
            {
                OnServerLine(line);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string? Assemble(StringBuilder line, byte octet)
    {
        if (octet == (byte)'\n')
        {
            var text = line.ToString();
            line.Clear();
            return text;
        }

        if (octet == (byte)'\r')
        {
            return null;
        }

        // Bounded: the beginning is shown, the end decides over literals, and where something between them is missing they do not run together.
        if (line.Length > MaxLineLength + TailLength)
        {
            line[MaxLineLength] = '…';
            line.Remove(MaxLineLength + 1, 1);
        }

        // Controls never reach a terminal.
        line.Append(octet is >= 0x20 and < 0x7F ? (char)octet : '?');
        return null;
    }

    private void OnClientLine(string line)
    {
        var continues = _clientContinues;
        _clientContinues = false;
        if (_login)
        {
            Add(TranscriptDirection.Client, Hidden);
            return;
        }

        var words = line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        var verbAt = protocol == MailProtocol.Imap && words.Length > 1 ? 1 : 0;
        if (continues || words.Length == 0 || !_rules.TryGetValue(words[verbAt], out var shown))
        {
            Add(TranscriptDirection.Client, continues ? "…" : Hidden);
            shown = Shown.Verb;
        }
        else
        {
            _login = shown == Shown.Mechanism;
            Add(TranscriptDirection.Client, shown switch
            {
                Shown.All => line,
                Shown.Mechanism => string.Join(' ', words.Take(verbAt + 2)) + (words.Length > verbAt + 2 ? " " + Hidden : ""),
                _ => string.Join(' ', words.Take(verbAt + 1)) + " " + Hidden,
            });
        }

        var verb = words.Length > verbAt ? words[verbAt].ToUpperInvariant() : "";
        if (protocol == MailProtocol.Imap && LiteralLength(line) is { } literal)
        {
            _clientSkip = literal;
            _clientContinues = true;
        }
        else if (verb == "BDAT" && words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var chunk))
        {
            _clientSkip = chunk; // RFC 3030 §2: the chunk follows at once
        }

        _expectServerContent = protocol == MailProtocol.Pop3 && verb is "RETR" or "TOP";
    }

    private void OnServerLine(string line)
    {
        if (_serverContent)
        {
            if (line == ".")
            {
                Add(TranscriptDirection.Note, "(content)");
                _serverContent = false;
            }

            return;
        }

        if (_clientContent)
        {
            _clientContent = false;
            Add(TranscriptDirection.Note, string.Create(CultureInfo.InvariantCulture, $"({_contentOctets} octets of content)"));
            _contentOctets = 0;
        }

        if (_login && IsChallenge(line))
        {
            Add(TranscriptDirection.Server, (protocol is MailProtocol.Imap or MailProtocol.Pop3 ? "+ " : "334 ") + Hidden);
            return;
        }

        if (!(protocol == MailProtocol.Imap && line.StartsWith('*')))
        {
            _login = false;
        }

        var added = Add(TranscriptDirection.Server, line);
        Greeting ??= added;
        LastReply = added;

        switch (protocol)
        {
            case MailProtocol.Imap when LiteralLength(line) is { } literal:
                _serverSkip = literal;
                break;
            case MailProtocol.Pop3 when _expectServerContent:
                _serverContent = line.StartsWith("+OK", StringComparison.OrdinalIgnoreCase);
                _expectServerContent = false;
                break;
            case MailProtocol.Smtp or MailProtocol.Submission when line.StartsWith("354", StringComparison.Ordinal):
                _clientContent = true;
                break;
        }
    }

    private bool IsChallenge(string line) => protocol is MailProtocol.Imap or MailProtocol.Pop3
        ? line.StartsWith('+') && !line.StartsWith("+OK", StringComparison.OrdinalIgnoreCase)
        : line.StartsWith("334", StringComparison.Ordinal);

    // RFC 9051 §4.3: {n} or {n+} before the line's end announces n octets.
    private static long? LiteralLength(string line)
    {
        var open = line.EndsWith('}') ? line.LastIndexOf('{') : -1;
        return open >= 0 && long.TryParse(line.AsSpan(open + 1, line.Length - open - 2).TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : null;
    }

    private TranscriptLine Add(TranscriptDirection direction, string text)
    {
        var line = new TranscriptLine(time.GetUtcNow(), direction, text.Length <= MaxLineLength ? text : text[..MaxLineLength] + "…");
        if (_lines.Count < MaxLines)
        {
            _lines.Add(line);
        }

        onLine?.Invoke(line);
        return line;
    }
}
