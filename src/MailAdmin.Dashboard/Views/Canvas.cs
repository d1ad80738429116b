using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>A place on the canvas.</summary>
internal readonly record struct Area(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;
    public int Bottom => Y + Height;

    public bool Contains(int x, int y) => x >= X && x < Right && y >= Y && y < Bottom;

    /// <summary>Without a frame one cell thick.</summary>
    public Area Inside => new(X + 1, Y + 1, Math.Max(0, Width - 2), Math.Max(0, Height - 2));

    /// <summary>Splits off the upper lines.</summary>
    public (Area Upper, Area Lower) SplitTop(int lines)
    {
        lines = Math.Clamp(lines, 0, Height);
        return (this with { Height = lines }, this with { Y = Y + lines, Height = Height - lines });
    }
}

/// <summary>What the mouse did.</summary>
internal enum MouseDeed
{
    Click, DoubleClick, WheelUp, WheelDown,
}

/// <summary>
/// A screenful of cells that views draw on. Everything shown goes through it, so this is the place where control characters of strangers (a subject, a
/// client's name) are taken out before they could reach the terminal.
/// </summary>
internal sealed class Canvas
{
    private readonly List<(Area Area, Action<MouseDeed, int, int> Deed)> _zones = [];

    public Canvas(int width, int height, bool isPlain = false)
    {
        Width = Math.Max(1, width);
        Height = Math.Max(1, height);
        IsPlain = isPlain;
        Cells = new string?[Width * Height];
        Tones = new Tone[Width * Height];
        Clear();
    }

