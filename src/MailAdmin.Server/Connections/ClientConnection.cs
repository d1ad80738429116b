using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Security.Authentication;
using MailAdmin.Store;

namespace MailAdmin.Server.Connections;

/// <summary>
/// A client's connection as a protocol session sees it: framed octets, TLS, time limits, and the places where the session says what it is
/// doing. The session knows neither socket nor TLS stream.
/// </summary>
/// <remarks>
/// Invariants: after <see cref="UpgradeToTlsAsync"/> nothing that was buffered in plaintext survives; an idle connection holds no rented
/// buffer; octets are counted where they cross the socket; a session writes only between its own reads, from one task at a time.
/// </remarks>
public abstract class ClientConnection
{
    /// <summary>Short id, unique in the server's life; the session id in log, events and registry.</summary>
    public abstract string Id { get; }
    /// <summary>The endpoint it came to.</summary>
    public abstract MailEndpoint Endpoint { get; }
    /// <summary>The client's address (the one PROXY gave, where it is used).</summary>
    public abstract IPEndPoint Remote { get; }
    /// <summary>The client is on this machine.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Remote.Address.IsIPv4MappedToIPv6 ? Remote.Address.MapToIPv4() : Remote.Address);
    /// <summary>TLS is on.</summary>
    public abstract bool IsSecure { get; }
    /// <summary>TLS version; null in plaintext.</summary>
    public abstract SslProtocols? TlsProtocol { get; }
    /// <summary>TLS can be offered: not on yet, and the server has a certificate.</summary>
    public abstract bool CanUpgradeToTls { get; }
    /// <summary>Output; what is written goes out at its flush. Its flush waits while the client does not read, bounded by the write timeout.</summary>
    public abstract PipeWriter Output { get; }
    /// <summary>Limits of this server, as they were when the connection came.</summary>
    public abstract ServerLimits Limits { get; }
    /// <summary>What the session shows of itself: in <c>Get-MailSession</c>, the dashboard and the log.</summary>
    public abstract SessionActivity Activity { get; }
    /// <summary>The transcript; redaction is the session's duty, at the place where it knows a secret for one.</summary>
    public abstract ITranscript Transcript { get; }
    /// <summary>Set when the session is to say goodbye (421, * BYE) and end: server stop, Stop-MailSession, mailbox removed. Its reason is in <see cref="ClosingReason"/>.</summary>
    public abstract CancellationToken Closing { get; }
    /// <summary>Why <see cref="Closing"/> was set.</summary>
    public abstract ClosingReason ClosingReason { get; }
    /// <summary>Set when the connection is gone or must go at once.</summary>
    public abstract CancellationToken Aborted { get; }

    /// <summary>
    /// Waits for octets. The result's buffer is everything not yet consumed; completed with IsCompleted at the client's end.
    /// </summary>
    /// <exception cref="TimeoutException">Nothing came within <paramref name="timeout"/>.</exception>
    /// <exception cref="OperationCanceledException"><see cref="Closing"/> or <see cref="Aborted"/> was set, or <paramref name="cancellationToken"/>;
    /// after the latter the connection can be read on.</exception>
    public abstract ValueTask<ReadResult> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="ReadAsync"/>, for octets of a message whose content is on its way (DATA, BDAT, APPEND): a server that stops lets it come to its end, as long
    /// as its drain lasts, and only then is <see cref="Aborted"/> set.
    /// </summary>
    /// <exception cref="TimeoutException">Nothing came within <paramref name="timeout"/>.</exception>
    /// <exception cref="OperationCanceledException"><see cref="Aborted"/> was set, or <see cref="Closing"/> for this session alone.</exception>
    public abstract ValueTask<ReadResult> ReadContentAsync(TimeSpan timeout);

    /// <summary>As PipeReader.AdvanceTo.</summary>
    public abstract void AdvanceTo(SequencePosition consumed, SequencePosition examined);

