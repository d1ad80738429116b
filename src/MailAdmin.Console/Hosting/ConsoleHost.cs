using System.Globalization;
using System.Management.Automation.Host;

namespace MailAdmin.Console.Hosting;

/// <summary>The engine's view of this program.</summary>
internal sealed class ConsoleHost(Terminal terminal, bool nonInteractive) : PSHost
{
    private readonly ConsoleUserInterface _ui = new(terminal, nonInteractive);

    /// <summary>The code of <c>exit</c>; null until it was called.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Cancelled when the program is to end: then nothing is run or read any more.</summary>
    public CancellationToken Ending
    {
        get => _ui.Input.Ending;
        set => _ui.Input.Ending = value;
    }

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;
    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;
    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();
    /// <inheritdoc/>
    public override string Name => "mailadmin";
    /// <inheritdoc/>
    public override PSHostUserInterface UI => _ui;
    /// <inheritdoc/>
    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <summary>Same as <see cref="UI"/>, with what the engine does not ask for.</summary>
    public ConsoleUserInterface Console => _ui;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no nested prompt; use -ErrorAction or -Confirm:$false.");
    /// <inheritdoc/>
    public override void ExitNestedPrompt()
    {
    }

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
}
