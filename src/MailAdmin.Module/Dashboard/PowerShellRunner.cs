using System.Management.Automation;
using System.Management.Automation.Runspaces;
using MailAdmin.Dashboard;

namespace MailAdmin.Module.Dashboard;

/// <summary>
/// The PowerShell behind the dashboard's command line: a runspace of its own, for the caller's is busy with Show-MailDashboard. It opens at the first
/// command or completion, so that a dashboard nobody types in costs none of it.
/// </summary>
internal sealed class PowerShellRunner(MailServerInfo? server, string? storePath) : ICommandRunner
{
    private readonly RunnerHost _host = new();
    private readonly SemaphoreSlim _turn = new(1);
    private Runspace? _runspace;

    /// <inheritdoc/>
    public async Task RunAsync(string command, int width, ICommandOutput output, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var runspace = Open();
            _host.Begin(output, width, cancellationToken);
            using var shell = PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddScript(command).AddCommand("Out-Default");
            // As a prompt does: errors stand among the output, where they happened.
            shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            using var stopping = cancellationToken.Register(() => shell.BeginStop(null, null));
            try
            {
                await Task.Factory.FromAsync(shell.BeginInvoke<object>(new PSDataCollection<object>()), shell.EndInvoke);
            }
            catch (PipelineStoppedException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (RuntimeException e)
            {
                output.Write($"{e.ErrorRecord?.ToString() ?? e.Message} {e.ErrorRecord?.ErrorDetails?.RecommendedAction}".TrimEnd(), CommandLineKind.Error);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            _host.End();
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<CommandCompletions> CompleteAsync(string text, int cursor, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            // A command runs: the one runspace has no hand free.
            return new CommandCompletions(cursor, 0, []);
        }

        try
        {
            using var shell = PowerShell.Create();
            shell.Runspace = Open();
            var found = CommandCompletion.CompleteInput(text, cursor, null, shell);
            return new CommandCompletions(found.ReplacementIndex, found.ReplacementLength, [.. found.CompletionMatches.Select(m => m.CompletionText)]);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A command that does not let itself be stopped must not hold the prompt: its runspace is left to it.
        if (await _turn.WaitAsync(TimeSpan.FromSeconds(2)))
        {
            _runspace?.Dispose();
            _turn.Dispose();
        }
    }

    private Runspace Open()
    {
        if (_runspace is { } open)
        {
            return open;
        }

        var runspace = RunspaceFactory.CreateRunspace(_host, InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddCommand("Import-Module").AddParameter("Name", Manifest).AddParameter("ErrorAction", "Stop").AddParameter("DisableNameChecking");
        shell.Invoke();
        // Cmdlets mean the server on show, and no other of its name, as long as nobody says otherwise.
        var defaults = new DefaultParameterDictionary();
        if (server is not null)
        {
            defaults["*-Mail*:Server"] = server;
        }

        if (storePath is not null)
        {
            defaults["*-Mail*:StorePath"] = storePath;
        }

        runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", defaults);
        return _runspace = runspace;
    }

    // module/bin/MailAdmin.Module.dll belongs to the manifest two folders up.
    private static string Manifest => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(PowerShellRunner).Assembly.Location)!, "..", "..", "MailAdmin.psd1"));
}
