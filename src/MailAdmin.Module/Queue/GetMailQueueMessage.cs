using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Queue;

/// <summary>Get-MailQueueMessage</summary>
[Cmdlet(VerbsCommon.Get, "MailQueueMessage", DefaultParameterSetName = "Filter")]
[OutputType(typeof(MailQueueMessage))]
public sealed class GetMailQueueMessage : AdministrationCmdlet
{
    /// <summary>Id of the message, as the queue has it.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueueMessageCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Only mail for these domains; wildcards are fine. Taken from what Get-MailQueue gives.</summary>
    [Parameter(ParameterSetName = "Filter", ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[]? Destination { get; set; }

    /// <summary>Only mail from this sender; wildcards are fine, the empty text is the null sender of reports.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [AllowEmptyString]
    [SupportsWildcards]
    public string? Sender { get; set; }

    /// <summary>Only mail for this recipient; wildcards are fine.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [SupportsWildcards]
    public string? Recipient { get; set; }

    /// <summary>Only mail in this state.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public MailQueueStatus? Status { get; set; }

    /// <summary>At most this many, the oldest ones.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        if (ParameterSetName == "Id")
        {
            foreach (var id in Id)
            {
                await PerItem(id, () => WriteAsync(Find(id, static (a, p, token) => a.GetQueueMessagesAsync(new MailQueueQuery { Id = p }, token), NotFound.QueueMessage)));
            }

            return;
        }

        foreach (var destination in Destination ?? [null!])
        {
            var query = new MailQueueQuery { Destination = destination, Sender = Sender, Recipient = Recipient, Status = Status, First = First };
            await PerItem(destination, () => WriteAsync(AskMany((a, token) => a.GetQueueMessagesAsync(query, token))));
        }
    }

    private async Task WriteAsync(IAsyncEnumerable<MailQueueMessage> messages)
    {
        await foreach (var message in messages)
        {
            WriteObject(message);
        }
    }
}
