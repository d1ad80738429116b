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
    private DateTimeOffset _escapedAt = DateTimeOffset.MinValue;
    private readonly HelpView _help = new();

    public DashboardScreen(DashboardModel model)
    {
        _model = model;
        _command = new CommandView(model);
        _pages = [new OverviewPage(model), new SessionsPage(model), new MailboxesPage(model), new QueuePage(model), new EventsPage(model)];
    }

    private Page Page => _pages[(int)_model.Active];

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
        if (_model.Form is { } form)
        {
            DialogView.Draw(canvas, _model, form);
        }

        if (_help.IsOpen)
        {
            var hasPane = _model.Command.HasPane;
            _help.Draw(canvas, hasPane ? _command.Hints() : Page.Hints(), hasPane ? "output of a command" : _model.Active.ToString());
        }
    }

    /// <summary>Lets a key act.</summary>
    public ScreenRequest OnKey(Key key)
    {
        // These are never anything else, so that there is always a way out.
        switch (key)
        {
            case var _ when key == Key.C.WithCtrl && _model.Command.Interrupt():
                // As at a prompt: it stops what runs, and where nothing runs it leaves.
                return ScreenRequest.None;
            case var _ when key == Key.F10 || key == Key.C.WithCtrl:
                return ScreenRequest.Quit;
            case var _ when key == Key.Z.WithCtrl:
                return ScreenRequest.Suspend;
            case var _ when key == Key.L.WithCtrl:
                return ScreenRequest.Repaint;
        }

        if (_help.IsOpen)
        {
            _help.OnKey(key);
            return ScreenRequest.None;
        }

        if (_model.Form is { } form)
        {
            DialogView.OnKey(_model, form, key);
            return ScreenRequest.None;
        }

        if (key == Key.Esc)
        {
            return Escape();
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
            return ScreenRequest.None;
        }

        if (_model.Command.HasPane && !Page.IsTyping && _command.OnPaneKey(key))
        {
            return ScreenRequest.None;
        }

        return Page.OnKey(key) || Page.IsTyping ? ScreenRequest.None : OnCommonKey(key);
    }

    /// <summary>Text that was pasted.</summary>
    public void OnPaste(string text)
    {
        if (_model.Form?.Field is { } field)
        {
            field.Editor.Insert(text);
        }
        else if (_model.Form is null && _model.Command.Output.IsSearching)
        {
            _model.Command.Output.Search.Insert(text);
        }
        else if (_model.Form is null && _model.Command.IsOpen)
        {
            _model.Command.Editor.Insert(text);
        }
        else if (_model.Form is null && Page.IsTyping)
        {
            Page.Paste(text);
        }
    }

    private ScreenRequest OnCommonKey(Key key)
    {
        switch (key)
        {
            case var _ when key.Typed() is [>= '1' and <= '5' and var digit]:
                _model.Show((DashboardTab)(digit - '1'));
                break;
            case var _ when key == Key.Tab || key == Key.CursorRight:
                _model.Show((DashboardTab)(((int)_model.Active + 1) % _pages.Length));
                break;
            case var _ when key == Key.Tab.WithShift || key == Key.CursorLeft:
                _model.Show((DashboardTab)(((int)_model.Active + _pages.Length - 1) % _pages.Length));
                break;
            case var _ when key.Is(':'):
                if (_model.Command.IsOffered)
                {
                    _model.Command.Open();
                }
                else
                {
                    _model.Say("no command line here: open the dashboard with Show-MailDashboard", Tone.Warning);
                }

                break;
            case var _ when key.Is('?') || key == Key.F1:
                _help.Open();
                break;
            case var _ when key == Key.F5:
                _model.RefreshActive();
                break;
            case var _ when key == Key.F2:
                return ScreenRequest.NextTheme;
            case var _ when key.Is('q') || key.Is('Q'):
                return ScreenRequest.Quit;
        }

        return ScreenRequest.None;
    }

    private ScreenRequest Escape()
    {
        if (_model.Command.Back() || Page.Back())
        {
            return ScreenRequest.None;
        }

        var now = _model.Time.GetUtcNow();
        if (now - _escapedAt < EscapeWindow)
        {
            return ScreenRequest.Quit;
        }

        _escapedAt = now;
        _model.Say("Esc again leaves the dashboard; the server goes on", Tone.Accent);
        return ScreenRequest.None;
    }

    private void DrawFoot(Canvas canvas, Area line)
    {
        if (_model.Command.IsOpen)
        {
            _command.DrawLine(canvas, line);
            return;
        }

        if (_model.Notice is { } notice)
        {
            canvas.Text(line.X + 1, line.Y, (notice.Tone == Tone.Failure ? "✖ " : "") + notice.Text, notice.Tone, line.Width - 1);
            return;
        }

        // The way to all other keys, and the way out, are always there.
        Hint[] last = [new(":", "command"), new("?", "keys"), new("F10", "quit")];
        var end = line.Right - last.Sum(Width);
        var x = line.X + 1;
        var hints = _model.Command.HasPane ? _command.Hints() : Page.Hints();
        foreach (var hint in hints.TakeWhile(hint => (end -= Width(hint)) > line.X).Concat(last))
        {
            x = canvas.Text(x, line.Y, hint.Key, Tone.Key) + 1;
            x = canvas.Text(x, line.Y, hint.Text, Tone.Normal) + 2;
        }
    }

    private static int Width(Hint hint) => Canvas.Measure(hint.Key) + Canvas.Measure(hint.Text) + 3;
}
