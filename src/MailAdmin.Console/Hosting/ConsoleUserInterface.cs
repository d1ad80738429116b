using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text.RegularExpressions;

namespace MailAdmin.Console.Hosting;

/// <summary>Writes what the engine shows: results to standard output, errors to standard error, as pwsh does.</summary>
internal sealed partial class ConsoleUserInterface(Terminal terminal, bool nonInteractive) : PSHostUserInterface
{
    private readonly Lock _gate = new();
    private readonly ConsoleRawUserInterface _raw = new(terminal);
    private readonly ProgressLine _progress = new(terminal);

    /// <summary>The terminal.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI => _raw;

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => Terminal.Color;

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
            writer.Write(Plain(text, Terminal.Color && (writer == System.Console.Out || Terminal.ErrorIsTerminal)));
            writer.Flush();
        }
    }

    private static string Plain(string text, bool color) => color || !text.Contains('\e', StringComparison.Ordinal) ? text : Escapes().Replace(text, "");

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();

    /// <summary>Refuses a question where nobody can answer.</summary>
    private void MayAsk(string question)
    {
        if (nonInteractive)
        {
            throw new PSInvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"A question needs an answer, and -NonInteractive was given: {question} Use -Force, -Confirm:$false or the parameter that was left out."));
        }
    }

    private string Answer(string question)
    {
        MayAsk(question);
        return ReadTypedLine() ?? throw new PSInvalidOperationException($"Standard input ended before an answer came: {question}");
    }

    /// <inheritdoc/>
    public override string ReadLine() => Answer("");

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        MayAsk("");
        var secret = new SecureString();
        if (!Terminal.InputIsTerminal)
        {
            foreach (var c in ReadTypedLine() ?? "")
            {
                secret.AppendChar(c);
            }

            secret.MakeReadOnly();
            return secret;
        }

        while (true)
        {
            var key = System.Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                break;
            }

            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }

        WriteLine();
        secret.MakeReadOnly();
        return secret;
    }

    private static string? ReadTypedLine() => System.Console.In.ReadLine();
}
