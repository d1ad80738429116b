using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Prompt;

/// <summary>The prompt: reads commands, runs them, shows what they give, until <c>exit</c> or the end of input.</summary>
internal sealed class PromptLoop
{
    private const string PromptFunction = "function global:prompt { \"MailAdmin $($ExecutionContext.SessionState.Path.CurrentLocation.Path)> \" }";

    /// <summary>
    /// Keys without a character or a meaning, one after another, that say that the terminal is gone: the runtime gives them without end,
    /// where a person's stray key gives one.
    /// </summary>
    private const int EmptyKeysOfADeadTerminal = 32;

    private readonly Engine _engine;
    private readonly History _history;
    private readonly Signals _signals;
    private int _emptyKeys;

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
            return new PromptLoop(engine, History.Open(null), signals).RunLines(System.Console.In);
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
        var editor = new LineEditor(
            ReadKey, new LineRenderer(System.Console.Out, () => terminal.Width), System.Console.Out, _history, Complete, IsIncomplete);
        while (!IsOver)
        {
            // While a line is edited Ctrl+C is a key; while a pipeline runs it is the signal that stops it.
            string text;
            LineEnd end;
            if (terminal.Color)
            {
                System.Console.TreatControlCAsInput = true;
                try
                {
                    (end, text) = editor.Read(Prompt());
                }
                catch (Exception e) when (e is IOException or InvalidOperationException)
                {
                    (end, text) = (LineEnd.EndOfInput, ""); // the terminal is gone
                }
                finally
                {
                    System.Console.TreatControlCAsInput = false;
                }
            }
            else
            {
                (end, text) = ReadPlain();
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

    private ConsoleKeyInfo ReadKey()
    {
        var key = System.Console.ReadKey(intercept: true);
        _emptyKeys = key is { KeyChar: '\0', Key: 0, Modifiers: 0 } ? _emptyKeys + 1 : 0;
        return _emptyKeys < EmptyKeysOfADeadTerminal ? key : throw new EndOfStreamException("The terminal is gone.");
    }

    // A terminal that knows no escape sequences edits by itself.
    private (LineEnd End, string Text) ReadPlain()
    {
        System.Console.Out.Write(Prompt());
        var text = System.Console.In.ReadLine();
        while (text is not null && IsIncomplete(text))
        {
            System.Console.Out.Write(LineRenderer.Continuation);
            var next = System.Console.In.ReadLine();
            if (string.IsNullOrEmpty(next))
            {
                break;
            }

            text += "\n" + next;
        }

        return text is null ? (LineEnd.EndOfInput, "") : (LineEnd.Accepted, text);
    }

    // Standard input that nobody types: commands one after another, without a prompt.
    private int RunLines(TextReader input)
    {
        var succeeded = true;
        var text = "";
        while (!IsOver && input.ReadLine() is { } line)
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
