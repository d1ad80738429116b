namespace MailAdmin.Store.Writer;

/// <summary>A change on its way through the writer.</summary>
internal abstract class StoreOperation(CancellationToken cancellationToken)
{
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>True where it changes accounts or folders, so that the index takes part in the commit.</summary>
    public virtual bool IsStructural => false;

    /// <summary>Octets of content it brings, for the bound of a batch.</summary>
    public virtual long Octets => 0;

    /// <summary>
    /// Checks against the state as planned so far, then emits events. What it throws before the first event fails it alone.
    /// </summary>
    public abstract void Plan(PlanContext context);

    /// <summary>The commit is on disk.</summary>
    public abstract void Complete();

    /// <summary>Nothing of it happened.</summary>
    public abstract void Fail(Exception cause);
}

/// <summary>A change with an outcome.</summary>
internal abstract class StoreOperation<T>(CancellationToken cancellationToken) : StoreOperation(cancellationToken)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _completion.Task;

    protected T Result { get; set; } = default!;

    public override void Complete() => _completion.TrySetResult(Result);

    public override void Fail(Exception cause)
    {
        if (cause is OperationCanceledException canceled)
        {
            _completion.TrySetCanceled(canceled.CancellationToken);
        }
        else
        {
            _completion.TrySetException(cause);
        }
    }
}
