using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>Mail on its way out: destinations, their messages, one message.</summary>
internal sealed class QueuePage : Page
{
    private readonly TablePane<MailQueueDestination> _destinations;
    private readonly TablePane<MailQueueMessage> _messages;
    private (int Width, int Height) _reader = (80, 20);

    public QueuePage(DashboardModel model) : base(model)
    {
        _destinations = new TablePane<MailQueueDestination>(Queue.Destinations, "nothing is queued") { Activated = Queue.Enter };
        _messages = new TablePane<MailQueueMessage>(Queue.Messages, "no messages") { Activated = Queue.Enter };
    }

    private QueueModel Queue => Model.Queue;

    private bool IsEmpty => Model.Server.Statistics is { QueueDepth: 0 } && Queue.Level == QueueLevel.Destinations && Queue.Destinations.Total == 0;

    public override bool IsTyping => Queue.Level switch
    {
        QueueLevel.Destinations => Queue.Destinations.IsFiltering,
        QueueLevel.Messages => Queue.Messages.IsFiltering,
        _ => false,
    };

    public override IEnumerable<Hint> Hints()
    {
        if (IsEmpty)
        {
            return [];
        }

        Hint[] deeds = [new("R", "retry now"), new("E", "suspend/resume"), new("Del", "remove")];
        return Queue.Level switch
        {
            QueueLevel.Destinations => [new("Enter", "messages"), .. deeds, new("G", "all messages"), .. _destinations.Hints()],
            QueueLevel.Messages => [new("Enter", "inspect"), .. deeds, new("G", "by destination"), .. _messages.Hints(), new("Esc", "back")],
            _ => [new("←→", "part"), new("D", "delivery"), new("H", "headers"), new("O", "source"), .. deeds, new("Esc", "back")],
        };
    }

    public override void Draw(Canvas canvas, Area area)
    {
        if (IsEmpty)
        {
            DrawEmpty(canvas, area);
            return;
        }

        var (line, rest) = area.SplitTop(1);
        var end = canvas.Text(line.X + 1, line.Y, Queue.Path, Tone.Title, line.Width - 1);
        var remark = Queue.Level == QueueLevel.Messages && Queue.Messages.Total >= QueueModel.MaxMessages ? $"the oldest {Formats.Count(QueueModel.MaxMessages)}" : "";
        canvas.Text(end + 2, line.Y, remark, Tone.Dim, line.Right - end - 2);
        switch (Queue.Level)
        {
            case QueueLevel.Destinations:
                _destinations.Draw(canvas, rest);
                break;
            case QueueLevel.Messages:
                _messages.Draw(canvas, rest);
                break;
            default:
                DrawMessage(canvas, rest, Queue.Inspected!);
                break;
        }
    }

    public override bool OnKey(Key key)
    {
        if (IsTyping)
        {
            return Table(key);
        }

        switch (key)
        {
            case var _ when key.Is('r') || key.Is('R'):
                Queue.Retry();
                return true;
            case var _ when key.Is('e') || key.Is('E'):
                Queue.ToggleSuspension();
                return true;
            case var _ when key == Key.Delete:
                if (Queue.AskToRemove() is { } question)
                {
                    Model.Ask(question);
                }

                return true;
            case var _ when (key.Is('g') || key.Is('G')) && Queue.Level != QueueLevel.Message:
                Queue.ToggleGrouping();
                return true;
            default:
                return Queue.Level == QueueLevel.Message ? OnMessageKey(key, Queue.Inspected!) : Table(key);
        }
    }

    public override void Paste(string text)
    {
        if (Queue.Level == QueueLevel.Destinations)
        {
            _destinations.Paste(text);
        }
        else
        {
            _messages.Paste(text);
        }
    }

    public override bool Back() => Queue.Level switch
    {
        QueueLevel.Destinations => _destinations.Back(),
        QueueLevel.Messages => _messages.Back() || Queue.Leave(),
        _ => Queue.Leave(),
    };

    private bool Table(Key key) => Queue.Level == QueueLevel.Destinations ? _destinations.OnKey(key) : _messages.OnKey(key);

    private bool OnMessageKey(Key key, QueueMessageModel message)
    {
        switch (key)
        {
            case var _ when key == Key.CursorLeft || key == Key.CursorRight:
                message.Turn(key == Key.CursorLeft ? -1 : 1);
                break;
            case var _ when key.Is('d') || key.Is('D'):
                message.Turn(QueuePart.Delivery);
                break;
            case var _ when key.Is('h') || key.Is('H'):
                message.Turn(QueuePart.Headers);
                break;
            case var _ when key.Is('o') || key.Is('O'):
                message.Turn(QueuePart.Source);
                break;
            case var _ when key.Lines(_reader.Height) is { } lines:
                message.Scroll(lines, _reader.Width, _reader.Height);
                break;
            default:
                return false;
        }

        Queue.ReadOn(_reader.Height);
        return true;
    }

    private void DrawMessage(Canvas canvas, Area area, QueueMessageModel inspected)
    {
        var message = inspected.Message;
        var y = area.Y;
        foreach (var (name, value) in new[] { ("From", message.Sender.Length == 0 ? "<> (a notification)" : message.Sender), ("To", string.Join(", ", message.Recipients.Take(20))), ("Subject", message.Subject) })
        {
            if (y < area.Bottom)
            {
                canvas.Field(area.X + 1, y, name, 8, Tone.Dim);
                canvas.Text(area.X + 9, y++, value ?? "–", name == "Subject" ? Tone.Title : Tone.Normal, area.Width - 10);
            }
        }

        var (line, body) = area.SplitTop(y - area.Y).Lower.SplitTop(1);
        PartBar.Draw(canvas, line, [(QueuePart.Delivery, "Delivery"), (QueuePart.Headers, "Headers"), (QueuePart.Source, "Source")], inspected.Part, part =>
        {
            inspected.Turn(part);
            Queue.ReadOn(_reader.Height);
        });
        body = body with { X = body.X + 1, Width = body.Width - 2 };
        _reader = (body.Width, Math.Max(1, body.Height));
        canvas.OnMouse(body, (deed, _, _) =>
        {
            inspected.Scroll(deed switch { MouseDeed.WheelUp => -3, MouseDeed.WheelDown => 3, _ => 0 }, _reader.Width, _reader.Height);
            Queue.ReadOn(_reader.Height);
        });
        var lines = inspected.LinesFor(body.Width);
        for (var at = 0; at < body.Height && inspected.Top + at < lines.Count; at++)
        {
            canvas.Text(body.X, body.Y + at, lines[inspected.Top + at], inspected.IsGone && inspected.Part == QueuePart.Delivery ? Tone.Dim : Tone.Normal, body.Width);
        }

        PartBar.DrawPlace(canvas, line, inspected.Top, body.Height, lines.Count);
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
