using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Stop-MailServer</summary>
[Cmdlet(VerbsLifecycle.Stop, "MailServer", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerInfo))]
public sealed class StopMailServer : EndingCmdlet
{
    /// <summary>Returns the server as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    // Somebody's service is not stopped by who meant to stop his own; connecting to it says that it is meant.
    /// <inheritdoc/>
    protected override async Task<MailServerInfo> DefaultAsync()
    {
        var server = await base.DefaultAsync();
        return server.ProcessId == Environment.ProcessId || ServerGateway.IsConnected ? server : throw new MailAdminException(
            "ServerElsewhere", MailErrorCategory.InvalidOperation, $"No mail server runs in this process, and server '{server.Name}' of process {server.ProcessId} was not named.", server.Name,
            $"Name it where it is meant: Stop-MailServer {server.Name}");
    }

    /// <inheritdoc/>
    protected override async Task ServerAsync(MailServerInfo server)
    {
        var effect = server.IsEphemeral ? ", and remove its store" : "";
        if (ShouldChange($"Stop mail server {server.Name}{Elsewhere(server)} with {server.SessionCount} sessions{effect}.", $"Stop mail server {server.Name}{Elsewhere(server)}{effect}?"))
        {
            await Off(token => ServerGateway.StopAsync(server, Drain, token));
            if (PassThru)
            {
                WriteObject(server with { State = MailServerState.Stopped, SessionCount = 0, Endpoints = [] });
            }
        }
    }
}
