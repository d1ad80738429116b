using System.Collections.Concurrent;
using MailAdmin.Errors;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// Work that the drawing thread asks for and does not wait for. What it returns or throws becomes the line at the foot of the screen; nothing it does
/// can end the dashboard.
/// </summary>
internal sealed class BackgroundWork(ChangeQueue changes, Action<string, Tone> say, CancellationToken stop)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>
    /// Begins work; <paramref name="what"/> names it in an error, which is told at the foot, or by <paramref name="failed"/> where there is a better place for it.
    /// Both are told on the drawing thread.
    /// </summary>
    public void Run(string what, Func<CancellationToken, Task<string?>> work, Action<string>? failed = null)
    {
        var task = Task.Run(() => GuardAsync(work, error => (failed ?? (text => say(what + ": " + text, Tone.Failure)))(error)));
        _running[task] = true;
        task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Tells something at the foot, from any thread.</summary>
    public void Tell(string text, Tone tone) => changes.Post(() => say(text, tone));

    /// <summary>Ends when all that was begun has ended.</summary>
    public Task WhenIdle() => Task.WhenAll(_running.Keys);

    /// <summary>An error in the words of a person, in one line.</summary>
    public static string Say(Exception error)
    {
        var text = error is MailAdminException { RecommendedAction: { } action } ? error.Message.TrimEnd('.') + ". " + action : error.Message;
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task GuardAsync(Func<CancellationToken, Task<string?>> work, Action<string> failed)
    {
        try
        {
            if (await work(stop) is { } outcome)
            {
                Tell(outcome, Tone.Good);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The dashboard is closing.
        }
        catch (Exception e)
        {
            // All that a route to a server, a parser or a cmdlet may throw ends here: the admin is told and goes on looking.
            changes.Post(() => failed(Say(e)));
        }
    }
}
