using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>What happens, newest first; warnings stay above it until they have been seen.</summary>
internal sealed class EventsPage : TablePage
{
    public EventsPage(DashboardModel model) : base(model) => Table = new TablePane<MailEvent>(model.Events.Table, () => model.Events.Least switch
    {
        MailEventSeverity.Error => "no errors; W shows all",
        MailEventSeverity.Warning => "no warnings or errors; W twice shows all",
        _ => "nothing has happened yet",
    }) { Opened = Open, Whole = e => e.Message };

    protected override TablePane Table { get; }

    protected override IEnumerable<KeyDeed> Own =>
    [
        .. Table.IsEmpty ? Array.Empty<KeyDeed>() : [KeyDeed.On(Key.Enter, "Enter", "jump", Open)],
        KeyDeed.On(Key.Space, "Space", Model.Events.IsPaused ? "go on" : "pause", Model.Events.TogglePause),
        KeyDeed.Letter('W', Model.Events.Least switch { MailEventSeverity.Information => "warnings", MailEventSeverity.Warning => "errors", _ => "all" }, Model.Events.CycleSeverity),
        KeyDeed.Letter('A', "seen all", Model.Events.AcknowledgeAll),
    ];

    public override void Draw(Canvas canvas, Area area)
    {
        var events = Model.Events;
        var unseen = events.Unseen.Count + events.UnseenDropped;
        Table.Draw(canvas, DrawRemarks(canvas, area,
            (events.IsPaused ? $"paused, {Formats.Count(events.Missed)} more meanwhile; Space goes on" : "", Tone.Warning),
            (events.Least switch { MailEventSeverity.Error => "errors only", MailEventSeverity.Warning => "warnings and errors only", _ => "" }, Tone.Accent),
            (unseen > 0 ? $"▲ {Formats.Count(unseen)} not seen yet; A marks all as seen" : "", Tone.Warning)));
    }

    private void Open()
    {
        if (Model.Events.Table.Selected is { } happened)
        {
            Model.Jump.To(happened);
        }
    }
}
