namespace MailAdmin.Dashboard;

/// <summary>Runs what is typed behind <c>:</c>. The module gives the dashboard a PowerShell; without one the line is not offered.</summary>
public interface ICommandRunner : IAsyncDisposable
{
    /// <summary>Runs a command to its end; what it writes goes to <paramref name="output"/>, lines no wider than <paramref name="width"/> cells where it can help it.</summary>
    Task RunAsync(string command, int width, ICommandOutput output, CancellationToken cancellationToken);

    /// <summary>What could stand at the cursor.</summary>
    Task<CommandCompletions> CompleteAsync(string text, int cursor, CancellationToken cancellationToken);
}

/// <summary>Takes what a command writes, and answers what it asks. May be called from any thread; writing never waits.</summary>
public interface ICommandOutput
{
    /// <summary>Adds a line.</summary>
    void Write(string line, CommandLineKind kind);

    /// <summary>Shows how far an activity is. Only the last word about each is shown.</summary>
    void Show(CommandProgress progress);

    /// <summary>Lets the admin choose; returns the index of the choice. A dialog whose default is <paramref name="defaultChoice"/>; Esc gives it too.</summary>
    Task<int> ChooseAsync(string caption, string message, IReadOnlyList<string> choices, int defaultChoice, CancellationToken cancellationToken);

    /// <summary>Lets the admin type an answer; null where that was refused.</summary>
    Task<string?> AskAsync(string prompt, bool isSecret, CancellationToken cancellationToken);
}

/// <summary>How far an activity of a command is.</summary>
/// <param name="Id">Tells activities apart.</param>
/// <param name="Activity">What is being done.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Percent">0 to 100; below 0 where it is not known.</param>
/// <param name="SecondsLeft">Below 0 where it is not known.</param>
/// <param name="IsOver">It is done and goes from the screen.</param>
public sealed record CommandProgress(string Id, string Activity, string Status, int Percent, int SecondsLeft, bool IsOver);

/// <summary>What a line of a command's output is.</summary>
public enum CommandLineKind
{
    /// <summary>Its result.</summary>
    Output,
    /// <summary>A remark.</summary>
    Information,
    /// <summary>A warning.</summary>
    Warning,
    /// <summary>An error.</summary>
    Error,
}

/// <summary>Completions of a piece of the line.</summary>
/// <param name="Start">Where the piece begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Texts">What may replace it.</param>
public sealed record CommandCompletions(int Start, int Length, IReadOnlyList<string> Texts);
