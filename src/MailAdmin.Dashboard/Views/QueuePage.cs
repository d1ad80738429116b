using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>Mail on its way out: destinations, their messages, one message.</summary>
internal sealed class QueuePage(DashboardModel model) : DrillPage(model, model.Queue)
{
    private QueueModel Queue => Model.Queue;

    private bool IsEmpty => Model.Server.Statistics is { QueueDepth: 0 } && Queue.Level == QueueLevel.Destinations && Queue.Destinations.Total == 0;

    protected override IReadOnlyList<TablePane> Tables { get; } =
    [
        new TablePane<MailQueueDestination>(model.Queue.Destinations, "nothing is queued") { Opened = model.Queue.Enter, Whole = d => d.LastReply ?? "no attempt was answered yet" },
        new TablePane<MailQueueMessage>(model.Queue.Messages, "no messages") { Opened = model.Queue.Enter, Whole = m => m.LastReply ?? "no attempt was answered yet" },
    ];

    protected override IEnumerable<KeyDeed> HereDeeds
    {
        get
        {
            if (Table is { IsEmpty: true })
            {
                yield break;
            }

            yield return KeyDeed.Letter('R', "retry", Queue.Retry);
            yield return KeyDeed.Letter('E', Queue.IsHeld ? "resume" : "suspend", Queue.ToggleSuspension);
            yield return KeyDeed.On(Key.Delete, "Del", "remove", Remove);
            if (Queue.Level != QueueLevel.Message)
            {
                yield return KeyDeed.Letter('G', Queue.Level == QueueLevel.Destinations ? "all messages" : "by destination", Queue.ToggleGrouping);
            }
        }
    }

    public override void Draw(Canvas canvas, Area area)
    {
        if (IsEmpty)
        {
            DrawEmpty(canvas, area);
        }
        else
        {
            base.Draw(canvas, area);
        }
    }

    private void Remove()
    {
        if (Queue.AskToRemove() is { } question)
        {
            Model.Dialogs.Ask(question);
        }
    }

    private void DrawEmpty(Canvas canvas, Area area)
    {
        canvas.Text(area.X + 2, area.Y + 1, "Nothing is queued.", Tone.Good, area.Width - 2);
        var why = Model.Server.Info?.Outbound switch
        {
            MailOutboundMode.Capture => "This server relays nothing: mail to other domains is kept in the sender's folder Captured.",
            MailOutboundMode.Refuse => "This server relays nothing: mail to other domains is refused at once.",
            _ => "Mail to other domains passes through here.",
        };
        foreach (var (line, at) in TextWrap.Wrap([why], area.Width - 4).Select((line, at) => (line, at)))
        {
            canvas.Text(area.X + 2, area.Y + 2 + at, line, Tone.Dim, area.Width - 2);
        }
    }
}
