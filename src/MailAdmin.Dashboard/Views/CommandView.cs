using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>The command line at the foot, its completions above it, and the pane with what came out.</summary>
internal sealed class CommandView(DashboardModel model)
{
    private int _width = 80, _height = 10;

    private CommandModel Command => model.Command;

    /// <summary>Lines of the page that the pane wants.</summary>
    public int PaneHeight(int available) => Command.HasPane ? Math.Clamp(Command.Output.Count + 2, 4, Math.Max(4, available * 2 / 3)) : 0;

    /// <summary>Draws the pane.</summary>
    public void DrawPane(Canvas canvas, Area area)
    {
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, ":" + Command.Command, right: Command.IsRunning ? "running, Esc stops" : "Esc closes");
        var body = area.Inside;
        (_width, _height) = (body.Width, Math.Max(1, body.Height));
        canvas.OnMouse(area, (deed, _, _) => Command.Scroll(deed switch { MouseDeed.WheelUp => -3, MouseDeed.WheelDown => 3, _ => 0 }, _height));
        for (var y = 0; y < body.Height && Command.Top + y < Command.Output.Count; y++)
        {
            var line = Command.Output[Command.Top + y];
            canvas.Text(body.X, body.Y + y, line.Text, line.Tone, body.Width);
        }

        if (Command.Output.Count > body.Height)
        {
            var where = $" {Formats.Count(Math.Min(Command.Output.Count, Command.Top + body.Height))} of {Formats.Count(Command.Output.Count)} lines, PgDn ";
            canvas.Text(area.Right - where.Length - 2, area.Bottom - 1, where, Tone.Dim);
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
        var width = Math.Min(line.Width - 2, shown.Max(Canvas.Measure) + 2);
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
        if (key.Lines(_height) is not { } lines)
        {
            return false;
        }

        Command.Scroll(lines, _height);
        return true;
    }
}
