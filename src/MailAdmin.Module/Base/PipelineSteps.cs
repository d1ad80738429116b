namespace MailAdmin.Module.Base;

/// <summary>
/// A stream of the engine taken one item at a time: it goes on only when the pipeline asks for the next. For streams that do something to an item once it was
/// taken, where <see cref="MailCmdlet.Stream{T}"/> would have read ahead of what the pipeline got to see.
/// </summary>
/// <param name="source">The stream.</param>
/// <param name="stopping">Cancelled at Ctrl+C: the step that is under way is given up at once.</param>
internal sealed class PipelineSteps<T>(IAsyncEnumerable<T> source, CancellationToken stopping) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IAsyncEnumerator<T> _items = source.GetAsyncEnumerator(stopping);
    private Task _step = Task.CompletedTask;

    /// <summary>The item of the last step.</summary>
    public T Current => _items.Current;

    /// <summary>Takes the next item, on the thread pool; false at the end.</summary>
    public Task<bool> NextAsync()
    {
        var step = Task.Run(() => _items.MoveNextAsync().AsTask(), CancellationToken.None);
        _step = step;
        return step.WaitAsync(stopping);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A step that was given up and does not end at once is left behind, as is what it would be disposed of with, rather than waited for.
        await Task.Run(EndAsync).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task EndAsync()
    {
        await _step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _items.DisposeAsync();
    }
}
