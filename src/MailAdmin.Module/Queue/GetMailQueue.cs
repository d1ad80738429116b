using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Queue;

/// <summary>Get-MailQueue</summary>
[Cmdlet(VerbsCommon.Get, "MailQueue")]
[OutputType(typeof(MailQueueDestination))]
public sealed class GetMailQueue : AdministrationCmdlet
{
    /// <summary>Domain that the mail is for; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "Domain")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[]? Destination { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var destination in Destination ?? [null!])
        {
            // Nothing queued for a domain is an answer, not an error.
            await PerItem(destination, async () => WriteObjects(await Ask((a, token) => a.GetQueueDestinationsAsync(destination, token))));
        }
    }
}
