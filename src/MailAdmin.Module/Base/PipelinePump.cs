using System.Collections.Concurrent;

namespace MailAdmin.Module.Base;

/// <summary>
/// Runs async code of a cmdlet on the pipeline's thread: continuations come back to it, so WriteObject, ShouldProcess and the like are
/// called where the engine demands them, and the code reads like any other async code. The thread sleeps while nothing is to be done.
/// </summary>
internal sealed class PipelinePump : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly Lock _gate = new();
    private bool _finished;

    private PipelinePump()
    {
    }

    /// <summary>Runs <paramref name="body"/> to its end; what it throws is thrown from here unchanged.</summary>
    public static void Run(Func<Task> body)
    {
        var outer = Current;
        using var pump = new PipelinePump();
        SetSynchronizationContext(pump);
        try
        {
            var task = body();
            if (!task.IsCompleted)
            {
                _ = task.ContinueWith(static (_, state) => ((PipelinePump)state!).Finish(), pump, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                foreach (var (callback, state) in pump._queue.GetConsumingEnumerable())
                {
                    callback(state);
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            pump.Finish();
            SetSynchronizationContext(outer);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            if (!_finished)
            {
                _queue.Add((d, state));
                return;
            }
        }

        // Work that outlives its cmdlet has no pipeline to come back to.
        ThreadPool.QueueUserWorkItem(static work => work.d(work.state), (d, state), preferLocal: false);
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("The pipeline's thread takes posted work only.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    private void Finish()
    {
        lock (_gate)
        {
            if (!_finished)
            {
                _finished = true;
                _queue.CompleteAdding();
            }
        }
    }
}
