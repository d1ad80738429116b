using Microsoft.Extensions.Hosting;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// Gives memory back once a burst is over. The runtime collects when its youngest generation is full, and sizes that by the processor's cache: on a
/// large server thousands of logins leave tens of MiB of garbage behind that nothing would collect while the sessions idle.
/// </summary>
/// <remarks>The heap is the process's: servers in one process share the work, and a process that is busy with anything is left alone.</remarks>
internal sealed class QuietCollector : IHostedService
{
    /// <summary>Garbage worth a collection, octets.</summary>
    private const long Worthwhile = 12 * 1024 * 1024;
    /// <summary>A process that allocates less than this in a period is quiet, octets.</summary>
    private const long Quiet = 256 * 1024;
    /// <summary>Quiet periods to wait for.</summary>
    private const int QuietPeriods = 2;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static int s_busy;
    private static long s_kept;

    private ITimer? _timer;
    private long _allocated;
    private int _quiet;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Interlocked.CompareExchange(ref s_kept, GC.GetTotalMemory(forceFullCollection: false), 0);
        _timer = TimeProvider.System.CreateTimer(_ => Look(), null, Period, Period);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref s_busy, 1) != 0)
        {
            return;
        }

        var allocated = GC.GetTotalAllocatedBytes();
        _quiet = allocated - _allocated < Quiet ? _quiet + 1 : 0;
        _allocated = allocated;
        if (_quiet >= QuietPeriods && GC.GetTotalMemory(forceFullCollection: false) - Volatile.Read(ref s_kept) > Worthwhile)
        {
            // Aggressive is the only mode that hands pages back to the system; nobody is there to feel its pause.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Volatile.Write(ref s_kept, GC.GetTotalMemory(forceFullCollection: false));
            _quiet = 0;
        }

        Volatile.Write(ref s_busy, 0);
    }
}
