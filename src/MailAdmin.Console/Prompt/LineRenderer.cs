using System.Globalization;
using System.Text;

namespace MailAdmin.Console.Prompt;

/// <summary>
/// Draws the text being edited over the rows it needs, and puts the cursor where it belongs. What stands before the text (a prompt, a question) was written
/// before and is left alone; only the column is known at which it ended.
/// </summary>
internal sealed class LineRenderer(TextWriter writer, Func<int> width)
{
    /// <summary>What stands before the second and later lines.</summary>
    public const string Continuation = ">> ";

    // A terminal that is full to its last column has not wrapped yet; this makes it.
    private const string Wrap = " \r\e[K";

    private int _start;
    private int _cursorRow;

    private int Width => Math.Max(4, width());

    /// <summary>Begins a text where the cursor is.</summary>
    /// <param name="column">Columns that were written since the last line break.</param>
    public void Begin(int column)
    {
        _start = column;
        _cursorRow = 0;
        if (column > 0 && column % Width == 0)
        {
            writer.Write(Wrap);
        }
    }

    /// <summary>Draws anew.</summary>
    public void Draw(string text, int cursor)
    {
        var columns = Width;
        var output = new StringBuilder();
        Move(output, _cursorRow, 'A');
        output.Append('\r');
        Move(output, _start % columns, 'C');
        output.Append("\e[J");

        var (row, column, index) = (0, _start % columns, 0);
        (int Row, int Column)? at = null;
        foreach (var rune in text.EnumerateRunes())
        {
            // A terminal that is full to its last column wraps at the next character, and one column earlier where that takes two.
            var shown = Rune.IsControl(rune) ? new Rune('?') : rune;
            var needs = rune.Value == '\n' ? 0 : Columns.Of(shown);
            if (needs > 0 && column + needs > columns)
            {
                (row, column) = (row + 1, 0);
            }

            at = index == cursor ? (row, Math.Min(column, columns - 1)) : at;
            index += rune.Utf16SequenceLength;
            if (rune.Value == '\n')
            {
                output.Append("\r\n").Append(Continuation);
                (row, column) = (row + 1, Continuation.Length);
                continue;
            }

            output.Append(shown.ToString());
            column += needs;
        }

        if (column == columns)
        {
            output.Append(Wrap);
            (row, column) = (row + 1, 0);
        }

        var (cursorRow, cursorColumn) = at ?? (row, column);
        Move(output, row - cursorRow, 'A');
        output.Append('\r');
        Move(output, cursorColumn, 'C');
        _cursorRow = cursorRow;
        writer.Write(output);
        writer.Flush();
    }

    private static void Move(StringBuilder output, int by, char direction)
    {
        if (by > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\e[{by}{direction}");
        }
    }
}
