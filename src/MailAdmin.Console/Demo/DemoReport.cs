using MailAdmin.Console.Hosting;
using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Demo;

/// <summary>Prints the demonstration: numbered steps, the commands that do them, tables, and what held. At most 80 columns.</summary>
internal sealed class DemoReport(TextWriter writer, Terminal terminal)
{
    private const int Width = 80;
    private const string Indent = "  ";
    private int _step;

    /// <summary>Assertions that held.</summary>
    public int Held { get; private set; }

    /// <summary>Assertions that did not.</summary>
    public int Failed { get; private set; }

    /// <summary>A plain line.</summary>
    public void Line(string text = "") => writer.WriteLine(Safe(text));

    /// <summary>Begins a step.</summary>
    public void Step(string title)
    {
        Line();
        Line(Style("1", $"{++_step}. {title}"));
    }

    /// <summary>Shows a command as a person would type it; long ones are broken at parameters.</summary>
    public void Command(string text)
    {
        const string prompt = "PS> ";
        foreach (var statement in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var line = Indent + prompt;
            foreach (var (word, at) in Pieces(statement).Select((p, i) => (p, i)))
            {
                if (at > 0 && Columns.Of(line) + 1 + Columns.Of(word) > Width - 2)
                {
                    Line(Style("36", line + " `"));
                    line = Indent + new string(' ', prompt.Length + 2) + word;
                }
                else
                {
                    line += (at > 0 ? " " : "") + word;
                }
            }

            Line(Style("36", line));
        }
    }

    /// <summary>A table; the last column takes what room is left, and cells are cut to fit.</summary>
    public void Table(string[] headings, IReadOnlyList<string[]> rows)
    {
        var widths = headings.Select((h, i) => rows.Select(r => Columns.Of(r[i])).Append(h.Length).Max()).ToArray();
        var taken = Indent.Length + widths[..^1].Sum(w => w + 2);
        widths[^1] = Math.Min(widths[^1], Math.Max(8, Width - taken));
        Line();
        Line(Style("32", Row(headings, widths)));
        Line(Row([.. widths.Select(w => new string('-', w))], widths));
        foreach (var row in rows)
        {
            Line(Row(row, widths));
        }

        Line();
    }

    /// <summary>Says what was expected and whether it held.</summary>
    public bool Check(bool held, string what)
    {
        var mark = (held, terminal.Unicode) switch
        {
            (true, true) => "✓",
            (false, true) => "✗",
            (true, false) => "ok  ",
            _ => "FAIL",
        };
        Line($"{Indent}{Style(held ? "32" : "31", mark)} {what}");
        _ = held ? Held++ : Failed++;
        return held;
    }

    private string Row(string[] cells, int[] widths) => (Indent + string.Join("  ", cells.Select((c, i) => Fit(c, widths[i])))).TrimEnd();

    private string Fit(string text, int width)
    {
        text = Safe(text);
        text = Columns.Cut(text, width, terminal.Unicode ? "…" : "~");
        return text + new string(' ', width - Columns.Of(text));
    }

    private string Style(string code, string text) => terminal.Color ? $"\e[{code}m{text}\e[0m" : text;

    private string Safe(string text) => terminal.Unicode ? text : new string([.. text.Select(c => c switch { '→' => '>', '…' => '~', '–' => '-', < '\x7f' => c, _ => '?' })]);

    // Breaks before parameters only, so that no quoted value is torn.
    private static IEnumerable<string> Pieces(string statement)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i < statement.Length; i++)
        {
            quoted ^= statement[i] == '\'';
            if (!quoted && statement[i] == ' ' && i + 2 < statement.Length && statement[i + 1] == '-' && char.IsLetter(statement[i + 2]))
            {
                yield return statement[start..i];
                start = i + 1;
            }
        }

        yield return statement[start..];
    }
}
