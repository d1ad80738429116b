using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>What happens, newest first; warnings stay above it until they have been seen.</summary>
internal sealed class EventsPage : Page
{
    private readonly TablePane<MailEvent> _table;

    public EventsPage(DashboardModel model) : base(model)
    {
        _table = new TablePane<MailEvent>(model.Events.Table, "nothing has happened yet") { Activated = Open };
    }

    public override bool IsTyping => Model.Events.Table.IsFiltering;

    public override IEnumerable<Hint> Hints() =>
        [new("Enter", "jump"), new("Space", Model.Events.IsPaused ? "go on" : "pause"), new("W", "severity"), new("A", "seen all"), .. _table.Hints()];

    public override void Draw(Canvas canvas, Area area)
    {
        var events = Model.Events;
        var parts = new List<(string Text, Tone Tone)>();
        if (events.IsPaused)
        {
            parts.Add(($"paused, {Formats.Count(events.Missed)} more meanwhile", Tone.Warning));
        }

        if (events.Least != MailEventSeverity.Information)
        {
            parts.Add((events.Least == MailEventSeverity.Error ? "errors only" : "warnings and errors only", Tone.Accent));
        }

        if (events.Unseen.Count > 0)
        {
            parts.Add(($"▲ {Formats.Count(events.Unseen.Count + events.UnseenDropped)} not seen yet; A marks all as seen", Tone.Warning));
        }

        if (parts.Count > 0)
        {
            var (line, rest) = area.SplitTop(1);
            var x = line.X + 1;
            foreach (var (text, tone) in parts)
            {
                x = canvas.Text(x, line.Y, text, tone, line.Right - x) + 3;
            }

            area = rest;
        }

        _table.Draw(canvas, area);
    }

    public override bool OnKey(Key key)
    {
        if (IsTyping)
        {
            return _table.OnKey(key);
        }

        switch (key)
        {
            case var _ when key == Key.Space:
                Model.Events.TogglePause();
                return true;
            case var _ when key.Is('w') || key.Is('W'):
                Model.Events.CycleSeverity();
                return true;
            case var _ when key.Is('a') || key.Is('A'):
                Model.Events.AcknowledgeAll();
                return true;
            default:
                return _table.OnKey(key);
        }
    }

    public override void Paste(string text) => _table.Paste(text);

    public override bool Back() => _table.Back();

    private void Open()
    {
        if (Model.Events.Table.Selected is { } happened)
        {
            Model.Jump(happened);
        }
    }
}
