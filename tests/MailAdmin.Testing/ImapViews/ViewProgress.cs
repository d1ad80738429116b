namespace MailAdmin.Testing.ImapViews;

/// <summary>Counts what all sessions do, so that one can idle until others have done something: no clock, and never all of them at once.</summary>
public sealed class ViewProgress(int sessions)
{
    private readonly Lock _gate = new();
    private readonly List<(long At, TaskCompletionSource Came)> _idlers = [];
    private int _active = sessions;
    private long _commands;

    /// <summary>Commands done.</summary>
    public long Commands => Volatile.Read(ref _commands);

    /// <summary>A command is done.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            _commands++;
            Release(at => at <= _commands);
        }
    }

    /// <summary>A session has ended its work.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _active--;
            Release(_ => _active <= _idlers.Count);
        }
    }

    /// <summary>Completes once others have done so many commands more; at once where nobody would be left to do them.</summary>
    public Task IdleAsync(int commands)
    {
        lock (_gate)
        {
            if ((_idlers.Count + 1) * 2 > _active)
            {
                return Task.CompletedTask;
            }

            var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _idlers.Add((_commands + commands, came));
            return came.Task;
        }
    }

    private void Release(Func<long, bool> isOver)
    {
        foreach (var idler in _idlers.Where(i => isOver(i.At)).ToList())
        {
            _idlers.Remove(idler);
            idler.Came.SetResult();
        }
    }
}
