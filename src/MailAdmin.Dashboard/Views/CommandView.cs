using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>The command line at the foot, its completions above it, and the pane with what came out.</summary>
internal sealed class CommandView(DashboardModel model)
{
    private int _width = 80, _height = 10;

    private CommandModel Command => model.Command;

    private OutputModel Output => model.Command.Output;

    /// <summary>Keys of the pane, for the foot.</summary>
    public IEnumerable<KeyDeed> Deeds
    {
        get
        {
            var hasSearch = Output.Search.Text.Length > 0;
            yield return KeyDeed.Back(hasSearch ? "end search" : Command.IsRunning ? "stop" : "close");
            if (hasSearch)
            {
                yield return KeyDeed.Typed("N", "next match", () => Find(1), "n");
                yield return KeyDeed.Typed("Shift+N", "previous", () => Find(-1), "N");
            }

            yield return KeyDeed.Named("↑↓", "scroll");
            yield return KeyDeed.Typed("/", "search", Output.BeginSearch, "/");
            yield return KeyDeed.Letter('Z', "zoom", () => Command.IsZoomed = !Command.IsZoomed);
        }
    }

    /// <summary>Lines of the page that the pane wants.</summary>
    public int PaneHeight(int available) => !Command.HasPane ? 0
        : Command.IsZoomed ? available
        : Math.Clamp(Output.Lines.Count + Output.Progress.Count + (HasSearch ? 1 : 0) + 2, Math.Min(4, available), Math.Max(Math.Min(4, available), available * 2 / 3));

    private bool HasSearch => Output.IsSearching || Output.Search.Text.Length > 0;

    /// <summary>Draws the pane.</summary>
    public void DrawPane(Canvas canvas, Area area)
    {
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, ":" + Command.Command, right: Command.IsRunning ? "running, Esc stops" : "Esc closes");
        canvas.OnMouse(area, (deed, _, _) => Output.Scroll(deed switch { MouseDeed.WheelUp => -3, MouseDeed.WheelDown => 3, _ => 0 }, _height));
        var (body, foot) = area.Inside.SplitTop(area.Inside.Height - Math.Min(area.Inside.Height, Output.Progress.Count + (HasSearch ? 1 : 0)));
        (_width, _height) = (body.Width, Math.Max(1, body.Height));
        var first = Output.First(_height);
        for (var y = 0; y < body.Height && first + y < Output.Lines.Count; y++)
        {
            var line = Output.Lines[first + y];
            canvas.Text(body.X, body.Y + y, line.Text, line.Tone, body.Width);
            foreach (var at in Output.Marks(line.Text))
            {
                var start = TextCells.Measure(line.Text[..at]);
                var length = TextCells.Measure(line.Text.Substring(at, Output.Search.Text.Length));
                canvas.Paint(new Area(body.X + start, body.Y + y, Math.Clamp(length, 0, Math.Max(0, body.Width - start)), 1), Tone.Cursor);
            }
        }

