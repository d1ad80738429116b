using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>All keys, over the page: those of the page first. Scrolls where the screen is small.</summary>
internal sealed class HelpView
{
    private static readonly Hint[] Everywhere =
    [
        new("1-5", "go to a page"),
        new("Tab", "next page; Shift+Tab the one before"),
        new("↑↓ PgUp PgDn", "move; J and K, Home and End too"),
        new("Enter", "open what is selected"),
        new("Esc", "one step back; twice at the top leaves"),
        new(":", "run a cmdlet; Tab completes, ↑ recalls"),
        new("F5", "look again now"),
        new("F2", "next theme"),
        new("Ctrl+L", "draw the screen anew"),
        new("Ctrl+Z", "suspend; fg comes back"),
        new("Q F10", "leave; the server goes on"),
    ];

    private int _top, _height = 1, _count;

    /// <summary>It is on show; keys go to it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Shows it from its beginning.</summary>
    public void Open() => (IsOpen, _top) = (true, 0);

    /// <summary>Draws it in the middle, over what is there.</summary>
    public void Draw(Canvas canvas, IEnumerable<Hint> own, string title)
    {
        List<(string Key, string Text)> lines = [("", "Here: " + title), .. own.Select(h => (h.Key, h.Text)), ("", "Everywhere"), .. Everywhere.Select(h => (h.Key, h.Text))];
        var width = Math.Min(canvas.Width - 2, 64);
        var height = Math.Min(canvas.Height, lines.Count + 2);
        var area = new Area((canvas.Width - width) / 2, Math.Max(0, (canvas.Height - height) / 2), width, height);
        (_height, _count) = (Math.Max(1, height - 2), lines.Count);
        _top = Math.Clamp(_top, 0, Math.Max(0, _count - _height));
        canvas.OnMouse(canvas.Area, (deed, _, _) => OnMouse(deed));
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, "Keys", Tone.Title, right: _count > _height ? "↑↓ more, others close" : "any key closes");
        for (var y = 0; y < _height && _top + y < _count; y++)
        {
            var (key, text) = lines[_top + y];
            if (key.Length == 0)
            {
                canvas.Text(area.X + 2, area.Y + 1 + y, text, Tone.Title, width - 4);
                continue;
            }

            var left = Math.Min(16, Math.Max(8, width / 3));
            canvas.Text(area.X + 3, area.Y + 1 + y, key, Tone.Key, left - 1);
            canvas.Text(area.X + 3 + left, area.Y + 1 + y, text, Tone.Normal, width - left - 4);
        }
    }

    /// <summary>Scrolls, or closes it.</summary>
    public void OnKey(Key key)
    {
        if (_count > _height && key.Lines(_height) is { } lines)
        {
            Scroll(lines);
        }
        else
        {
            IsOpen = false;
        }
    }

    private void OnMouse(MouseDeed deed)
    {
        switch (deed)
        {
            case MouseDeed.WheelUp or MouseDeed.WheelDown:
                Scroll(deed == MouseDeed.WheelUp ? -3 : 3);
                break;
            default:
                IsOpen = false;
                break;
        }
    }

    private void Scroll(int lines) => _top = Math.Clamp(_top + lines, 0, Math.Max(0, _count - _height));
}
