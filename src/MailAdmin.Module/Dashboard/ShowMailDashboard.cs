using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Client.Messages;
using MailAdmin.Dashboard;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Messages;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Dashboard;

/// <summary>Show-MailDashboard</summary>
[Cmdlet(VerbsCommon.Show, "MailDashboard")]
[OutputType(typeof(void))]
public sealed class ShowMailDashboard : AdministrationCmdlet
{
    /// <summary>Colours: auto follows the terminal, mono has none.</summary>
    [Parameter(Position = 0)]
    [ValidateSet("auto", "dark", "light", "mono")]
    public string? Theme { get; set; }

    /// <summary>Draws with ASCII only, for terminals whose font lacks the signs.</summary>
    [Parameter]
    public SwitchParameter Ascii { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        var administration = await Ask((a, _) => Task.FromResult(a));
        var info = await Ask((a, token) => a.GetServerAsync(token));
        if (info.State is MailServerState.Stopped && StorePath is null)
        {
            throw new MailAdminException("ServerNotRunning", MailErrorCategory.ResourceUnavailable, "No mail server is running.", Choice.Name, "Start one with Start-MailServer, or give -StorePath to look into a store at rest.");
        }

        await using var runner = new PowerShellRunner(StorePath is null ? info : null, StorePath is null ? null : FilePath(StorePath));
        var options = new DashboardOptions { Theme = Theme, Ascii = Ascii.IsPresent ? Ascii.ToBool() : null };
        // On this thread: the terminal is the pipeline's, and Ctrl+C waits until it has been put back.
        // Only where it runs: a store at rest must not be opened under a server that is about to start.
        Func<CancellationToken, Task<IMailAdministration>>? reopen = StorePath is null ? token => ServerGateway.ReopenAsync(info, token) : null;
        MailDashboard.Show(administration, options, runner, ReadAsync, reopen, StopToken);
    }

    private static async Task<MailMessageContent> ReadAsync(IMailAdministration administration, MailboxMessage message, CancellationToken cancellationToken)
    {
        await using var content = new MessageStream(administration, message);
        return await MessageParser.ParseAsync(message, content, cancellationToken);
    }
}
