namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// From an event to what it is about, and back: its message, where it is about one; else its session while that lives; else its folder or mailbox. Esc comes
/// back to the event, until the admin has gone on from there.
/// </summary>
internal sealed class EventJump(DashboardModel model, IMailAdministration administration)
{
    private bool _isAway;

    /// <summary>Goes there.</summary>
    public void To(MailEvent happened)
    {
        model.Events.Acknowledge(happened);
        model.Work.Run("opening", stop => OpenAsync(happened, stop));
    }

    /// <summary>Back to the events; false where the page on show was not reached from there.</summary>
    public bool Return()
    {
        if (!_isAway)
        {
            return false;
        }

        model.Show(DashboardTab.Events);
        return true;
    }

    /// <summary>The admin has gone on: Esc is one step back on this page from now on.</summary>
    public void Settle() => _isAway = false;

    private async Task<string?> OpenAsync(MailEvent happened, CancellationToken cancellationToken)
    {
        switch (happened)
        {
            case { QueueId: { } id }:
                return await model.Queue.FindAsync(id, cancellationToken) is { } queued
                    ? Open(DashboardTab.Queue, () => model.Queue.OpenMessage(queued))
                    : "the message is in the queue no longer: delivered, returned or removed";
            case { Mailbox: { } mailbox, Folder: { } folder, Uid: { } uid }:
                return Open(DashboardTab.Mailboxes, () => model.Mailboxes.OpenMessage(mailbox, folder, uid));
            case { SessionId: { } id } when (await administration.GetSessionsAsync(cancellationToken)).FirstOrDefault(s => s.Id == id) is { } session:
                return Open(DashboardTab.Sessions, () => model.Sessions.Open(session));
            case { Mailbox: { } mailbox, Folder: { } folder }:
                return Open(DashboardTab.Mailboxes, () => model.Mailboxes.OpenFolder(mailbox, folder));
            case { Mailbox: { } mailbox }:
                return Open(DashboardTab.Mailboxes, () => model.Mailboxes.OpenMailbox(mailbox));
            default:
                return happened.SessionId is null ? "this event is about nothing that can be opened" : $"session {happened.SessionId} is over";
        }
    }

    private string? Open(DashboardTab tab, Action open)
    {
        model.Changes.Post(() =>
        {
            model.Show(tab);
            open();
            _isAway = true;
        });
        return null;
    }
}
