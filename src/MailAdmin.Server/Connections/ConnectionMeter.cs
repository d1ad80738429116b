using MailAdmin.Server.Diagnostics;

namespace MailAdmin.Server.Connections;

/// <summary>The coarse clock that all time limits of connections are measured on: milliseconds since the server came up.</summary>
internal sealed class ConnectionClock(TimeProvider time)
{
    /// <summary>No deadline.</summary>
    public const long Never = long.MaxValue;

    private readonly long _start = time.GetTimestamp();

    public TimeProvider Time => time;

    /// <summary>Milliseconds since the start.</summary>
    public long Now => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The moment <paramref name="span"/> from now; never for an infinite or very long one.</summary>
    public long After(TimeSpan span) => span < TimeSpan.Zero || span > TimeSpan.FromDays(365) ? Never : Now + (long)span.TotalMilliseconds;
}

/// <summary>Counts the octets of one connection where they cross the socket, for it and for its protocol.</summary>
internal sealed class ConnectionMeter(ProtocolCounters counters, ConnectionClock clock)
{
    private long _bytesIn, _bytesOut, _lastInput = clock.Now;

    public ConnectionClock Clock => clock;
    public long BytesIn => Volatile.Read(ref _bytesIn);
    public long BytesOut => Volatile.Read(ref _bytesOut);
    /// <summary>When the client last sent something.</summary>
    public long LastInput => Volatile.Read(ref _lastInput);

    public void Received(long octets)
    {
        // One reader and one writer per connection: no interlocked add is needed here.
        Volatile.Write(ref _bytesIn, _bytesIn + octets);
        Volatile.Write(ref _lastInput, clock.Now);
        counters.Received(octets);
    }

    public void Sent(long octets)
    {
        Volatile.Write(ref _bytesOut, _bytesOut + octets);
        counters.Sent(octets);
    }
}
