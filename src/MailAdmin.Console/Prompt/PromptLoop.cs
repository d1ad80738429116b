using System.Management.Automation;
using System.Management.Automation.Language;
using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Prompt;

/// <summary>The prompt: reads commands, runs them, shows what they give, until <c>exit</c> or the end of input.</summary>
internal sealed class PromptLoop
{
    private const string PromptFunction = "function global:prompt { \"MailAdmin $($ExecutionContext.SessionState.Path.CurrentLocation.Path)> \" }";

    private readonly Engine _engine;
    private readonly History _history;
    private readonly Signals _signals;

    private PromptLoop(Engine engine, History history, Signals signals)
    {
        _engine = engine;
        _history = history;
        _signals = signals;
    }

    private bool IsOver => _engine.Host.ExitCode is not null || _signals.Stop.IsCancellationRequested;

    /// <summary>Runs; returns the exit code.</summary>
    public static int Run(Engine engine, Signals signals, bool greet)
    {
        var terminal = engine.Host.Console.Terminal;
        if (!terminal.InputIsTerminal)
        {
            return new PromptLoop(engine, History.Open(null), signals).RunLines();
        }

        engine.Invoke(PromptFunction);
        if (greet)
        {
            engine.Host.UI.WriteLine($"MailAdmin {Application.Version}. Try: Start-MailServer, Get-Command -Module MailAdmin, Get-Help Start-MailServer. exit leaves.");
        }

        return new PromptLoop(engine, History.Open(History.DefaultPath()), signals).RunTyped(terminal);
    }

    private int RunTyped(Terminal terminal)
    {
        var ui = _engine.Host.Console;
        var editor = new LineEditor(ui.Input.ReadKey, new LineRenderer(System.Console.Out, () => terminal.Width), System.Console.Out, _history, Complete, IsIncomplete);
        while (!IsOver)
        {
            var prompt = Prompt();
            string text;
            LineEnd end;
            try
            {
                (end, text) = terminal.Sequences ? TerminalInput.Typing(() => editor.Read(prompt)) : ReadPlain(ui, prompt);
            }
            catch (IOException)
            {
                break; // nobody types any more, or the terminal that the line would be drawn on has gone
            }

            if (end == LineEnd.EndOfInput)
            {
                break;
            }

            if (end == LineEnd.Accepted && !string.IsNullOrWhiteSpace(text))
            {
                _history.Add(text);
                _engine.RunLine(text);
            }
        }

        return _engine.Host.ExitCode ?? _signals.ExitCode ?? 0;
    }

    // A terminal that knows no escape sequences.
    private static (LineEnd End, string Text) ReadPlain(ConsoleUserInterface ui, string prompt)
    {
        ui.Write(prompt);
        var (end, text) = ui.TypeLine();
        while (end == LineEnd.Accepted && IsIncomplete(text))
        {
            ui.Write(LineRenderer.Continuation);
            (end, var next) = ui.TypeLine();
            if (next.Length == 0)
            {
                break;
            }

            text += "\n" + next;
        }

        return (end, text);
    }

    // Standard input that nobody types: commands one after another, without a prompt.
    private int RunLines()
    {
        var succeeded = true;
        var text = "";
        while (!IsOver && NextLine() is { } line)
        {
            text = text.Length == 0 ? line : text + "\n" + line;
            if (!IsIncomplete(text))
            {
                succeeded = string.IsNullOrWhiteSpace(text) ? succeeded : _engine.Run(text);
                text = "";
            }
        }

        if (!IsOver && !string.IsNullOrWhiteSpace(text))
        {
            succeeded = _engine.Run(text); // reports what is missing
        }

        return _engine.Host.ExitCode ?? _signals.ExitCode ?? (succeeded ? 0 : 1);
    }

    private string? NextLine()
    {
        try
        {
            return _engine.Host.Console.Input.ReadLine();
        }
        catch (EndOfStreamException)
        {
            return null; // the program is to end
        }
    }

    private string Prompt()
    {
        try
        {
            return _engine.Invoke("prompt") is [{ BaseObject: string prompt }, ..] && prompt.Length > 0 ? prompt : "> ";
        }
        catch (RuntimeException)
        {
            return "> "; // a prompt function of the user's that fails must not end the prompt
        }
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(e => e.IncompleteInput);
    }

    private Completions Complete(string text, int cursor)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _engine.Runspace;
        try
        {
            var found = CommandCompletion.CompleteInput(text, cursor, null, shell);
            return new Completions(found.ReplacementIndex, found.ReplacementLength, [.. found.CompletionMatches.Select(m => m.CompletionText)]);
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException or PSArgumentException)
        {
            return new Completions(0, 0, []); // a completer that fails completes nothing
        }
    }
}