        DrawFoot(canvas, foot);
        if (Output.Lines.Count > body.Height)
        {
            var where = $" {Formats.Count(first + 1)}–{Formats.Count(Math.Min(Output.Lines.Count, first + body.Height))} of {Formats.Count(Output.Lines.Count)} lines{(Output.Dropped > 0 ? $", {Formats.Count(Output.Dropped)} older ones dropped" : "")} ";
            canvas.Text(area.Right - TextCells.Measure(where) - 2, area.Bottom - 1, where, Tone.Dim);
        }
    }

    /// <summary>Draws the line, and what Tab found above it.</summary>
    public void DrawLine(Canvas canvas, Area line)
    {
        _width = line.Width - 2;
        canvas.Fill(line, Tone.Normal);
        var x = canvas.Text(line.X, line.Y, ":", Tone.Key);
        EditorView.Draw(canvas, x, line.Y, line.Width - 2, Command.Editor, hasKeys: true);
        if (Command.Offers is not { Count: > 0 } offers)
        {
            return;
        }

        const int Most = 8;
        var first = Math.Clamp(Command.OfferAt - (Most / 2), 0, Math.Max(0, offers.Count - Most));
        var shown = offers.Skip(first).Take(Most).ToList();
        var width = Math.Min(line.Width - 2, shown.Max(TextCells.Measure) + 2);
        var area = new Area(line.X + 1, line.Y - shown.Count, width, shown.Count);
        for (var i = 0; i < shown.Count; i++)
        {
            canvas.Field(area.X, area.Y + i, " " + shown[i], width, first + i == Command.OfferAt ? Tone.Selected : Tone.Header);
        }

        canvas.Text(area.Right + 1, line.Y - 1, $"{Command.OfferAt + 1} of {offers.Count}", Tone.Dim);
    }

    /// <summary>Keys while the line is open.</summary>
    public void OnLineKey(Key key)
    {
        switch (key)
        {
            case var _ when key == Key.Enter:
                Command.Accept(_width);
                break;
            case var _ when key == Key.Tab || key == Key.Tab.WithShift:
                Command.Complete(key == Key.Tab ? 1 : -1);
                break;
            case var _ when key == Key.CursorUp || key == Key.CursorDown:
                Command.Recall(key == Key.CursorUp ? -1 : 1);
                break;
            default:
                Command.Editor.Edit(key);
                break;
        }
    }

    /// <summary>Keys while the pane is open; false for those that go to the page.</summary>
    public bool OnPaneKey(Key key)
    {
        if (Output.IsSearching)
        {
            OnSearchKey(key);
            return true;
        }

        if (key.Lines(_height) is { } lines)
        {
            Output.Scroll(lines, _height);
            return true;
        }

        return Deeds.Perform(key);
    }

    private void OnSearchKey(Key key)
    {
        if (key == Key.Enter)
        {
            Output.EndSearch();
        }
        else if (key == Key.CursorDown || key == Key.CursorUp)
        {
            Find(key == Key.CursorDown ? 1 : -1);
        }
        else if (Output.Search.Edit(key))
        {
            Output.Find(0, _height);
        }
    }

    private void Find(int step)
    {
        if (!Output.Find(step, _height))
        {
            model.Say(Output.Search.Text.Length == 0 ? "/ searches in the output" : "no line has it", Tone.Accent);
        }
    }

    private void DrawFoot(Canvas canvas, Area foot)
    {
        var y = foot.Y;
        foreach (var progress in Output.Progress)
        {
            if (y < foot.Bottom)
            {
                DrawProgress(canvas, foot with { Y = y++, Height = 1 }, progress);
            }
        }

        if (HasSearch && y < foot.Bottom)
        {
            var x = canvas.Text(foot.X, y, "/", Tone.Key);
            EditorView.Draw(canvas, x + 1, y, foot.Width - 3, Output.Search, Output.IsSearching);
        }
    }

    private static void DrawProgress(Canvas canvas, Area line, CommandProgress progress)
    {
        const int Bar = 20;
        var x = canvas.Text(line.X, line.Y, progress.Activity, Tone.Title, line.Width);
        if (progress.Percent >= 0 && line.Right - x > Bar + 10)
        {
            var full = Math.Clamp(progress.Percent, 0, 100) * Bar / 100;
            x = canvas.Text(x + 1, line.Y, new string('█', full) + new string('░', Bar - full), Tone.Accent);
            x = canvas.Text(x, line.Y, $" {progress.Percent} %", Tone.Normal, line.Right - x);
        }

        var left = progress.SecondsLeft >= 0 ? $"  {Formats.Span(TimeSpan.FromSeconds(progress.SecondsLeft))} left" : "";
        canvas.Text(x + 1, line.Y, progress.Status + left, Tone.Dim, line.Right - x - 1);
    }
}
