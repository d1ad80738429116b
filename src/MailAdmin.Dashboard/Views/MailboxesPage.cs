using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>Mailboxes, folders, messages and the reader: one level at a time, Enter goes down, Esc up.</summary>
internal sealed class MailboxesPage : Page
{
    private readonly TablePane<MailboxLine> _mailboxes;
    private readonly TablePane<MailboxFolder> _folders;
    private readonly TablePane<MailboxMessage> _messages;
    private (int Width, int Height) _reader = (80, 20);

    public MailboxesPage(DashboardModel model) : base(model)
    {
        _mailboxes = new TablePane<MailboxLine>(Browser.Table, "no mailboxes; N makes one") { Activated = Browser.Enter };
        _folders = new TablePane<MailboxFolder>(Browser.Folders, "no folders") { Activated = Browser.Enter };
        _messages = new TablePane<MailboxMessage>(Browser.Messages, "no messages") { Activated = Browser.Enter };
    }

    private MailboxesModel Browser => Model.Mailboxes;

    public override bool IsTyping => Browser.Level switch
    {
        BrowserLevel.Mailboxes => Browser.Table.IsFiltering,
        BrowserLevel.Folders => Browser.Folders.IsFiltering,
        BrowserLevel.Messages => Browser.Messages.IsFiltering,
        _ => false,
    };

    public override IEnumerable<Hint> Hints() => Browser.Level switch
    {
        BrowserLevel.Mailboxes => [new("Enter", "open"), new("N", "new"), new("E", "enable/disable"), new("P", "password"), new("L", "quota"), new("Del", "remove"), .. _mailboxes.Hints()],
        BrowserLevel.Folders => [new("Enter", "open"), .. _folders.Hints(), new("Esc", "back")],
        BrowserLevel.Messages => [new("Enter", "read"), new("Del", "remove"), .. _messages.Hints(), new("Esc", "back")],
        _ => [new("←→", "part"), new("T", "text"), new("M", "HTML"), new("H", "headers"), new("F", "attachments"), new("O", "source"), new("<>", "previous, next"), new("Esc", "back")],
    };

    public override void Draw(Canvas canvas, Area area)
    {
        if (Browser.Level != BrowserLevel.Mailboxes)
        {
            var (line, rest) = area.SplitTop(1);
            var end = canvas.Text(line.X + 1, line.Y, Browser.Path, Tone.Title, line.Width - 1);
            canvas.Text(end + 2, line.Y, Browser.IsLoading ? "reading …" : Browser.Level == BrowserLevel.Messages && Browser.Messages.Total == MailboxesModel.MaxMessages ? $"the newest {Formats.Count(MailboxesModel.MaxMessages)}" : "", Tone.Dim, line.Right - end - 2);
            area = rest;
        }

        switch (Browser.Level)
        {
            case BrowserLevel.Mailboxes:
                _mailboxes.Draw(canvas, area);
                break;
            case BrowserLevel.Folders:
                _folders.Draw(canvas, area);
                break;
            case BrowserLevel.Messages:
                _messages.Draw(canvas, area);
                break;
            default:
                DrawReader(canvas, area, Browser.Reader!);
                break;
        }
    }

    public override bool OnKey(Key key) => Browser.Level switch
    {
        BrowserLevel.Mailboxes => OnMailboxKey(key) || _mailboxes.OnKey(key),
        BrowserLevel.Folders => _folders.OnKey(key),
        BrowserLevel.Messages => OnMessageKey(key) || _messages.OnKey(key),
        _ => OnReaderKey(key, Browser.Reader!),
    };

    public override void Paste(string text)
    {
        switch (Browser.Level)
        {
            case BrowserLevel.Mailboxes:
                _mailboxes.Paste(text);
                break;
            case BrowserLevel.Folders:
                _folders.Paste(text);
                break;
            case BrowserLevel.Messages:
                _messages.Paste(text);
                break;
        }
    }

    public override bool Back() => Browser.Level switch
    {
        BrowserLevel.Mailboxes => _mailboxes.Back(),
        BrowserLevel.Folders => _folders.Back() || Browser.Leave(),
        BrowserLevel.Messages => _messages.Back() || Browser.Leave(),
        _ => Browser.Leave(),
    };

