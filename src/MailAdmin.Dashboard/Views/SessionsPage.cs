using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>The table of sessions, and under it the open one with its live transcript.</summary>
internal sealed class SessionsPage : Page
{
    private readonly TablePane<MailSession> _table;
    private int _height = 1;

    public SessionsPage(DashboardModel model) : base(model)
    {
        _table = new TablePane<MailSession>(model.Sessions.Table, "no sessions") { Activated = Open };
    }

    public override bool IsTyping => Model.Sessions.Table.IsFiltering;

    private SessionDetailModel? Detail => Model.Sessions.Detail;

    public override IEnumerable<Hint> Hints() => Detail is null
        ? [new("Enter", "open"), new("Del", "disconnect"), new("B", "block"), .. _table.Hints(), new("Space", Model.Sessions.IsPaused ? "go on" : "pause"), new("U", "unblock")]
        : [new("↑↓", "scroll"), new("End", "follow"), new("Z", "zoom"), new("Del", "disconnect"), new("B", "block"), new("Esc", "close")];

    public override void Draw(Canvas canvas, Area area)
    {
        if (Model.Sessions.IsPaused)
        {
            var (line, rest) = area.SplitTop(1);
            canvas.Text(line.X + 1, line.Y, "paused; Space goes on", Tone.Warning, line.Width - 1);
            area = rest;
        }

        if (Detail is not { } detail)
        {
            _table.Draw(canvas, area);
            return;
        }

        var rows = detail.IsZoomed || area.Height < 12 ? 0 : Math.Max(5, area.Height * 2 / 5);
        var (upper, lower) = area.SplitTop(rows);
        if (rows > 0)
        {
            _table.Draw(canvas, upper, hasKeys: false);
        }

        DrawDetail(canvas, lower, detail);
    }

    public override bool OnKey(Key key)
    {
        if (key == Key.Delete && !IsTyping && (Detail?.Session ?? Model.Sessions.Table.Selected) is { } session)
        {
            Model.AskToDisconnect(session);
            return true;
        }

        if ((key.Is('b') || key.Is('B')) && !IsTyping && (Detail?.Session ?? Model.Sessions.Table.Selected) is { } from)
        {
            Model.AskToBlock(from);
            return true;
        }

        if ((key.Is('u') || key.Is('U')) && !IsTyping)
        {
            Model.AskToUnblock();
            return true;
        }

        if (Detail is not { } detail)
        {
            if (key == Key.Space && !IsTyping)
            {
                Model.Sessions.IsPaused = !Model.Sessions.IsPaused;
                return true;
            }

            return _table.OnKey(key);
        }

        if (key.Lines(_height) is { } lines)
        {
            detail.Scroll(lines, _height);
            return true;
        }

        if (key.Is('z') || key.Is('Z') || key == Key.Enter)
        {
            detail.IsZoomed = !detail.IsZoomed;
            return true;
        }

        return false;
    }

    public override void Paste(string text) => _table.Paste(text);

    public override bool Back()
    {
        if (Detail is null)
        {
            return _table.Back();
        }

        Model.Sessions.Close();
        return true;
    }

    private void Open()
    {
        if (!Model.Sessions.Table.ToggleGroup() && Model.Sessions.Table.Selected is { } session)
        {
            Model.Sessions.Open(session);
        }
    }

    private void DrawDetail(Canvas canvas, Area area, SessionDetailModel detail)
    {
        var session = detail.Session;
        var name = $"{session.Mailbox ?? "not logged in"} · {SessionsModel.Name(session.Protocol)} · session {session.Id}";
        canvas.Frame(area, name, right: detail.IsOver ? "over" : detail.Top < 0 ? "live" : "live, scrolled back");
        var inside = area.Inside;
        inside = inside with { X = inside.X + 1, Width = Math.Max(0, inside.Width - 2) };
        var facts = $"{session.RemoteEndPoint} › {session.LocalEndPoint}   TLS {SessionsModel.Tls(session.TlsVersion)}   {session.State} {session.Command}   "
            + $"in {Formats.Bytes(session.BytesIn)}   out {Formats.Bytes(session.BytesOut)}   age {Formats.Age(session.AgeSeconds)}   idle {Formats.Span(TimeSpan.FromSeconds(session.IdleSeconds))}   {session.Client}";
        canvas.Text(inside.X, inside.Y, facts, Tone.Dim, inside.Width);
        var (_, body) = inside.SplitTop(1);
        _height = Math.Max(1, body.Height);
        canvas.OnMouse(area, (deed, _, _) => detail.Scroll(deed switch { MouseDeed.WheelUp => -3, MouseDeed.WheelDown => 3, _ => 0 }, _height));
        var lines = detail.Lines;
        if (lines.Count == 0)
        {
            canvas.Text(body.X, body.Y, detail.Problem ?? (detail.IsOver ? "the session is over; nothing of it was kept" : "nothing said yet"), detail.Problem is null ? Tone.Dim : Tone.Failure, body.Width);
        }

        var top = detail.Top < 0 ? Math.Max(0, lines.Count - body.Height) : Math.Min(detail.Top, Math.Max(0, lines.Count - 1));
        for (var y = 0; y < body.Height && top + y < lines.Count; y++)
        {
            var line = lines[top + y];
            var (sign, tone) = line.Direction switch
            {
                TranscriptDirection.Client => ("C: ", Tone.Accent),
                TranscriptDirection.Server => ("S: ", Tone.Normal),
                _ => ("-- ", Tone.Dim),
            };
            var x = canvas.Text(body.X, body.Y + y, Formats.Clock(line.At, Model.Zone, milliseconds: true) + " ", Tone.Dim, body.Width);
            x = canvas.Text(x, body.Y + y, sign, tone, body.Right - x);
            canvas.Text(x, body.Y + y, line.Text, tone, body.Right - x);
        }
    }
}
