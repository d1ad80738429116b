using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Restart-MailServer</summary>
[Cmdlet(VerbsLifecycle.Restart, "MailServer", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerInfo))]
public sealed class RestartMailServer : EndingCmdlet
{
    /// <inheritdoc/>
    protected override async Task ServerAsync(MailServerInfo server)
    {
        if (server.IsEphemeral)
        {
            throw new MailAdminException("ServerIsEphemeral", MailErrorCategory.InvalidOperation, $"Server '{server.Name}' is ephemeral: its mail would go with the stop.", server.Name, "Stop it and start a new one.");
        }

        var settings = ServerGateway.SettingsOf(server) ?? throw new MailAdminException(
            "ServerInOtherProcess", MailErrorCategory.InvalidOperation, $"Server '{server.Name}' belongs to process {server.ProcessId}.", server.Name, "Restart it there, or restart that process.");
        if (ShouldChange($"Restart mail server {server.Name} with {server.SessionCount} sessions.", $"Restart mail server {server.Name}?"))
        {
            await EndAsync(server);
            WriteObject(await Off(token => ServerGateway.StartAsync(settings, token)));
        }
    }
}