    public int Width { get; }
    public int Height { get; }
    /// <summary>Ornaments are drawn with ASCII.</summary>
    public bool IsPlain { get; }
    /// <summary>One grapheme a cell, row by row; null behind a wide one.</summary>
    public string?[] Cells { get; }
    /// <summary>What each cell means.</summary>
    public Tone[] Tones { get; }
    /// <summary>Where the terminal's cursor belongs; null: nowhere.</summary>
    public (int X, int Y)? Cursor { get; set; }
    /// <summary>The whole of it.</summary>
    public Area Area => new(0, 0, Width, Height);

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Array.Fill(Cells, " ");
        Array.Fill(Tones, Tone.Normal);
        _zones.Clear();
        Cursor = null;
    }

    /// <summary>A place that hears the mouse; later ones lie above earlier ones. The coordinates it gets are its own.</summary>
    public void OnMouse(Area area, Action<MouseDeed, int, int> deed) => _zones.Add((area, deed));

    /// <summary>Lets the uppermost place hear the mouse.</summary>
    public bool Mouse(MouseDeed deed, int x, int y)
    {
        for (var i = _zones.Count - 1; i >= 0; i--)
        {
            if (_zones[i].Area.Contains(x, y))
            {
                _zones[i].Deed(deed, x - _zones[i].Area.X, y - _zones[i].Area.Y);
                return true;
            }
        }

        return false;
    }

    /// <summary>Draws text, cut with … at <paramref name="width"/> cells; returns the cell after it.</summary>
    public int Text(int x, int y, string text, Tone tone = Tone.Normal, int width = int.MaxValue)
    {
        if (y < 0 || y >= Height || width <= 0 || x >= Width)
        {
            return x;
        }

        width = Math.Min(width, Width - x);
        var end = x + width;
        var at = x;
        for (var i = 0; i < text.Length;)
        {
            var (grapheme, length, cells) = TextCells.Next(text, i, IsPlain);
            i += length;
            if (cells == 0)
            {
                continue;
            }

            if (at + cells > end || (at + cells == end && i < text.Length))
            {
                // No room for it, or none for what follows it.
                if (at + cells > end || HasMore(text, i))
                {
                    Put(Math.Min(at, end - 1), y, Sign('…'), 1, tone);
                    return end;
                }
            }

            Put(at, y, grapheme, cells, tone);
            at += cells;
        }

        return at;
    }

    /// <summary>Draws text in a field of a width, filled with blanks; numbers to the right.</summary>
    public void Field(int x, int y, string text, int width, Tone tone = Tone.Normal, bool isRight = false)
    {
        Fill(new Area(x, y, width, 1), tone);
        if (isRight)
        {
            var cells = TextCells.Measure(text);
            if (cells < width)
            {
                x += width - cells;
                width = cells;
            }
        }

        Text(x, y, text, tone, width);
    }

    /// <summary>Fills with blanks of a tone.</summary>
    public void Fill(Area area, Tone tone)
    {
        for (var y = Math.Max(0, area.Y); y < Math.Min(area.Bottom, Height); y++)
        {
            for (var x = Math.Max(0, area.X); x < Math.Min(area.Right, Width); x++)
            {
                Put(x, y, " ", 1, tone);
            }
        }
    }

    /// <summary>Gives cells another tone and leaves their text.</summary>
    public void Paint(Area area, Tone tone)
    {
        for (var y = Math.Max(0, area.Y); y < Math.Min(area.Bottom, Height); y++)
        {
            Array.Fill(Tones, tone, (y * Width) + Math.Max(0, area.X), Math.Max(0, Math.Min(area.Right, Width) - Math.Max(0, area.X)));
        }
    }

    /// <summary>A frame with a title in its upper edge, and one at the right of it.</summary>
    public void Frame(Area area, string title, Tone tone = Tone.Dim, Tone titleTone = Tone.Title, string right = "")
    {
        if (area.Width < 2 || area.Height < 2)
        {
            return;
        }

        for (var x = area.X + 1; x < area.Right - 1; x++)
        {
            Put(x, area.Y, Sign('─'), 1, tone);
            Put(x, area.Bottom - 1, Sign('─'), 1, tone);
        }

        for (var y = area.Y + 1; y < area.Bottom - 1; y++)
        {
            Put(area.X, y, Sign('│'), 1, tone);
            Put(area.Right - 1, y, Sign('│'), 1, tone);
        }

        Put(area.X, area.Y, Sign('┌'), 1, tone);
        Put(area.Right - 1, area.Y, Sign('┐'), 1, tone);
        Put(area.X, area.Bottom - 1, Sign('└'), 1, tone);
        Put(area.Right - 1, area.Bottom - 1, Sign('┘'), 1, tone);
        // A long title gives way to what stands at the right, unless there is no room for both.
        var width = TextCells.Measure(right) + 2;
        var room = right.Length > 0 && area.Width > 2 * width ? area.Width - 2 - width : area.Width - 2;
        var end = area.X + 1;
        if (title.Length > 0)
        {
            end = Text(area.X + 1, area.Y, " " + title + " ", titleTone, room);
        }

        if (right.Length > 0 && end + width < area.Right)
        {
            Text(area.Right - 1 - width, area.Y, " " + right + " ", tone, width);
        }
    }

    /// <summary>A row as text, for tests.</summary>
    public string Row(int y) => string.Concat(Enumerable.Range(0, Width).Select(x => Cells[(y * Width) + x] ?? ""));

    private static bool HasMore(string text, int at)
    {
        for (; at < text.Length; at++)
        {
            if (text[at] != ' ')
            {
                return true;
            }
        }

        return false;
    }

    private void Put(int x, int y, string grapheme, int cells, Tone tone)
    {
        if (x < 0 || x + cells > Width || y < 0 || y >= Height)
        {
            return;
        }

        var at = (y * Width) + x;
        // Half of a wide character that is drawn over becomes a blank.
        if (Cells[at] is null && x > 0)
        {
            Cells[at - 1] = " ";
        }

        if (x + cells < Width && Cells[at + cells] is null)
        {
            Cells[at + cells] = " ";
        }

        Cells[at] = grapheme;
        Tones[at] = tone;
        if (cells == 2)
        {
            Cells[at + 1] = null;
            Tones[at + 1] = tone;
        }
    }

    private string Sign(char sign) => TextCells.Sign(sign, IsPlain);
}
