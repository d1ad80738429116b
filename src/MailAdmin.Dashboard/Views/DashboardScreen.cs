using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>What the screen asks of the terminal.</summary>
internal enum ScreenRequest
{
    None, Quit, Suspend, Repaint, NextTheme,
}

/// <summary>
/// The whole screen: puts header, cards, tabs, page, foot and dialogs in their places and hands keys to whoever has them. From top to bottom a key belongs
/// to the help, the dialog, the command line, the line being typed, the page, and then to all.
/// </summary>
internal sealed class DashboardScreen
{
    /// <summary>Least height for cards in frames.</summary>
    public const int RoomyHeight = 30;

    /// <summary>Least width for cards in frames.</summary>
    public const int RoomyWidth = 110;

    /// <summary>A second Esc within this time leaves.</summary>
    public static readonly TimeSpan EscapeWindow = TimeSpan.FromSeconds(3);

    private readonly DashboardModel _model;
    private readonly Page[] _pages;
    private readonly CommandView _command;
    private readonly HelpView _help = new();
    private readonly KeyDeed[] _always, _everywhere;
    private DateTimeOffset _escapedAt = DateTimeOffset.MinValue;
    private ScreenRequest _request;

    public DashboardScreen(DashboardModel model)
    {
        _model = model;
        _command = new CommandView(model);
        _pages = [new OverviewPage(model), new SessionsPage(model), new MailboxesPage(model), new QueuePage(model), new EventsPage(model)];
        // The way to all other keys, and the way out, always stand at the foot.
        _always =
        [
            KeyDeed.Typed(":", "command", OpenCommand, ":"),
            KeyDeed.Typed("?", "keys", _help.Open, "?"),
            KeyDeed.On(Key.F10, "F10", "quit", () => _request = ScreenRequest.Quit),
        ];
        _everywhere =
        [
            .. _always,
            .. _pages.Select((_, i) => KeyDeed.Typed((i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), "page", () => _model.Show((DashboardTab)i), ((char)('1' + i)).ToString())),
            KeyDeed.On(Key.Tab, "Tab", "next page", () => Turn(1)),
            KeyDeed.On(Key.CursorRight, "→", "next page", () => Turn(1)),
            KeyDeed.On(Key.Tab.WithShift, "Shift+Tab", "page before", () => Turn(-1)),
            KeyDeed.On(Key.CursorLeft, "←", "page before", () => Turn(-1)),
            KeyDeed.On(Key.F1, "F1", "keys", _help.Open),
            KeyDeed.On(Key.F2, "F2", "next theme", () => _request = ScreenRequest.NextTheme),
            KeyDeed.On(Key.F5, "F5", "look again", _model.RefreshActive),
            KeyDeed.Letter('Q', "quit", () => _request = ScreenRequest.Quit),
        ];
    }

    private Page Page => _pages[(int)_model.Active];

    // What the foot offers and the help explains first.
    private IEnumerable<KeyDeed> Here => _model.Command.HasPane ? _command.Deeds : Page.Deeds;

    /// <summary>Draws all of it.</summary>
    public void Draw(Canvas canvas)
    {
        var (line, rest) = canvas.Area.SplitTop(1);
        Chrome.DrawHeader(canvas, line, _model);
        rest = Chrome.DrawAlerts(canvas, rest, _model.Server.Alerts());
        var isRoomy = canvas.Height >= RoomyHeight && canvas.Width >= RoomyWidth;
        (line, rest) = rest.SplitTop(isRoomy ? 3 : 1);
        if (isRoomy)
        {
            Chrome.DrawCards(canvas, line, _model);
        }
        else
        {
            Chrome.DrawCardLine(canvas, line, _model);
        }

        (line, rest) = rest.SplitTop(1);
        Chrome.DrawTabs(canvas, line, _model);
        var (page, foot) = rest.SplitTop(rest.Height - 1);
        var pane = _command.PaneHeight(page.Height);
        var (upper, lower) = page.SplitTop(page.Height - pane);
        if (upper.Height > 0)
        {
            Page.Draw(canvas, upper);
        }

        if (pane > 0)
        {
            _command.DrawPane(canvas, lower);
        }

        DrawFoot(canvas, foot);
        if (_model.Dialogs.Form is { } form)
        {
            DialogView.Draw(canvas, _model.Dialogs, form);
        }

        if (_help.IsOpen)
        {
            _help.Draw(canvas, Here, _model.Command.HasPane ? "output of a command" : _model.Active.ToString());
        }
    }

    /// <summary>Lets a key act; returns what the terminal is to do.</summary>
    public ScreenRequest OnKey(Key key)
    {
        Act(key);
        return TakeRequest();
    }

    /// <summary>What a key or a click asked of the terminal.</summary>
    public ScreenRequest TakeRequest()
    {
        var request = _request;
        _request = ScreenRequest.None;
        return request;
    }

