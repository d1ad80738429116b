using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Queue;

/// <summary>Get-MailQueueMessage</summary>
[Cmdlet(VerbsCommon.Get, "MailQueueMessage")]
[OutputType(typeof(MailQueueMessage))]
public sealed class GetMailQueueMessage : AdministrationCmdlet
{
    /// <summary>Id of the message, as the queue has it; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueueMessageCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only mail for these domains; wildcards are fine. Taken from what Get-MailQueue gives.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[]? Destination { get; set; }

    /// <summary>Only mail from this sender; wildcards are fine, the empty text is the null sender of reports.</summary>
    [Parameter]
    [AllowEmptyString]
    [SupportsWildcards]
    public string? Sender { get; set; }

    /// <summary>Only mail for this recipient; wildcards are fine.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Recipient { get; set; }

    /// <summary>Only mail in this state.</summary>
    [Parameter]
    public MailQueueStatus? Status { get; set; }

    /// <summary>At most this many, the oldest ones.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var destination in Destination ?? [null!])
        {
            var query = new MailQueueQuery { Destination = destination, Sender = Sender, Recipient = Recipient, Status = Status, First = First };
            foreach (var id in Id ?? [null!])
            {
                await PerItem(id ?? destination, () => WriteAsync(Find(id, (a, p, token) => a.GetQueueMessagesAsync(query with { Id = p }, token), NotFound.QueueMessage)));
            }
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
