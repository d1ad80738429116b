using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>
/// Mail on its way out. The server has no relay yet and so no queue to list: the page says what the counters say, and no more.
/// </summary>
internal sealed class QueuePage(DashboardModel model) : Page(model)
{
    public override IEnumerable<Hint> Hints() => [];

    public override void Draw(Canvas canvas, Area area)
    {
        var statistics = Model.Server.Statistics;
        var y = area.Y + 1;
        if (statistics is null)
        {
            canvas.Text(area.X + 2, y, "no figures yet", Tone.Dim, area.Width - 2);
            return;
        }

        if (statistics.QueueDepth == 0)
        {
            canvas.Text(area.X + 2, y++, "Nothing is queued.", Tone.Good, area.Width - 2);
            canvas.Text(area.X + 2, y, Model.Server.Info?.IsDevelopment == true
                ? "This server relays nothing: mail to other domains is kept here."
                : "This server does not relay yet: mail to other domains is refused at once.", Tone.Dim, area.Width - 2);
            return;
        }

        var oldest = statistics.QueueOldest is { } at ? $", the oldest for {Formats.Span(Model.Time.GetUtcNow() - at)}" : "";
        canvas.Text(area.X + 2, y++, $"{Formats.Count(statistics.QueueDepth, "message")} waiting{oldest}.", Tone.Warning, area.Width - 2);
        canvas.Text(area.X + 2, y, "They cannot be listed here yet.", Tone.Dim, area.Width - 2);
    }

    public override bool OnKey(Key key) => false;
}
