using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using MailAdmin.Dashboard;

namespace MailAdmin.Module.Dashboard;

/// <summary>The engine's view of the dashboard's pane: lines go out, questions become dialogs, the terminal itself is out of reach.</summary>
internal sealed class RunnerHost : PSHost
{
    private readonly RunnerInterface _ui = new();

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override string Name => "MailAdmin dashboard";
    public override PSHostUserInterface UI => _ui;
    public override Version Version { get; } = typeof(RunnerHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <summary>Sends what a command writes to its pane.</summary>
    public void Begin(ICommandOutput output, int width, CancellationToken cancellationToken) => _ui.Begin(output, width, cancellationToken);

    /// <summary>The command is over; a half line goes out.</summary>
    public void End() => _ui.End();

    public override void EnterNestedPrompt() => throw new NotSupportedException("The dashboard has no nested prompt.");

    public override void ExitNestedPrompt()
    {
    }

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
        // 'exit' ends the command and nothing else.
    }
}

/// <summary>Lines out, questions in.</summary>
internal sealed partial class RunnerInterface : PSHostUserInterface
{
    private readonly StringBuilder _line = new();
    private readonly RunnerRawInterface _raw = new();
    private ICommandOutput? _output;
    private CancellationToken _stop;

    public override PSHostRawUserInterface RawUI => _raw;

    public void Begin(ICommandOutput output, int width, CancellationToken cancellationToken)
    {
        _raw.Width = Math.Max(20, width);
        _stop = cancellationToken;
        _output = output;
    }

    public void End()
    {
        if (_line.Length > 0)
        {
            WriteLine("");
        }

        _output = null;
    }

    public override void Write(string value)
    {
        foreach (var piece in value.ReplaceLineEndings("\n"))
        {
            if (piece == '\n')
            {
                Out(_line.ToString(), CommandLineKind.Output);
                _line.Clear();
            }
            else
            {
                _line.Append(piece);
            }
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Write(value + "\n");

    public override void WriteErrorLine(string value) => Out(value, CommandLineKind.Error);

    public override void WriteWarningLine(string message) => Out("warning: " + message, CommandLineKind.Warning);

    public override void WriteVerboseLine(string message) => Out("verbose: " + message, CommandLineKind.Information);

    public override void WriteDebugLine(string message) => Out("debug: " + message, CommandLineKind.Information);

    public override void WriteProgress(long sourceId, ProgressRecord record) => _output?.Show(new CommandProgress(
        string.Create(CultureInfo.InvariantCulture, $"{sourceId}/{record.ActivityId}"), record.Activity, record.CurrentOperation is { Length: > 0 } now ? $"{record.StatusDescription} {now}" : record.StatusDescription ?? "",
        record.PercentComplete, record.SecondsRemaining, record.RecordType == ProgressRecordType.Completed));

    // Read-Host writes its prompt first and then reads: the half line is the question.
    public override string ReadLine() => Answer(HalfLine() ?? "The command wants a line.", isSecret: false);

    public override SecureString ReadLineAsSecureString() => Secure(Answer(HalfLine() ?? "The command wants a secret.", isSecret: true));

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        var answers = new Dictionary<string, PSObject>();
        var lead = string.Join('\n', new[] { caption, message }.Where(line => !string.IsNullOrWhiteSpace(line)));
        foreach (var field in descriptions)
        {
            var prompt = $"{(lead.Length > 0 ? lead + "\n" : "")}{(field.Label is { Length: > 0 } label ? label.Replace("&", "", StringComparison.Ordinal) : field.Name)}{(field.HelpMessage is { Length: > 0 } help ? $" ({help})" : "")}";
            answers[field.Name] = PSObject.AsPSObject(field.ParameterTypeName switch
            {
                nameof(PSCredential) => PromptForCredential(caption, prompt, "", ""),
                nameof(SecureString) => Secure(Answer(prompt, isSecret: true)),
                _ => Answer(prompt, isSecret: false),
            });
        }

        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        // Suspend would open a nested prompt, which there is none of here.
        var offered = choices.Select((choice, index) => (choice.Label, Index: index)).Where(c => c.Label.Replace("&", "", StringComparison.Ordinal) != "Suspend").ToList();
        // A question about a change is safe with No, whatever its own default; where there is no No, the last choice stands for the one that changes nothing.
        var safe = offered.FindIndex(c => c.Label.Replace("&", "", StringComparison.Ordinal) == "No");
        if (safe < 0)
        {
            safe = offered.FindIndex(c => c.Index == defaultChoice) is >= 0 and var named ? named : offered.Count - 1;
        }

        return offered[Wait(() => Output.ChooseAsync(caption, message, [.. offered.Select(c => c.Label)], safe, _stop))].Index;
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        var lead = string.IsNullOrWhiteSpace(message) ? "" : message + "\n";
        var user = string.IsNullOrEmpty(userName) ? Answer(lead + "User name", isSecret: false) : userName;
        return new PSCredential(user, Secure(Answer($"{lead}Password of {user}", isSecret: true)));
    }

    private ICommandOutput Output => _output ?? throw new InvalidOperationException("No command is running.");

    // The pane draws no colours of others; escape sequences would be rubbish in it.
    internal static string Plain(string line) => Escapes().Replace(line, "");

    private void Out(string line, CommandLineKind kind) => _output?.Write(Plain(line), kind);

    private string? HalfLine()
    {
        var text = Plain(_line.ToString()).Trim();
        _line.Clear();
        return text.Length > 0 ? text : null;
    }

    private string Answer(string prompt, bool isSecret) =>
        Wait(() => Output.AskAsync(prompt, isSecret, _stop)) ?? throw new PipelineStoppedException();

    // On the pool: the pipeline's thread, which waits here, may be the one that continuations of its cmdlet come back to.
    private static T Wait<T>(Func<Task<T>> question) => Task.Run(question).GetAwaiter().GetResult();

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (var c in text)
        {
            secure.AppendChar(c);
        }

        secure.MakeReadOnly();
        return secure;
    }

    [GeneratedRegex(@"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\))")]
    private static partial Regex Escapes();
}

/// <summary>A screen of the pane's width and no end.</summary>
internal sealed class RunnerRawInterface : PSHostRawUserInterface
{
    /// <summary>Cells of a line.</summary>
    public int Width { get; set; } = 80;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
    public override Size BufferSize { get => new(Width, 1000); set => Ignore(value); }
    public override Coordinates CursorPosition { get; set; }
    public override int CursorSize { get; set; } = 25;
    public override bool KeyAvailable => false;
    public override Size MaxPhysicalWindowSize => BufferSize;
    public override Size MaxWindowSize => BufferSize;
    public override Coordinates WindowPosition { get; set; }
    public override Size WindowSize { get => BufferSize; set => Ignore(value); }
    public override string WindowTitle { get; set; } = "MailAdmin dashboard";

    public override void FlushInputBuffer()
    {
    }

    // As the pane draws it; without escape sequences, which it leaves out.
    public override int LengthInBufferCells(string source) => MailDashboard.Measure(RunnerInterface.Plain(source));

    public override int LengthInBufferCells(string source, int offset) => LengthInBufferCells(source[offset..]);

    public override int LengthInBufferCells(char source) => MailDashboard.Measure(source.ToString());

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException("The screen cannot be read back.");

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException("No key can be read here: the keys are the dashboard's.");

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
    {
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
    {
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
    }

    private static void Ignore(Size size) => _ = size;
}
