using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace MailAdmin.Server.Connections;

/// <summary>Why a wait for octets ended without any; the later go before the earlier.</summary>
internal enum ReadStop
{
    None, TimedOut, Canceled,
    /// <summary>The server stops: only waits for a command end, not those for a content that is on its way.</summary>
    Stopping,
    /// <summary>This session is to end.</summary>
    Closing,
    Aborted,
}

/// <summary>
/// Input of a connection: reads on demand, straight from the socket (or the TLS stream above it) into rented segments.
/// </summary>
/// <remarks>
/// Invariants: a wait that is meant to be long (IDLE; any wait in TLS, which would hold far more) rents nothing: a read of zero octets comes
/// first. A wait for the next command in plaintext holds one small segment, which saves two system calls a command. At most one read is
/// under way, and it is never cancelled: who gives up waiting (time, IDLE ended, server stop) leaves it standing and the next caller takes it over, so that a
/// TLS record is never torn. The stream that it reads through is its own to dispose of, once no read is under way in it. While a read is under way only its completion touches the segments.
/// </remarks>
internal sealed partial class ConnectionReader : IValueTaskSource<ReadResult>
{
    private enum Stage
    {
        Probe, Data,
    }

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly ConnectionMeter _meter;
    private readonly Action _resume;
    private Stream? _stream;
    private bool _probeFirst = true, _isLongWait, _smallNext;

    private bool _closed;
    private Exception? _fault;

    private Stage _stage;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _io;
    private bool _pending, _waiting, _isContent;
    private long _deadline = long.MaxValue;
    private ReadStop _sticky;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<ReadStop> _core;

    public ConnectionReader(Socket socket, ConnectionMeter meter)
    {
        _socket = socket;
        _meter = meter;
        _resume = Resume;
    }

    /// <summary>Somebody waits for octets.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting);

    /// <summary>A read is under way, wanted or left standing.</summary>
    public bool IsReading
    {
        get
        {
            lock (_gate)
            {
                return _pending;
            }
        }
    }

    /// <summary>Reads through <paramref name="stream"/> from now on (TLS, compression); what was buffered is thrown away and counted.</summary>
    /// <param name="stream">The new source.</param>
    /// <param name="probeFirst">A read of zero octets waits on it without taking a buffer.</param>
    public long Switch(Stream stream, bool probeFirst)
    {
        lock (_gate)
        {
            if (_pending)
            {
                throw new InvalidOperationException("A read is under way.");
            }

            var dropped = Buffered().Length;
            ReleaseAll();
            _unexamined = false;
            _lastReadFilled = false;
            _stream = stream;
            _probeFirst = probeFirst;
            return dropped;
        }
    }

