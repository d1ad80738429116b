using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text.RegularExpressions;
using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Hosting;

/// <summary>Writes what the engine shows: results to standard output, errors to standard error, as pwsh does.</summary>
internal sealed partial class ConsoleUserInterface(Terminal terminal, bool nonInteractive) : PSHostUserInterface
{
    private readonly Lock _gate = new();
    private readonly ProgressLine _progress = new(terminal);
    private ConsoleRawUserInterface? _raw;
    private int _column;

    /// <summary>The terminal.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI => _raw ??= new ConsoleRawUserInterface(Terminal, ReadKey);

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => Terminal.Sequences;

    /// <inheritdoc/>
    public override void Write(string value) => Put(System.Console.Out, value);

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Put(System.Console.Out, Terminal.Color && (int)foregroundColor >= 0 ? $"{PSStyle.Instance.Foreground.FromConsoleColor(foregroundColor)}{value}{PSStyle.Instance.Reset}" : value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => Put(System.Console.Out, value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine() => Put(System.Console.Out, Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => Put(System.Console.Error, value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => Styled(PSStyle.Instance.Formatting.Warning, "WARNING: " + message);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => Styled(PSStyle.Instance.Formatting.Verbose, "VERBOSE: " + message);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => Styled(PSStyle.Instance.Formatting.Debug, "DEBUG: " + message);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate)
        {
            _progress.Show(record);
        }
    }

    /// <summary>Takes a progress line away, before a prompt or at the end.</summary>
    public void ClearProgress()
    {
        lock (_gate)
        {
            _progress.Clear();
        }
    }

    private void Styled(string style, string text) =>
        Put(System.Console.Out, (Terminal.Color ? $"{style}{text}{PSStyle.Instance.Reset}" : text) + Environment.NewLine);

    private void Put(TextWriter writer, string text)
    {
        // Jobs and pipelines write from threads of their own.
        lock (_gate)
        {
            _progress.Clear();
            // The formatter colours its headings whoever reads them.
            if (writer == System.Console.Out)
            {
                var line = text.LastIndexOf('\n') + 1;
                _column = Columns.Of(text[line..]) + (line == 0 ? _column : 0);
            }

            writer.Write(Plain(text, Terminal.Color && (writer == System.Console.Out || Terminal.ErrorIsTerminal)));
            writer.Flush();
        }
    }

    // Where a question stands that was written without a line break: its answer begins there. What is typed ends its line itself.
    private int StartColumn()
    {
        lock (_gate)
        {
            var column = _column;
            _column = 0;
            return column;
        }
    }

    private static string Plain(string text, bool color) => color || !text.Contains('\e', StringComparison.Ordinal) ? text : Escapes().Replace(text, "");

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
