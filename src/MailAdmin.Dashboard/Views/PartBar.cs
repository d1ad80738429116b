using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>The sides of a thing that is read, in one line; a click turns to one.</summary>
internal static class PartBar
{
    /// <summary>Draws it, with how far down the reader is at the right.</summary>
    public static void Draw<T>(Canvas canvas, Area line, IEnumerable<(T Part, string Label)> parts, T active, Action<T> turn) where T : struct, Enum
    {
        var x = line.X + 1;
        foreach (var (part, label) in parts)
        {
            var isActive = EqualityComparer<T>.Default.Equals(part, active);
            var end = canvas.Text(x, line.Y, " " + label + " ", isActive ? Tone.Selected : Tone.Header, line.Right - x);
            canvas.OnMouse(new Area(x, line.Y, end - x, 1), (deed, _, _) =>
            {
                if (deed == MouseDeed.Click)
                {
                    turn(part);
                }
            });
            x = end + 1;
        }
    }

    /// <summary>How much of a text has been read, at the right end of the line.</summary>
    public static void DrawPlace(Canvas canvas, Area line, int top, int height, int count)
    {
        if (count > height)
        {
            var where = Formats.Percent(Math.Min(count, top + height), count);
            canvas.Text(line.Right - where.Length - 1, line.Y, where, Tone.Dim);
        }
    }
}