    /// <summary>Text that was pasted.</summary>
    public void OnPaste(string text)
    {
        if (_model.Dialogs.Form?.Field is { } field)
        {
            field.Editor.Insert(text);
        }
        else if (_model.Dialogs.Form is null && _model.Command.Output.IsSearching)
        {
            _model.Command.Output.Search.Insert(text);
        }
        else if (_model.Dialogs.Form is null && _model.Command.IsOpen)
        {
            _model.Command.Editor.Insert(text);
        }
        else if (_model.Dialogs.Form is null && Page.IsTyping)
        {
            Page.Paste(text);
        }
    }

    private void Act(Key key)
    {
        // These are never anything else, so that there is always a way out.
        switch (key)
        {
            case var _ when key == Key.C.WithCtrl && _model.Command.Interrupt():
                // As at a prompt: it stops what runs, and where nothing runs it leaves.
                return;
            case var _ when key == Key.F10 || key == Key.C.WithCtrl:
                _request = ScreenRequest.Quit;
                return;
            case var _ when key == Key.Z.WithCtrl:
                _request = ScreenRequest.Suspend;
                return;
            case var _ when key == Key.L.WithCtrl:
                _request = ScreenRequest.Repaint;
                return;
        }

        if (_help.IsOpen)
        {
            _help.OnKey(key);
            return;
        }

        if (_model.Dialogs.Form is { } form)
        {
            DialogView.OnKey(_model.Dialogs, form, key);
            return;
        }

        if (key == Key.Esc)
        {
            Escape();
            return;
        }

        if (_escapedAt != DateTimeOffset.MinValue)
        {
            // Changed their mind: the word about leaving goes.
            _escapedAt = DateTimeOffset.MinValue;
            _model.Hush();
        }

        if (_model.Command.IsOpen)
        {
            _command.OnLineKey(key);
            return;
        }

        if (key == Key.Enter || key.Is('/'))
        {
            _model.Jump.Settle();
        }

        if ((!_model.Command.HasPane || Page.IsTyping || !_command.OnPaneKey(key)) && !Page.OnKey(key) && !Page.IsTyping)
        {
            _everywhere.Perform(key);
        }
    }

    private void Turn(int step) => _model.Show((DashboardTab)(((int)_model.Active + step + _pages.Length) % _pages.Length));

    private void OpenCommand()
    {
        if (_model.Command.IsOffered)
        {
            _model.Command.Open();
        }
        else
        {
            _model.Say("no command line here: open the dashboard with Show-MailDashboard", Tone.Warning);
        }
    }

    private void Escape()
    {
        if (_model.Command.Back())
        {
            return;
        }

        // The thing that was jumped to is closed as well: nobody looked for it on this page.
        if (Page.Back())
        {
            _model.Jump.Return();
            return;
        }

        if (_model.Jump.Return())
        {
            return;
        }

        var now = _model.Time.GetUtcNow();
        if (now - _escapedAt < EscapeWindow)
        {
            _request = ScreenRequest.Quit;
            return;
        }

        _escapedAt = now;
        _model.Say("Esc again leaves the dashboard; the server goes on", Tone.Accent);
    }

    private void DrawFoot(Canvas canvas, Area line)
    {
        if (_model.Command.IsOpen)
        {
            _command.DrawLine(canvas, line);
            return;
        }

        if (_model.Notice is { } notice && DrawNotice(canvas, line, notice))
        {
            return;
        }

        var end = line.Right - _always.Sum(Width);
        var deeds = _model.Notice is null ? Here.Where(deed => !deed.IsMinor).TakeWhile(deed => (end -= Width(deed)) > line.X) : [];
        DrawDeeds(canvas, line, _model.Notice is null ? line.X + 1 : end, deeds.Concat(_always));
    }

    // What is said has the foot, and lines above it where it is long: it may name a remedy. True where it leaves no room for the keys that always stand there.
    private bool DrawNotice(Canvas canvas, Area line, Notice notice)
    {
        const int MostLines = 3;
        var text = (notice.Tone == Tone.Failure ? "✖ " : "") + notice.Text;
        var lines = TextWrap.Wrap([text], line.Width - 2).Take(MostLines).ToList();
        var area = line with { Y = line.Y - lines.Count + 1, Height = lines.Count };
        canvas.Fill(area, Tone.Normal);
        for (var i = 0; i < lines.Count; i++)
        {
            canvas.Text(area.X + 1, area.Y + i, lines[i].TrimStart(), notice.Tone, area.Width - 1);
        }

        return TextCells.Measure(lines[^1]) + 3 > line.Width - _always.Sum(Width);
    }

    private void DrawDeeds(Canvas canvas, Area line, int x, IEnumerable<KeyDeed> deeds)
    {
        foreach (var deed in deeds)
        {
            var start = x;
            x = canvas.Text(x, line.Y, deed.Name, Tone.Key) + 1;
            x = canvas.Text(x, line.Y, deed.Text, Tone.Normal) + 2;
            if ((deed.IsBack ? Escape : deed.Do) is { } act)
            {
                canvas.OnMouse(new Area(start, line.Y, x - start - 1, 1), (mouse, _, _) =>
                {
                    if (mouse == MouseDeed.Click)
                    {
                        act();
                    }
                });
            }
        }
    }

    private static int Width(KeyDeed deed) => TextCells.Measure(deed.Name) + TextCells.Measure(deed.Text) + 3;
}
