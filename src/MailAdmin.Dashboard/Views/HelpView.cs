using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>All keys, over the page: those of the page first. Scrolls where the screen is small.</summary>
internal sealed class HelpView
{
    // The two columns side by side.
    private const int WideEnough = 80, HereWidth = 29;

    private static readonly (string Key, string Text)[] Everywhere =
    [
        ("1-5", "go to a page"),
        ("Tab", "next page; Shift+Tab goes back"),
        ("↑↓ PgUp PgDn", "move; J, K, Home, End"),
        ("Enter", "open what is selected"),
        ("Esc", "one step back; twice: leave"),
        (":", "a cmdlet; Tab completes"),
        ("F5", "look again now"),
        ("F2", "next theme"),
        ("Ctrl+L", "draw the screen anew"),
        ("Ctrl+Z", "suspend; fg comes back"),
        ("Q F10", "leave; the server goes on"),
        ("mouse", "rows, headings, tabs, the foot"),
    ];

    private int _top, _height = 1, _count;

    /// <summary>It is on show; keys go to it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Shows it from its beginning.</summary>
    public void Open() => (IsOpen, _top) = (true, 0);

    /// <summary>Draws it in the middle, over what is there: side by side where there is room for that, else one below the other.</summary>
    public void Draw(Canvas canvas, IEnumerable<KeyDeed> own, string title)
    {
        List<(string Key, string Text)> here = [("", "Here: " + title), .. own.Select(deed => (deed.Name, deed.Text))];
        List<(string Key, string Text)> all = [("", "Everywhere"), .. Everywhere];
        var isWide = canvas.Width >= WideEnough;
        var lines = isWide ? Math.Max(here.Count, all.Count) : here.Count + all.Count;
        var width = isWide ? WideEnough - 2 : Math.Min(canvas.Width - 2, 64);
        var height = Math.Min(canvas.Height, lines + 2);
        var area = new Area((canvas.Width - width) / 2, Math.Max(0, (canvas.Height - height) / 2), width, height);
        (_height, _count) = (Math.Max(1, height - 2), lines);
        _top = Math.Clamp(_top, 0, Math.Max(0, _count - _height));
        canvas.OnMouse(canvas.Area, (deed, _, _) => OnMouse(deed));
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, "Keys", Tone.Title, right: _count > _height ? "↑↓ more, others close" : "any key closes");
        var inside = area.Inside;
        if (isWide)
        {
            DrawColumn(canvas, inside with { Width = HereWidth }, here, 9);
            DrawColumn(canvas, inside with { X = inside.X + HereWidth, Width = inside.Width - HereWidth }, all, 14);
        }
        else
        {
            DrawColumn(canvas, inside, [.. here, .. all], Math.Min(16, Math.Max(8, width / 3)));
        }
    }

    private void DrawColumn(Canvas canvas, Area area, List<(string Key, string Text)> lines, int keyWidth)
    {
        for (var y = 0; y < _height && _top + y < lines.Count; y++)
        {
            var (key, text) = lines[_top + y];
            if (key.Length == 0)
            {
                canvas.Text(area.X + 1, area.Y + y, text, Tone.Title, area.Width - 2);
                continue;
            }

            canvas.Text(area.X + 2, area.Y + y, key, Tone.Key, keyWidth - 1);
            canvas.Text(area.X + 2 + keyWidth, area.Y + y, text, Tone.Normal, area.Width - keyWidth - 2);
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
