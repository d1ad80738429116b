namespace MailAdmin.Server.Diagnostics;

/// <summary>Lets one of many like events be told in a while and counts the others: a flood of them must not push everything else out of sight.</summary>
internal sealed class Throttle(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _last;
    private long _held;

    /// <summary>True where it may be told now.</summary>
    /// <param name="held">How many were not told since the last one that was.</param>
    public bool Passes(out long held)
    {
        lock (_gate)
        {
            if (_last is { } last && time.GetElapsedTime(last) < Interval)
            {
                held = 0;
                _held++;
                return false;
            }

            (held, _held, _last) = (_held, 0, time.GetTimestamp());
            return true;
        }
    }
}
