using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Disconnect-MailServer</summary>
[Cmdlet(VerbsCommunications.Disconnect, "MailServer")]
[OutputType(typeof(void))]
public sealed class DisconnectMailServer : MailCmdlet
{
    /// <inheritdoc/>
    protected override Task ProcessAsync()
    {
        ServerGateway.Disconnect();
        return Task.CompletedTask;
    }
}
