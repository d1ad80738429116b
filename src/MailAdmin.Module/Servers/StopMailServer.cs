using System.Management.Automation;
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
