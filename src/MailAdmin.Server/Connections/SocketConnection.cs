using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MailAdmin.Server.Diagnostics;

namespace MailAdmin.Server.Connections;

#pragma warning disable CA1001 // RunAsync owns the life: it closes the socket at the end. The token sources have no timer and no handle to give back.
/// <summary>A client's connection over a socket. Its time limits are looked at by the table's tick; it has no timer of its own.</summary>
internal sealed class SocketConnection : ClientConnection
{
    /// <summary>A session that was asked to end says goodbye within this time, or is cut off.</summary>
    public static readonly TimeSpan ClosingGrace = TimeSpan.FromSeconds(5);

    /// <summary>Octets read past at the end, so that the system does not answer them with a reset that overtakes our last line.</summary>
    private const int LingerOctets = 64 * 1024;

    private readonly Socket _socket;
    private readonly ConnectionServices _services;
    private readonly ConnectionMeter _meter;
    private readonly ConnectionReader _reader;
    private readonly ConnectionWriter _writer;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly DateTimeOffset _connectedAt;
    private readonly long _connected;
    private IPEndPoint _remote;
    private SslStream? _tls;
    private TlsConfiguration? _tlsConfiguration;
    private long _handshakeDeadline = ConnectionClock.Never;
    private long _loginDeadline = ConnectionClock.Never;
    private long _abortDeadline = ConnectionClock.Never;
    private int _closingReason;
    private int _abortedOnce;

    public SocketConnection(Socket socket, string id, MailEndpoint endpoint, ConnectionServices services)
    {
        _socket = socket;
        _services = services;
        Id = id;
        Endpoint = endpoint;
        Limits = services.Limits;
        _remote = Plain(socket.RemoteEndPoint as IPEndPoint ?? throw new SocketException((int)SocketError.NotConnected));
        IsProxied = services.TrustedProxies.Count > 0 && services.TrustedProxies.Any(n => n.Contains(_remote.Address));

        _meter = new ConnectionMeter(services.Counters[endpoint.Protocol], services.Clock);
        _reader = new ConnectionReader(socket, _meter);
        _writer = new ConnectionWriter(socket, _meter, Limits.WriteTimeout);
        Ring = new TranscriptRing(services.Clock.Time);
        _connectedAt = services.Clock.Time.GetUtcNow();
        _connected = services.Clock.Now;
        // Mail from other servers never logs in; its sessions are bounded by the wait for each command.
        if (endpoint.Protocol != MailProtocol.Smtp)
        {
            _loginDeadline = services.Clock.After(Limits.LoginTimeout);
        }
    }

    public override string Id { get; }
    public override MailEndpoint Endpoint { get; }
    public override IPEndPoint Remote => _remote;
    public override bool IsSecure => _tls is not null;
    public override SslProtocols? TlsProtocol => _tls?.SslProtocol;
    public override bool CanUpgradeToTls => _tls is null && Endpoint.TlsMode == MailTlsMode.StartTls && _services.Tls is not null;
    public override PipeWriter Output => _writer;
    public override ServerLimits Limits { get; }
    public override SessionActivity Activity { get; } = new();
    public override ITranscript Transcript => Ring;
    public override CancellationToken Closing => _closing.Token;
    public override ClosingReason ClosingReason => (ClosingReason)Volatile.Read(ref _closingReason);
    public override CancellationToken Aborted => _aborted.Token;

    /// <summary>Comes from a trusted proxy, which says first for whom.</summary>
    public bool IsProxied { get; }

    /// <summary>The session waits for its client.</summary>
    public bool IsWaiting => _reader.IsWaiting;

    /// <summary>The address it counts for in the limits, where it does.</summary>
    public IPAddress? CountedAs { get; set; }

    /// <summary>It is known who it is, and it was let in.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>The transcript, to be read.</summary>
    public TranscriptRing Ring { get; }

    /// <summary>Completes when the session is over and the socket closed.</summary>
    public Task Completion => _completion.Task;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ValueTask<ReadResult> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(_services.Clock.After(timeout), isContent: false, cancellationToken);

    public override ValueTask<ReadResult> ReadContentAsync(TimeSpan timeout) => _reader.ReadAsync(_services.Clock.After(timeout), isContent: true, CancellationToken.None);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _reader.AdvanceTo(consumed, examined);

