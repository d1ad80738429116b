using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>Draws a line that is being typed, scrolled so that its cursor is in sight.</summary>
internal static class EditorView
{
    /// <summary>Draws it; returns the cell after what is shown.</summary>
    public static int Draw(Canvas canvas, int x, int y, int width, LineEditor editor, bool hasKeys, bool isSecret = false, bool isField = false)
    {
        if (width <= 0)
        {
            return x;
        }

        var text = isSecret ? new string('•', editor.Text.Length) : editor.Text;
        if (isField)
        {
            canvas.Fill(new Area(x, y, width, 1), Tone.Input);
        }

        var start = 0;
        while (TextCells.Measure(text[start..editor.Cursor]) >= width)
        {
            start += char.IsHighSurrogate(text[start]) ? 2 : 1;
        }

        var end = canvas.Text(x, y, text[start..], isField ? Tone.Input : Tone.Normal, width);
        if (hasKeys)
        {
            var at = x + TextCells.Measure(text[start..editor.Cursor]);
            canvas.Paint(new Area(at, y, 1, 1), Tone.Cursor);
            canvas.Cursor = (at, y);
            end = Math.Max(end, at + 1);
        }

        return end;
    }
}
