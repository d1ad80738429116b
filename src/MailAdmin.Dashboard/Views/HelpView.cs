using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>All keys, over the page.</summary>
internal static class HelpView
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

    /// <summary>Draws it in the middle, over what is there.</summary>
    public static void Draw(Canvas canvas, Page page, string title)
    {
        var own = page.Hints().ToList();
        var width = Math.Min(canvas.Width - 2, 64);
        var height = Math.Min(canvas.Height, Everywhere.Length + own.Count + 5);
        var area = new Area((canvas.Width - width) / 2, Math.Max(0, (canvas.Height - height) / 2), width, height);
        canvas.OnMouse(canvas.Area, (_, _, _) => { });
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, "Keys", Tone.Title, right: "any key closes");
        var y = Section(canvas, area, area.Y + 1, "Here: " + title, own);
        Section(canvas, area, y, "Everywhere", Everywhere);
    }

    private static int Section(Canvas canvas, Area area, int y, string title, IReadOnlyList<Hint> hints)
    {
        if (y < area.Bottom - 1)
        {
            canvas.Text(area.X + 2, y++, title, Tone.Title, area.Width - 4);
        }

        foreach (var hint in hints)
        {
            if (y >= area.Bottom - 1)
            {
                break;
            }

            canvas.Text(area.X + 3, y, hint.Key, Tone.Key, 15);
            canvas.Text(area.X + 19, y++, hint.Text, Tone.Normal, area.Width - 21);
        }

        return y;
    }
}
