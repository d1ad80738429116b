using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text;
using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Hosting;

/// <summary>
/// The answers to the engine's questions. Ctrl+C at a question, and a stop that comes while it waits, end the pipeline that asked, as in pwsh: no key that is
/// pressed afterwards answers it. Input that has ended answers nothing either; not even an empty secret.
/// </summary>
internal sealed partial class ConsoleUserInterface
{
    private readonly History _noHistory = History.Open(null);

    /// <summary>What standard input gives.</summary>
    public TerminalInput Input { get; } = new();

    /// <summary>True where what runs is being stopped; the engine's.</summary>
    public Func<bool> WasStopped { get; set; } = static () => false;

    /// <summary>What Ctrl+C does where it is no signal because it was typed at a question.</summary>
    public Action Interrupt { get; set; } = static () => { };

    /// <inheritdoc/>
    public override string ReadLine() => Answer("");

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        MayAsk("");
        return Read("a secret", () => Terminal.InputIsTerminal ? TerminalInput.Typing(TypeSecret) : Secret(Input.ReadLine()));
    }

    /// <summary>A key of <c>RawUI.ReadKey</c>.</summary>
    /// <param name="controlCIsKey">Ctrl+C is an answer as any other.</param>
    public ConsoleKeyInfo ReadKey(bool controlCIsKey) =>
        Read("a key", () => TerminalInput.Typing(Input.ReadKey) is var key && IsControlC(key) && !controlCIsKey ? throw Interrupted() : key);

    /// <summary>A line, edited where the terminal can show that.</summary>
    /// <returns>How it ended, and the text.</returns>
    /// <exception cref="EndOfStreamException">The terminal is gone, or the program is to end.</exception>
    public (LineEnd End, string Text) TypeLine() =>
        TerminalInput.Typing(() => Terminal.Sequences
            ? new LineEditor(Input.ReadKey, new LineRenderer(System.Console.Out, () => Terminal.Width), System.Console.Out, _noHistory).Read("", StartColumn())
            : TypePlainLine());

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
        return Read(question, () =>
        {
            if (!Terminal.InputIsTerminal)
            {
                return Input.ReadLine();
            }

            var (end, text) = TypeLine();
            return end switch
            {
                LineEnd.Accepted => text,
                LineEnd.Abandoned => throw Interrupted(),
                _ => null,
            };
        });
    }

    // Reads between two looks at whether the pipeline that asks is still wanted.
    private T Read<T>(string question, Func<T?> read)
    {
        ThrowIfStopped();
        try
        {
            var answer = read();
            ThrowIfStopped();
            return answer ?? throw Ended(question);
        }
        catch (EndOfStreamException e)
        {
            ThrowIfStopped();
            throw Ended(question, e);
        }
    }

    private static PSInvalidOperationException Ended(string question, Exception? cause = null) => new($"Standard input ended before an answer came: {question}", cause);

    private void ThrowIfStopped()
    {
        if (WasStopped() || Input.Ending.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private PipelineStoppedException Interrupted()
    {
        Interrupt();
        return new PipelineStoppedException();
    }

    private SecureString? TypeSecret()
    {
        var secret = new SecureString();
        while (Input.ReadKey() is { Key: not ConsoleKey.Enter } key)
        {
            if (IsControlC(key))
            {
                Echo(Environment.NewLine);
                throw Interrupted();
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

        Echo(Environment.NewLine);
        secret.MakeReadOnly();
        return secret;
    }

    private static SecureString? Secret(string? line)
    {
        if (line is null)
        {
            return null;
        }

        var secret = new SecureString();
        foreach (var c in line)
        {
            secret.AppendChar(c);
        }

        secret.MakeReadOnly();
        return secret;
    }

    // For a terminal that knows no escape sequences: what can be done with backspaces.
    private (LineEnd End, string Text) TypePlainLine()
    {
        var text = new StringBuilder();
        while (Input.ReadKey() is { Key: not ConsoleKey.Enter } key)
        {
            if (IsControlC(key))
            {
                Echo("^C" + Environment.NewLine);
                return (LineEnd.Abandoned, "");
            }

            if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && text.Length == 0)
            {
                Echo(Environment.NewLine);
                return (LineEnd.EndOfInput, "");
            }

            if (key.Key == ConsoleKey.Backspace && text.Length > 0)
            {
                var last = text.Length > 1 && char.IsSurrogatePair(text[^2], text[^1]) ? 2 : 1;
                var columns = Columns.Of(text.ToString(text.Length - last, last));
                text.Length -= last;
                Echo(new string('\b', columns) + new string(' ', columns) + new string('\b', columns));
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
                Echo(key.KeyChar.ToString());
            }
        }

        Echo(Environment.NewLine);
        return (LineEnd.Accepted, text.ToString());
    }

    // What is typed is for the one who types, and no part of output that goes elsewhere.
    private void Echo(string text)
    {
        if (Terminal.OutputIsTerminal)
        {
            Write(text);
        }
        else if (Terminal.ErrorIsTerminal)
        {
            System.Console.Error.Write(text);
        }
    }

    private static bool IsControlC(ConsoleKeyInfo key) => key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control };
}