    /// <summary>As PipeReader.AdvanceTo.</summary>
    public void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <summary>
    /// Begins TLS as the server. Plaintext that came behind the command is thrown away and its count returned: above 0 the session ends
    /// the connection with an error, for somebody tried to inject commands (RFC 3207 §4.2, CVE-2011-0411).
    /// </summary>
    /// <exception cref="AuthenticationException">The handshake failed.</exception>
    public abstract ValueTask<long> UpgradeToTlsAsync(CancellationToken cancellationToken = default);

    /// <summary>Puts DEFLATE (RFC 4978) between session and TLS, from the next octet on, in both directions.</summary>
    public abstract void StartCompression();

    /// <summary>Channel binding data for SCRAM-PLUS: <c>tls-exporter</c>, <c>tls-server-end-point</c> (RFC 9266, RFC 5929); empty where there is none.</summary>
    public abstract ReadOnlyMemory<byte> GetChannelBinding(string type);

    /// <summary>Ends at once, with no goodbye.</summary>
    public abstract void Abort();
}

/// <summary>Why a session is asked to end.</summary>
public enum ClosingReason
{
    None, ServerStopping, StoppedByAdmin, MailboxGone,
}

/// <summary>One protocol: runs a session over a connection until it ends.</summary>
public interface IProtocolHandler
{
    /// <summary>
    /// Runs the session. Returns when it is over; a peer's faults never leave it as exceptions, except IOException, TimeoutException and
    /// OperationCanceledException from the connection, which the caller takes for the end. Any other exception is our fault and is logged so.
    /// </summary>
    Task RunAsync(ClientConnection connection);

    /// <summary>A client that is not let in is told so with this line (421 or 554, * BYE, -ERR) before the door closes.</summary>
    ReadOnlyMemory<byte> RefusalFor(ConnectionRefusal refusal);
}

/// <summary>Keeps the last lines of a session and shows them to who watches.</summary>
public interface ITranscript
{
    /// <summary>True where recording is on; ask before building a costly line.</summary>
    bool IsEnabled { get; }
    /// <summary>Adds a line, without its line end; cut at 1,000 characters.</summary>
    void Add(TranscriptDirection direction, string text);
    /// <summary>Adds a line of octets; those above 126 and below 32 are shown as \xNN.</summary>
    void Add(TranscriptDirection direction, ReadOnlySpan<byte> text);
}

/// <summary>The mailbox that a session is logged in to.</summary>
/// <param name="Mailbox">What it stays known by when its address changes.</param>
/// <param name="Address">Its address at the login.</param>
public sealed record SessionLogin(MailboxId Mailbox, string Address);

/// <summary>What a session shows of itself. Written by the session, read by anybody; setting a field costs a store.</summary>
public sealed class SessionActivity
{
    /// <summary>State by its name in the protocol's RFC.</summary>
    public string State { get; set; } = "Connected";
    /// <summary>Verb being carried out, or the last one; interned names only.</summary>
    public string? Command { get; set; }
    /// <summary>Whose session it is, from the last step of the login on.</summary>
    public SessionLogin? Login { get; set; }
    /// <summary>Address of the logged-in mailbox, as it was at the login.</summary>
    public string? Mailbox => Login?.Address;
    /// <summary>Selected folder.</summary>
    public string? Folder { get; set; }
    /// <summary>
    /// What the client says of itself. It comes to be printed in terminals: at most 200 characters are kept, with a dot for each that prints nothing or
    /// changes how others are printed.
    /// </summary>
    public string? Client
    {
        get;
        set => field = value is null ? null : string.Create(Math.Min(value.Length, MaxClient), value, static (shown, said) =>
        {
            for (var i = 0; i < shown.Length; i++)
            {
                shown[i] = char.GetUnicodeCategory(said[i]) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned ? '.' : said[i];
            }
        });
    }

    private const int MaxClient = 200;
}