    public override async ValueTask<long> UpgradeToTlsAsync(CancellationToken cancellationToken = default)
    {
        var tls = _services.Tls;
        if (_tls is not null || tls is null)
        {
            throw new InvalidOperationException("TLS cannot be begun here.");
        }

        // Behind a PROXY header the client's first TLS record may have come already. Behind STARTTLS nothing may have.
        var early = IsProxied && Endpoint.TlsMode == MailTlsMode.Implicit ? System.Buffers.BuffersExtensions.ToArray(_reader.Buffered()) : [];
        var stream = new SslStream(new SocketStream(_socket, _meter, early), leaveInnerStreamOpen: false);
        // Before the handshake, so that nothing in plaintext can be read after it (RFC 3207 §4.2). From here on the stream is the reader's to dispose of.
        var dropped = _reader.Switch(stream, probeFirst: true);
        Volatile.Write(ref _handshakeDeadline, _services.Clock.After(Limits.TlsHandshakeTimeout));
        try
        {
            await stream.AuthenticateAsServerAsync(tls.Options, cancellationToken);
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The platform's TLS reports some peers' faults so, and a connection cut off at its time limit.
            throw new AuthenticationException("The TLS handshake failed.", e);
        }
        finally
        {
            Volatile.Write(ref _handshakeDeadline, ConnectionClock.Never);
        }

        _writer.Switch(stream, flushStream: false);
        _tlsConfiguration = tls;
        _tls = stream;
        Ring.Add(TranscriptDirection.Note, $"TLS begun ({stream.SslProtocol}, {stream.NegotiatedCipherSuite})");
        return dropped;
    }

    public override void StartCompression()
    {
        Stream below = _tls is not null ? _tls : new SocketStream(_socket, _meter, default);
        // Inflated octets may wait inside the stream, which a read of zero octets does not tell: it always takes a buffer.
        _reader.Switch(new DeflateStream(below, CompressionMode.Decompress, leaveOpen: true), probeFirst: false);
        _writer.Switch(new DeflateStream(below, CompressionLevel.Fastest, leaveOpen: true), flushStream: true);
        Ring.Add(TranscriptDirection.Note, "Compression begun");
    }

    public override ReadOnlyMemory<byte> GetChannelBinding(string type) =>
        // tls-exporter (RFC 9266) needs the exporter of RFC 8446 §7.5, which SslStream does not give.
        _tls is not null && type.Equals("tls-server-end-point", StringComparison.OrdinalIgnoreCase) ? _tlsConfiguration!.EndPointBinding : default;

    public override void Abort()
    {
        if (Interlocked.Exchange(ref _abortedOnce, 1) != 0)
        {
            return;
        }

        _writer.Close();
        _reader.Stop(ReadStop.Aborted, sticky: true);
        // A reset tells the client at once and keeps nothing in the system's buffers.
        _socket.Close(0);
        _ = _aborted.CancelAsync();
    }

    /// <summary>
    /// Asks the session to say goodbye and end; cut off after <see cref="ClosingGrace"/>. A server that stops lets it first take to its end a message whose
    /// content is on its way.
    /// </summary>
    public void RequestClose(ClosingReason reason, TimeSpan? grace = null)
    {
        if (Interlocked.CompareExchange(ref _closingReason, (int)reason, (int)ClosingReason.None) != (int)ClosingReason.None)
        {
            return;
        }

        AbortAfter(grace ?? ClosingGrace);
        // The token first: a session whose read ends asks it whether there is a goodbye to be said.
        _ = _closing.CancelAsync();
        _reader.Stop(reason == ClosingReason.ServerStopping ? ReadStop.Stopping : ReadStop.Closing, sticky: true);
    }

    /// <summary>
    /// The drain is over, also for a message whose content is on its way: the session says goodbye at its next wait for octets. False where it waits for
    /// its client to read, and cannot say anything.
    /// </summary>
    public bool EndContent()
    {
        _reader.Stop(ReadStop.Closing, sticky: true);
        return _writer.Deadline == ConnectionClock.Never;
    }

