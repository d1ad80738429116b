using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Base of the cmdlets that end the sessions of a running server.</summary>
public abstract class EndingCmdlet : ServerCmdlet
{
    /// <summary>Most seconds that clients have to say goodbye.</summary>
    [Parameter]
    [Alias("Drain")]
    [ValidateRange(0d, 3600d)]
    public double DrainSeconds { get; set; } = ServerGateway.DefaultDrain.TotalSeconds;

    /// <summary>The same as a time.</summary>
    protected TimeSpan Drain => TimeSpan.FromSeconds(DrainSeconds);

    // Somebody's service is not ended by who meant his own; connecting to it says that it is meant.
    /// <inheritdoc/>
    protected override async Task<MailServerInfo> DefaultAsync()
    {
        var server = await base.DefaultAsync();
        return server.ProcessId == Environment.ProcessId || ServerGateway.IsConnected ? server : throw new MailAdminException(
            "ServerElsewhere", MailErrorCategory.InvalidOperation, $"No mail server runs in this process, and server '{server.Name}' of process {server.ProcessId} was not named.", server.Name,
            $"Name it where it is meant: {MyInvocation.MyCommand.Name} {server.Name}");
    }
}