    /// <summary>As <see cref="ClientConnection.ReadAsync"/>, or <see cref="ClientConnection.ReadContentAsync"/>; <paramref name="deadline"/> on the meter's clock.</summary>
    public ValueTask<ReadResult> ReadAsync(long deadline, bool isContent, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        bool start;
        lock (_gate)
        {
            if (_sticky != ReadStop.None && !(isContent && _sticky == ReadStop.Stopping))
            {
                return ValueTask.FromException<ReadResult>(Explain(_sticky, default));
            }

            if (!_pending)
            {
                if (_fault is not null)
                {
                    return ValueTask.FromException<ReadResult>(_fault);
                }

                if (_unexamined || _ended)
                {
                    return new(Result());
                }
            }

            start = !_pending;
            _isLongWait = _stream is not null || cancellationToken.CanBeCanceled;
            _pending = true;
            _core.Reset();
            _deadline = deadline;
            _isContent = isContent;
            _waiting = true;
        }

        if (start && Run(resumed: false))
        {
            bool mine;
            lock (_gate)
            {
                _pending = false;
                mine = _waiting;
                _waiting = false;
            }

            if (mine)
            {
                return _fault is null ? new(Result()) : ValueTask.FromException<ReadResult>(_fault);
            }
        }
        else if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static reader => ((ConnectionReader)reader!).Stop(ReadStop.Canceled, sticky: false), this);
        }

        return new(this, _core.Version);
    }

    /// <summary>Ends the wait under way, if any; where <paramref name="sticky"/>, all later ones as well.</summary>
    public void Stop(ReadStop why, bool sticky)
    {
        lock (_gate)
        {
            if (sticky && why > _sticky)
            {
                _sticky = why;
            }

            if (!_waiting || (_isContent && why == ReadStop.Stopping))
            {
                return;
            }

            _waiting = false;
        }

        // The caller is a timer, an admin or the store's broadcaster: the session goes on elsewhere.
        _core.RunContinuationsAsynchronously = true;
        _core.SetResult(why);
    }

    /// <summary>Ends the wait under way where its time is over.</summary>
    public void Tick(long now)
    {
        if (now < Volatile.Read(ref _deadline))
        {
            return;
        }

        lock (_gate)
        {
            // Looked at again: the wait may be a new one by now, with a deadline of its own.
            if (!_waiting || now < _deadline)
            {
                return;
            }

            _waiting = false;
        }

        _core.RunContinuationsAsynchronously = true;
        _core.SetResult(ReadStop.TimedOut);
    }

    /// <summary>Gives buffers and stream back once no read is under way; the socket is closed by then.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            if (_pending)
            {
                return;
            }

            ReleaseAll();
        }

        _stream?.Dispose();
    }

    private void Resume()
    {
        if (!Run(resumed: true))
        {
            return;
        }

        bool closed, waiting;
        lock (_gate)
        {
            _pending = false;
            (closed, waiting) = (_closed, _waiting);
            _waiting = false;
            if (closed)
            {
                ReleaseAll();
            }
        }

        if (closed)
        {
            _stream?.Dispose();
        }

        if (waiting)
        {
            _core.RunContinuationsAsynchronously = false;
            _core.SetResult(ReadStop.None);
        }
    }

    /// <summary>Carries the read on: true when there are octets, the end or a fault; false when it waits and will call <see cref="Resume"/>.</summary>
    private bool Run(bool resumed)
    {
        try
        {
            if (!resumed)
            {
                // A read that filled its segment has more behind it, as a rule: no need to wait for it first. In plaintext it can be asked for,
                // so that no large segment is left standing.
                var more = _lastReadFilled && (_stream is not null || _socket.Available > 0);
                _stage = _probeFirst && _isLongWait && !more ? Stage.Probe : Stage.Data;
                _smallNext = _stream is null && !more && _stage == Stage.Data;
                if (_smallNext)
                {
                    KeepLittle();
                }
            }
            else
            {
                var count = _io.GetResult();
                if (_stage == Stage.Data)
                {
                    Commit(count);
                    return true;
                }

                _stage = Stage.Data;
            }

            while (true)
            {
                var memory = _stage == Stage.Probe ? Memory<byte>.Empty : Room();
#pragma warning disable CA2012 // Consumed once: here where it is complete, in Resume otherwise.
                var io = (_stream is null ? _socket.ReceiveAsync(memory, SocketFlags.None) : _stream.ReadAsync(memory)).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
                if (!io.IsCompleted)
                {
                    if (_stage == Stage.Probe)
                    {
                        KeepLittle();
                    }

                    _io = io;
                    io.UnsafeOnCompleted(_resume);
                    return false;
                }

                var count = io.GetResult();
                if (_stage == Stage.Data)
                {
                    Commit(count);
                    return true;
                }

                _stage = Stage.Data;
            }
        }
#pragma warning disable CA1031 // Half of the time this runs on the pool with nobody above it: whatever a socket, TLS or DEFLATE throws is the session's to hear.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _fault = e as IOException ?? new IOException("The connection broke off.", e);
            return true;
        }
    }

    private static Exception Explain(ReadStop why, CancellationToken token) => why switch
    {
        ReadStop.TimedOut => new TimeoutException("The client sent nothing in time."),
        ReadStop.Canceled => new OperationCanceledException(token),
        ReadStop.Stopping or ReadStop.Closing => new OperationCanceledException("The session is to end."),
        _ => new OperationCanceledException("The connection is gone."),
    };

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        // Disposing waits for a cancellation callback that is running, so that it cannot hit a later read.
        _registration.Dispose();
        _registration = default;
        var why = _core.GetResult(token);
        if (why != ReadStop.None)
        {
            throw Explain(why, _token);
        }

        return _fault is null ? Result() : throw _fault;
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
