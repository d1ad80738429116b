using System.Collections.Concurrent;
using MailAdmin.Errors;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// Work that the drawing thread asks for and does not wait for. What it returns or throws becomes the line at the foot of the screen; nothing it does
/// can end the dashboard.
/// </summary>
internal sealed class BackgroundWork(Action<string, Tone> say, CancellationToken stop)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Begins work; <paramref name="what"/> names it in an error.</summary>
    public void Run(string what, Func<CancellationToken, Task<string?>> work)
    {
        var task = Task.Run(() => GuardAsync(what, work));
        _running[task] = true;
        task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Ends when all that was begun has ended.</summary>
    public Task WhenIdle() => Task.WhenAll(_running.Keys);

    /// <summary>An error in the words of a person, in one line.</summary>
    public static string Say(Exception error)
    {
        var text = error is MailAdminException { RecommendedAction: { } action } ? error.Message.TrimEnd('.') + ". " + action : error.Message;
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task GuardAsync(string what, Func<CancellationToken, Task<string?>> work)
    {
        try
        {
            if (await work(stop) is { } outcome)
            {
                say(outcome, Tone.Good);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The dashboard is closing.
        }
        catch (Exception e)
        {
            // Whatever the route throws: the admin is told and goes on looking.
            say(what + ": " + Say(e), Tone.Failure);
        }
    }
}
