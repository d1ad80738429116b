using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>The table of sessions, and under it the open one with its live transcript.</summary>
internal sealed class SessionsPage : TablePage
{
    // Least height of an open session that tells its facts in two lines.
    private const int RoomForFacts = 8;

    private readonly TablePane _table;
    private int _height = 1;

    public SessionsPage(DashboardModel model) : base(model) => _table = new TablePane<MailSession>(model.Sessions.Table, "no sessions") { Opened = Open };

    // An open session has the keys; its table is only looked at.
    protected override TablePane? Table => Detail is null ? _table : null;

    protected override IEnumerable<KeyDeed> Own => Detail is { } detail
        ?
        [
            KeyDeed.Named("↑↓", "scroll"),
            KeyDeed.On(Key.End, "End", "follow", () => detail.Scroll(int.MaxValue / 2, _height)),
            KeyDeed.Letter('Z', "zoom", () => detail.IsZoomed = !detail.IsZoomed),
            .. Acts([detail.Session]),
            KeyDeed.Back("close"),
        ]
        :
        [
            .. _table.IsEmpty ? Array.Empty<KeyDeed>() : [KeyDeed.On(Key.Enter, "Enter", "open", Open)],
            .. Acts(Model.Sessions.Table.SelectedItems),
        ];

    protected override IEnumerable<KeyDeed> Rare => Detail is not null
        ? [KeyDeed.Typed("<", "previous", () => Model.Sessions.Step(-1), "<,"), KeyDeed.Typed(">", "next", () => Model.Sessions.Step(1), ">."), KeyDeed.Letter('U', "unblock", Model.AskToUnblock)]
        :
        [
            KeyDeed.On(Key.Space, "Space", Model.Sessions.IsPaused ? "go on" : "pause", () => Model.Sessions.IsPaused = !Model.Sessions.IsPaused),
            KeyDeed.Letter('U', "unblock", Model.AskToUnblock),
        ];

    private SessionDetailModel? Detail => Model.Sessions.Detail;

    public override void Draw(Canvas canvas, Area area)
    {
        area = DrawRemarks(canvas, area, (Model.Sessions.IsPaused ? "paused; Space goes on" : "", Tone.Warning));
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
        if (base.OnKey(key))
        {
            return true;
        }

        if (Detail is not { } detail || key.Lines(_height) is not { } lines)
        {
            return false;
        }

        detail.Scroll(lines, _height);
        return true;
    }

    public override bool Back()
    {
        if (Detail is null)
        {
            return base.Back();
        }

        Model.Sessions.Close();
        return true;
    }

    // On the heading of a group they mean all of its sessions, and the address where they have but one.
    private IEnumerable<KeyDeed> Acts(IReadOnlyList<MailSession> sessions)
    {
        if (sessions.Count == 0)
        {
            yield break;
        }

        yield return KeyDeed.On(Key.Delete, "Del", "disconnect", () => Model.AskToDisconnect(sessions, Model.Sessions.Table.SelectedGroup ?? ""));
        var address = SessionsModel.AddressOf(sessions[0]);
        if (sessions.All(session => SessionsModel.AddressOf(session) == address))
        {
            yield return KeyDeed.Letter('B', "block", () => Model.AskToBlock(sessions[0]));
        }
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
        // All of it where there is height for a second line, else as much as one takes.
        var told = inside.Height >= RoomForFacts ? TextWrap.Wrap([facts.TrimEnd()], inside.Width).Take(2).ToList() : [facts];
        for (var line = 0; line < told.Count; line++)
        {
            canvas.Text(inside.X, inside.Y + line, told[line].TrimStart(), Tone.Dim, inside.Width);
        }

        var (_, body) = inside.SplitTop(told.Count);
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
