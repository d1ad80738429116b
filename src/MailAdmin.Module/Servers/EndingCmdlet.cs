using System.Management.Automation;
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
}
