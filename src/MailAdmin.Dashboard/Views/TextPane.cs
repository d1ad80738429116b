using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>A message being read: facts, the bar of its sides, and the lines of one of them.</summary>
internal sealed class TextPane
{
    private int _width = 80, _height = 20;

    /// <summary>A letter for each side.</summary>
    private static char Letter(TextSide side) => side switch
    {
        TextSide.Delivery => 'd',
        TextSide.Text => 't',
        TextSide.Html => 'm',
        TextSide.Headers => 'h',
        TextSide.Attachments => 'f',
        _ => 'o',
    };

    /// <summary>The keys that lead to all its sides.</summary>
    public static KeyDeed Sides { get; } = KeyDeed.Named("←→", "side");

    /// <summary>A key for each side.</summary>
    public static IEnumerable<KeyDeed> Deeds(TextModel text) =>
        text.Sides.Select(side => KeyDeed.Letter(Letter(side), side == TextSide.Html ? "HTML" : side.ToString().ToLowerInvariant(), () => text.Turn(side)));

    /// <summary>Draws it.</summary>
    public void Draw(Canvas canvas, Area area, TextModel text)
    {
        var y = area.Y;
        foreach (var fact in text.Facts)
        {
            if (y < area.Bottom)
            {
                canvas.Field(area.X + 1, y, fact.Name, 8, Tone.Dim);
                canvas.Text(area.X + 9, y++, fact.Value, fact.Tone, area.Width - 10);
            }
        }

        var (bar, body) = area.SplitTop(y - area.Y).Lower.SplitTop(1);
        DrawBar(canvas, bar, text);
        body = body with { X = body.X + 1, Width = body.Width - 2 };
        (_width, _height) = (body.Width, Math.Max(1, body.Height));
        text.Fetch(_height);
        canvas.OnMouse(body, (deed, _, _) => text.Scroll(deed switch { MouseDeed.WheelUp => -3, MouseDeed.WheelDown => 3, _ => 0 }, _width, _height));
        // The screen may have grown: what is read fills it as far as there is text.
        text.Scroll(0, _width, _height);
        var lines = text.LinesFor(body.Width);
        for (var line = 0; line < body.Height && text.Top + line < lines.Count; line++)
        {
            canvas.Text(body.X, body.Y + line, lines[text.Top + line], text.ToneOf(lines[text.Top + line]), body.Width);
        }

        if (lines.Count > body.Height)
        {
            var where = Formats.Percent(Math.Min(lines.Count, text.Top + body.Height), lines.Count);
            canvas.Text(bar.Right - where.Length - 1, bar.Y, where, Tone.Dim);
        }
    }

    /// <summary>Lets a key move in it; false where it means nothing to it.</summary>
    public bool OnKey(Key key, TextModel text)
    {
        switch (key)
        {
            case var _ when key == Key.CursorLeft || key == Key.CursorRight:
                text.Turn(key == Key.CursorLeft ? -1 : 1);
                return true;
            case var _ when key.Lines(_height) is { } lines:
                text.Scroll(lines, _width, _height);
                return true;
            default:
                return false;
        }
    }

    private static void DrawBar(Canvas canvas, Area line, TextModel text)
    {
        var x = line.X + 1;
        foreach (var side in text.Sides)
        {
            var end = canvas.Text(x, line.Y, " " + text.Name(side) + " ", side == text.Side ? Tone.Selected : Tone.Header, line.Right - x);
            var target = side;
            canvas.OnMouse(new Area(x, line.Y, end - x, 1), (deed, _, _) =>
            {
                if (deed == MouseDeed.Click)
                {
                    text.Turn(target);
                }
            });
            x = end + 1;
        }
    }
}
