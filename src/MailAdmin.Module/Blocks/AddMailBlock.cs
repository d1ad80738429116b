using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Blocks;

/// <summary>Add-MailBlock</summary>
[Cmdlet(VerbsCommon.Add, "MailBlock", SupportsShouldProcess = true)]
[OutputType(typeof(MailBlock))]
public sealed class AddMailBlock : AdministrationCmdlet
{
    /// <summary>IP address, or network as 192.0.2.0/24 or 2001:db8::/32. The peers of sessions and events are taken from the pipeline.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "RemoteAddress", "RemoteEndPoint")]
    public string[] Address { get; set; } = [];

    /// <summary>How long it lasts, for example 1:00:00 for an hour. Until it is taken off where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Duration]
    public TimeSpan? Duration { get; set; }

    /// <summary>Why, for who reads the list later.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Reason { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var address in Address.Select(PeerAddress.Of))
        {
            await PerItem(address, async () =>
            {
                var end = Duration is { } duration ? $" for {duration}" : "";
                if (ShouldChange($"Refuse connections from {address}{end} and end those it has.", $"Refuse connections from {address}{end} and end those it has?"))
                {
                    WriteObject(await Ask((a, token) => a.AddBlockAsync(address, Duration, Reason, token)));
                }
            });
        }
    }
}