    /// <summary>Runs the session to its end and closes the socket. Never throws.</summary>
    /// <param name="handler">What is spoken.</param>
    /// <param name="admit">Asked once it is known who the client is: why it is not let in, or null.</param>
    public async Task RunAsync(IProtocolHandler handler, Func<SocketConnection, ConnectionRefusal?> admit)
    {
        try
        {
            if (IsProxied)
            {
                await ReadProxyHeaderAsync();
            }

            if (admit(this) is { } reason)
            {
                if (Endpoint.TlsMode != MailTlsMode.Implicit)
                {
                    await _writer.WriteAsync(handler.RefusalFor(reason));
                    await FinishAsync();
                }

                return;
            }

            IsAdmitted = true;
            if (Endpoint.TlsMode == MailTlsMode.Implicit)
            {
                await UpgradeToTlsAsync(_aborted.Token);
            }

            await handler.RunAsync(this);
            await FinishAsync();
        }
        catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException or AuthenticationException or SocketException or ObjectDisposedException)
        {
            // The innermost is what the system or the TLS library said.
            Ring.Add(TranscriptDirection.Note, $"{(e is AuthenticationException ? "TLS handshake failed" : "Ended")}: {e.GetBaseException().Message}");
        }
        catch (Exception e)
        {
            // The one place where a fault of a session ends: it costs this client its connection and nobody else anything.
            _services.Events.Publish("Error", MailEventSeverity.Error, $"A session failed inside: {e.GetType().Name}: {e.Message}", Details() with { Cause = e });
        }
        finally
        {
            Abort();
            _reader.Close();
            await _writer.EndAsync();
            _tls?.Dispose();
            Ring.End();
            _completion.TrySetResult();
        }
    }

    /// <summary>Looks at the time limits.</summary>
    public void Tick(long now)
    {
        _reader.Tick(now);
        if (now >= Volatile.Read(ref _handshakeDeadline) || now >= _writer.Deadline || now >= Volatile.Read(ref _abortDeadline))
        {
            Ring.Add(TranscriptDirection.Note, "Cut off: out of time");
            Abort();
        }
        else if (now >= _loginDeadline)
        {
            _loginDeadline = ConnectionClock.Never;
            if (Activity.Mailbox is null)
            {
                AbortAfter(ClosingGrace);
                _reader.Stop(ReadStop.TimedOut, sticky: true);
            }
        }
    }

    /// <summary>What an event of it is about.</summary>
    public ServerEventDetails Details() => new(Id, Endpoint.Protocol, Activity.Mailbox, RemoteAddress: Remote.Address.ToString());

    /// <summary>The session as of now.</summary>
    public MailSession ToSession()
    {
        var now = _services.Clock.Now;
        return new MailSession
        {
            Id = Id,
            Protocol = Endpoint.Protocol,
            RemoteEndPoint = Remote.ToString(),
            LocalEndPoint = Endpoint.ToString(),
            Mailbox = Activity.Mailbox,
            TlsVersion = _tls?.SslProtocol.ToString(),
            State = Activity.State,
            Command = Activity.Command,
            Folder = Activity.Folder,
            Client = Activity.Client,
            BytesIn = _meter.BytesIn,
            BytesOut = _meter.BytesOut,
            ConnectedAt = _connectedAt,
            AgeSeconds = (now - _connected) / 1000.0,
            IdleSeconds = (now - _meter.LastInput) / 1000.0,
        };
    }

    private async ValueTask ReadProxyHeaderAsync()
    {
        while (true)
        {
            var result = await ReadAsync(Limits.TlsHandshakeTimeout);
            var buffer = result.Buffer;
            var head = buffer.Slice(0, Math.Min(buffer.Length, ProxyHeader.MaxOctets));
            var octets = head.IsSingleSegment ? head.First : System.Buffers.BuffersExtensions.ToArray(head);
            switch (ProxyHeader.Read(octets.Span, out var length, out var source))
            {
                case ProxyHeaderStatus.Complete:
                    AdvanceTo(buffer.GetPosition(length));
                    _remote = source is null ? _remote : Plain(source);
                    Ring.Add(TranscriptDirection.Note, $"PROXY: the client is {_remote}");
                    return;
                case ProxyHeaderStatus.Incomplete when !result.IsCompleted:
                    AdvanceTo(buffer.Start, buffer.End);
                    break;
                default:
                    throw new IOException("No PROXY header came from the proxy.");
            }
        }
    }

    private static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    private void AbortAfter(TimeSpan grace)
    {
        var deadline = _services.Clock.After(grace);
        if (deadline < Volatile.Read(ref _abortDeadline))
        {
            Volatile.Write(ref _abortDeadline, deadline);
        }
    }

    private async Task FinishAsync()
    {
        if (Volatile.Read(ref _abortedOnce) != 0)
        {
            return;
        }

        // The goodbye has this long to get out, whatever the session's own limits were.
        AbortAfter(ClosingGrace);
        await _writer.FlushAsync();
        try
        {
            if (_tls is not null)
            {
                await _tls.ShutdownAsync();
            }
        }
        catch (InvalidOperationException)
        {
            // TLS was at its end already.
        }

        // Closed in order, not by a reset: the final line must arrive. A client that left after QUIT needs nothing of this.
        if (_reader.IsReading)
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        else if (_socket.Available > 0)
        {
            await DrainAsync();
        }

        Interlocked.Exchange(ref _abortedOnce, 1);
        _writer.Close();
        _reader.Stop(ReadStop.Aborted, sticky: true);
        _socket.Dispose();
        await _aborted.CancelAsync();
    }

    // Octets that nobody read make the system close by a reset, and so does disposing under a read, unless sending was shut down.
    private async ValueTask DrainAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        var scratch = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSegment.SmallSize);
        try
        {
            for (var left = LingerOctets; left > 0 && _socket.Available > 0;)
            {
                var count = await _socket.ReceiveAsync(scratch.AsMemory(), SocketFlags.None, _aborted.Token);
                if (count == 0)
                {
                    break;
                }

                left -= count;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(scratch);
        }
    }
}
