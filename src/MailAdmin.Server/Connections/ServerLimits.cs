namespace MailAdmin.Server.Connections;

/// <summary>
/// Everything a peer can make grow or last, with its bound. One record for the whole server; <c>Set-MailServer -Limits</c> changes members by name.
/// </summary>
public sealed record ServerLimits
{
    /// <summary>Most that a limit in octets may be, 1 TiB: more than any disk gives to one message, and sums of a few of them do not overflow.</summary>
    public const long MostOctets = 1L << 40;

    // ---- connections

    /// <summary>Connections open at once, all protocols. 10,000 idle ones fit in 160 MB; above that memory is the next bound.</summary>
    public int MaxConnections { get; init; } = 20_000;
    /// <summary>Connections at once from one address that is not loopback: a family behind NAT, not a botnet.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 200;
    /// <summary>Connections at once from one IPv6 network of /64: an office, or a single host, which has every address of it.</summary>
    public int MaxConnectionsPerNetwork { get; init; } = 2_000;
    /// <summary>TLS handshake must be over in this time.</summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>A flush may wait this long for a client that does not read.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>A session before login ends after this time in any case: slow senders hold nothing for long.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromMinutes(3);
    /// <summary>Failed logins on one connection before it is closed.</summary>
    public int MaxLoginFailures { get; init; } = 5;
    /// <summary>Bad commands in a row (IMAP), without a message taken between them (SMTP) or on one connection (POP3) before it is closed.</summary>
    public int MaxBadCommands { get; init; } = 50;
    /// <summary>Pause after a failed login, growing with the address's recent failures up to eight times this.</summary>
    public TimeSpan LoginFailureDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    // ---- SMTP

    /// <summary>Command line, octets with CRLF. RFC 5321 §4.5.3.1.4 asks for 512 at least, RFC 4954 §4 for 12288 with AUTH.</summary>
    public int SmtpCommandLine { get; init; } = 12_288;
    /// <summary>Text line in content, octets with CRLF. RFC 5321 §4.5.3.1.6 asks for 1000; longer ones are common and taken.</summary>
    public int SmtpTextLine { get; init; } = 1_000_000;
    /// <summary>Octets of one message; the SIZE announced. RFC 1870. No more than <see cref="MostOctets"/>.</summary>
    public long MessageSize { get; init; } = 50L * 1024 * 1024;
    /// <summary>Recipients of one message. RFC 5321 §4.5.3.1.8 asks for 100 at least.</summary>
    public int Recipients { get; init; } = 1000;
    /// <summary>Received fields before a message is taken for looping. RFC 5321 §6.3.</summary>
    public int ReceivedHops { get; init; } = 100;
    /// <summary>Wait for a command. RFC 5321 §4.5.3.2.7: 5 minutes.</summary>
    public TimeSpan SmtpIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>
    /// Commands that lead nowhere (NOOP, RSET, EHLO, HELO, HELP, VRFY) of one session without a message taken between them. A NOOP a minute keeps a session
    /// open for 16 hours. The later half of them waits <see cref="SmtpTarpit"/> each, one more ends the session.
    /// </summary>
    public int SmtpJunkCommands { get; init; } = 1000;
    /// <summary>
    /// Refused recipients of one session without a message taken between them: a mailing list with so many dead addresses gets through, who tries names does
    /// not for long. The later half of them waits <see cref="SmtpTarpit"/> each, one more ends the session.
    /// </summary>
    public int SmtpRefusedRecipients { get; init; } = 1000;
    /// <summary>Pause before the answer to what leads nowhere.</summary>
    public TimeSpan SmtpTarpit { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Messages of one session.</summary>
    public int MessagesPerSession { get; init; } = 10_000;

    // ---- IMAP

    /// <summary>Command line without literals before login, octets, and as much again of literals: what a stranger can make the server hold. As for SMTP and POP3.</summary>
    public int ImapLoginLine { get; init; } = 12_288;
    /// <summary>Command line without literals, octets. Long UID sets are long lines.</summary>
    public int ImapCommandLine { get; init; } = 65_536;
    /// <summary>Sum of the literals of a command other than APPEND, octets.</summary>
    public int ImapCommandLiterals { get; init; } = 65_536;
    /// <summary>Depth of parentheses in a command.</summary>
    public int ImapNesting { get; init; } = 50;
    /// <summary>Wait for a command when logged in. RFC 9051 §5.4: 30 minutes at least.</summary>
    public TimeSpan ImapIdleTimeout { get; init; } = TimeSpan.FromMinutes(30);
    /// <summary>Messages of one MULTIAPPEND.</summary>
    public int AppendMessages { get; init; } = 1000;
    /// <summary>Octets of all messages of one MULTIAPPEND: they wait on disk until the last one came. One alone may have MessageSize.</summary>
    public long AppendOctets { get; init; } = 256L * 1024 * 1024;

    // ---- POP3

    /// <summary>Command line, octets with CRLF. RFC 2449 §4: 255; AUTH needs more.</summary>
    public int Pop3CommandLine { get; init; } = 12_288;
    /// <summary>Wait for a command. RFC 1939 §3: 10 minutes at least.</summary>
    public TimeSpan Pop3IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