    private bool OnMailboxKey(Key key)
    {
        if (IsTyping)
        {
            return false;
        }

        if (key.Is('n') || key.Is('N') || key == Key.InsertChar)
        {
            Model.AskForMailbox();
            return true;
        }

        Func<IMailAdministration, Mailbox, FormModel>? form = key switch
        {
            _ when key.Is('e') || key.Is('E') => MailboxForms.Toggle,
            _ when key.Is('p') || key.Is('P') => MailboxForms.SetPassword,
            _ when key.Is('l') || key.Is('L') => MailboxForms.SetQuota,
            _ when key == Key.Delete => MailboxForms.Remove,
            _ => null,
        };
        if (form is null || Browser.Table.Selected is not { } line)
        {
            return false;
        }

        Model.AskAbout(line.Mailbox, form);
        return true;
    }

    private bool OnMessageKey(Key key)
    {
        if (key != Key.Delete || IsTyping || Browser.Messages.Selected is not { } message)
        {
            return false;
        }

        Model.Ask(Browser.RemoveMessage(message));
        return true;
    }

    private bool OnReaderKey(Key key, ReaderModel reader)
    {
        switch (key)
        {
            case var _ when key == Key.CursorLeft || key == Key.CursorRight:
                reader.Turn(key == Key.CursorLeft ? -1 : 1);
                break;
            case var _ when key.Is('t') || key.Is('T'):
                reader.Turn(ReaderPart.Text);
                break;
            case var _ when key.Is('m') || key.Is('M'):
                reader.Turn(ReaderPart.Html);
                break;
            case var _ when key.Is('h') || key.Is('H'):
                reader.Turn(ReaderPart.Headers);
                break;
            case var _ when key.Is('f') || key.Is('F'):
                reader.Turn(ReaderPart.Attachments);
                break;
            case var _ when key.Is('o') || key.Is('O'):
                reader.Turn(ReaderPart.Raw);
                break;
            case var _ when key.Is('<') || key.Is('>') || key.Is(',') || key.Is('.'):
                Step(key.Is('>') || key.Is('.') ? 1 : -1);
                break;
            case var _ when key.Lines(_reader.Height) is { } lines:
                reader.Scroll(lines, _reader.Width, _reader.Height);
                break;
            default:
                return false;
        }

        Browser.ReadOn(_reader.Height);
        return true;
    }

    private void Step(int step)
    {
        var before = Browser.Messages.SelectedIndex;
        Browser.Messages.Move(step);
        if (Browser.Messages.SelectedIndex != before && Browser.Leave())
        {
            Browser.Enter();
        }
    }

    private void DrawReader(Canvas canvas, Area area, ReaderModel reader)
    {
        var message = reader.Message;
        var y = area.Y;
        foreach (var (name, value) in new[] { ("From", message.From), ("To", message.To), ("Subject", message.Subject), ("Date", Formats.DateTime(message.Date ?? message.ReceivedAt, Model.Zone)) })
        {
            if (y < area.Bottom)
            {
                canvas.Field(area.X + 1, y, name, 8, Tone.Dim);
                canvas.Text(area.X + 9, y++, value ?? "–", name == "Subject" ? Tone.Title : Tone.Normal, area.Width - 10);
            }
        }

        var (_, rest) = area.SplitTop(y - area.Y);
        var (bar, body) = rest.SplitTop(1);
        PartBar.Draw(canvas, bar, Parts(reader), reader.Part, part =>
        {
            reader.Turn(part);
            Browser.ReadOn(_reader.Height);
        });
        body = body with { X = body.X + 1, Width = body.Width - 2 };
        _reader = (body.Width, Math.Max(1, body.Height));
        canvas.OnMouse(body, (deed, _, _) =>
        {
            reader.Scroll(deed switch { MouseDeed.WheelUp => -3, MouseDeed.WheelDown => 3, _ => 0 }, _reader.Width, _reader.Height);
            Browser.ReadOn(_reader.Height);
        });
        var lines = reader.LinesFor(body.Width);
        for (var line = 0; line < body.Height && reader.Top + line < lines.Count; line++)
        {
            var text = lines[reader.Top + line];
            canvas.Text(body.X, body.Y + line, text, reader.Problem is not null && reader.Part != ReaderPart.Raw ? Tone.Failure : text.StartsWith('>') ? Tone.Dim : Tone.Normal, body.Width);
        }

        PartBar.DrawPlace(canvas, bar, reader.Top, body.Height, lines.Count);
    }

    private static IEnumerable<(ReaderPart, string)> Parts(ReaderModel reader)
    {
        yield return (ReaderPart.Text, "Text");
        yield return (ReaderPart.Html, "HTML");
        yield return (ReaderPart.Headers, "Headers");
        yield return (ReaderPart.Attachments, reader.View is { Attachments.Count: > 0 and var count } ? $"Attachments {count}" : "Attachments");
        yield return (ReaderPart.Raw, "Source");
    }
}
