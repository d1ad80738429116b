using System.Management.Automation;
using MailAdmin.Errors;
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
        // The server would say it too, but only after the question or -WhatIf's promise.
        if (server.IsEphemeral)
        {
            throw new MailAdminException("ServerIsEphemeral", MailErrorCategory.InvalidOperation, $"Server '{server.Name}' is ephemeral: its mail would go with the stop.", server.Name, "Stop it and start a new one.");
        }

        if (ShouldChange($"Restart mail server {server.Name}{Elsewhere(server)} with {server.SessionCount} sessions.", $"Restart mail server {server.Name}{Elsewhere(server)}?"))
        {
            WriteObject(await Off(token => ServerGateway.RestartAsync(server, Drain, token)));
        }
    }
}
