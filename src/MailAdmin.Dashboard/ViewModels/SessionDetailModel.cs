namespace MailAdmin.Dashboard.ViewModels;

/// <summary>One session and its live transcript. Lines come as fast as the session talks; the screen takes them in batches.</summary>
internal sealed class SessionDetailModel : IDisposable
{
    /// <summary>Lines kept; older ones go.</summary>
    public const int MaxLines = 2000;

    private readonly ChangeQueue _changes;
    private readonly CancellationTokenSource _closed = new();
    private readonly Arrivals<TranscriptLine> _arrivals;

    public SessionDetailModel(MailSession session, IMailAdministration administration, ChangeQueue changes)
    {
        Session = session;
        _changes = changes;
        _arrivals = new Arrivals<TranscriptLine>(MaxLines, changes, TakeIn);
        Following = Task.Run(() => FollowAsync(administration, _closed.Token));
    }

    /// <summary>The session as last seen.</summary>
    public MailSession Session { get; private set; }
    /// <summary>Lines, oldest first.</summary>
    public List<TranscriptLine> Lines { get; } = [];
    /// <summary>The session is over; what was said stays to be read.</summary>
    public bool IsOver { get; private set; }
    /// <summary>Why there are no more lines, where that is not the session's end.</summary>
    public string? Problem { get; private set; }
    /// <summary>First line on screen; -1: the end is followed.</summary>
    public int Top { get; set; } = -1;
    /// <summary>It has the whole page.</summary>
    public bool IsZoomed { get; set; }
    /// <summary>Ends when the stream has ended.</summary>
    public Task Following { get; }

    /// <summary>A new look at the session; null: it is no longer among them.</summary>
    public void See(MailSession? session)
    {
        if (session is null)
        {
            IsOver = true;
        }
        else
        {
            Session = session;
        }
    }

    /// <summary>Moves the window over the transcript; at its end it follows again.</summary>
    public void Scroll(int lines, int height)
    {
        var last = Math.Max(0, Lines.Count - height);
        var top = Math.Clamp((Top < 0 ? last : Top) + lines, 0, last);
        Top = top >= last ? -1 : top;
    }

    public void Dispose()
    {
        _closed.Cancel();
        // The source is left to the collector: the stream may still be on its way out with its token.
    }

    private async Task FollowAsync(IMailAdministration administration, CancellationToken cancellationToken)
    {
        string? problem = null;
        try
        {
            await foreach (var line in administration.GetTranscriptAsync(Session.Id, follow: true, cancellationToken))
            {
                _arrivals.Add(line);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // Whatever the route throws (the session is gone, the channel broke), it is shown where the lines would have come.
            problem = e.Message;
        }

        _changes.Post(() =>
        {
            IsOver = problem is null || IsOver;
            Problem = problem;
        });
    }

    private void TakeIn(IReadOnlyCollection<TranscriptLine> batch)
    {
        Lines.AddRange(batch);
        var excess = Lines.Count - MaxLines;
        if (excess > 0)
        {
            Lines.RemoveRange(0, excess);
            Top = Top < 0 ? -1 : Math.Max(0, Top - excess);
        }
    }
}
