using System.IO.Pipelines;
using System.Net;
using System.Security.Authentication;
using MailAdmin.Server.Connections;

namespace MailAdmin.Testing.Fuzzing;

/// <summary>A connection with no socket: what the client says is given beforehand, in pieces; what the server says is collected.</summary>
public sealed class MemoryConnection : ClientConnection, ITranscript, IDisposable
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _pieces;
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly MemoryStream _said = new();
    private int _next;
    private bool _isSecure;

    /// <summary>Makes one.</summary>
    public MemoryConnection(MailProtocol protocol, IReadOnlyList<ReadOnlyMemory<byte>> pieces, ServerLimits limits)
    {
        _pieces = pieces;
        Limits = limits;
        Endpoint = new MailEndpoint(protocol, "127.0.0.1", 1, MailTlsMode.StartTls);
        Output = new MeteredWriter(this, PipeWriter.Create(_said, new StreamPipeWriterOptions(leaveOpen: true)));
    }

    /// <summary>What the server said so far.</summary>
    public byte[] Said => _said.ToArray();
    /// <summary>Most octets the session ever left unread at once.</summary>
    public long MostHeld { get; private set; }
    /// <summary>Most octets the session ever had written and not sent.</summary>
    public long MostUnflushed { get; private set; }

    /// <inheritdoc/>
    public override string Id => "fuzz";
    /// <inheritdoc/>
    public override MailEndpoint Endpoint { get; }
    /// <summary>The client's address.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;
    /// <inheritdoc/>
    public override IPEndPoint Remote => new(Address, 2);
    /// <inheritdoc/>
    public override bool IsSecure => _isSecure;
    /// <inheritdoc/>
    public override SslProtocols? TlsProtocol => _isSecure ? SslProtocols.Tls13 : null;
    /// <inheritdoc/>
    public override bool CanUpgradeToTls => !_isSecure;
    /// <inheritdoc/>
    public override PipeWriter Output { get; }
    /// <inheritdoc/>
    public override ServerLimits Limits { get; }
    /// <inheritdoc/>
    public override SessionActivity Activity { get; } = new();
    /// <inheritdoc/>
    public override ITranscript Transcript => this;
    /// <inheritdoc/>
    public override CancellationToken Closing => default;
    /// <inheritdoc/>
    public override ClosingReason ClosingReason => ClosingReason.None;
    /// <inheritdoc/>
    public override CancellationToken Aborted => default;
    /// <inheritdoc/>
    public bool IsEnabled => true;

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (_next < _pieces.Count)
        {
            await _input.Writer.WriteAsync(_pieces[_next++], cancellationToken);
        }
        else
        {
            await _input.Writer.CompleteAsync();
        }

        var result = await _input.Reader.ReadAsync(cancellationToken);
        MostHeld = Math.Max(MostHeld, result.Buffer.Length);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadContentAsync(TimeSpan timeout) => ReadAsync(timeout);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _input.Reader.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override ValueTask<long> UpgradeToTlsAsync(CancellationToken cancellationToken = default)
    {
        long injected = 0;
        if (_input.Reader.TryRead(out var result))
        {
            injected = result.Buffer.Length;
            _input.Reader.AdvanceTo(result.Buffer.End);
        }

        _isSecure = true;
        return new(injected);
    }

    /// <inheritdoc/>
    public override void StartCompression()
    {
        // The fuzzer speaks in the clear; what it would say in DEFLATE is said as it is.
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> GetChannelBinding(string type) => _isSecure && type == "tls-exporter" ? new byte[32] : default;

    /// <inheritdoc/>
    public override void Abort()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _said.Dispose();

    /// <inheritdoc/>
    public void Add(TranscriptDirection direction, string text)
    {
    }

    /// <inheritdoc/>
    public void Add(TranscriptDirection direction, ReadOnlySpan<byte> text)
    {
    }

    private sealed class MeteredWriter(MemoryConnection owner, PipeWriter inner) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => true;
        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            inner.Advance(bytes);
            owner.MostUnflushed = Math.Max(owner.MostUnflushed, inner.UnflushedBytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);
        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);
        public override void CancelPendingFlush() => inner.CancelPendingFlush();
        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
