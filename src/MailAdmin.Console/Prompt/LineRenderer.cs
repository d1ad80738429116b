using System.Globalization;
using System.Text;

namespace MailAdmin.Console.Prompt;

/// <summary>Draws the text being edited over the rows it needs, and puts the cursor where it belongs.</summary>
internal sealed class LineRenderer(TextWriter writer, Func<int> width)
{
    /// <summary>What stands before the second and later lines.</summary>
    public const string Continuation = ">> ";

    private int _cursorRow;

    /// <summary>Forgets what was drawn: the next drawing begins at the current row.</summary>
    public void Begin() => _cursorRow = 0;

    /// <summary>Draws anew.</summary>
    public void Draw(string prompt, string text, int cursor)
    {
        var columns = Math.Max(4, width());
        var output = new StringBuilder();
        Up(output, _cursorRow);
        output.Append("\r\e[J");

        var lines = text.Split('\n');
        var (row, index, cursorRow, cursorColumn) = (0, 0, 0, 0);
        for (var i = 0; i < lines.Length; i++)
        {
            var head = i == 0 ? prompt : Continuation;
            output.Append(i == 0 ? "" : "\r\n").Append(head).Append(lines[i]);
            var used = Columns.Of(head) + Columns.Of(lines[i]);
            if (cursor >= index && cursor <= index + lines[i].Length)
            {
                var at = Columns.Of(head) + Columns.Of(lines[i][..(cursor - index)]);
                (cursorRow, cursorColumn) = (row + (at / columns), at % columns);
            }

            // A terminal that is full to its last column has not wrapped yet; make it.
            if (used > 0 && used % columns == 0)
            {
                output.Append(" \r\e[K");
            }

            row += used / columns;
            row += i < lines.Length - 1 ? 1 : 0;
            index += lines[i].Length + 1;
        }

        Up(output, row - cursorRow);
        output.Append('\r');
        if (cursorColumn > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\e[{cursorColumn}C");
        }

        _cursorRow = cursorRow;
        writer.Write(output);
        writer.Flush();
    }

    private static void Up(StringBuilder output, int rows)
    {
        if (rows > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\e[{rows}A");
        }
    }
}
