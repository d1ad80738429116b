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
                await PerItem(id ?? destination, () => WriteAsync(Messages(query with { Id = id })));
            }
        }
    }

    // A filter explains why a message is not shown; without one it is not there.
    private IAsyncEnumerable<MailQueueMessage> Messages(MailQueueQuery query) =>
        query is { Destination: null, Sender: null, Recipient: null, Status: null }
            ? Find(query.Id, (a, _, token) => a.GetQueueMessagesAsync(query, token), NotFound.QueueMessage)
            : AskMany((a, token) => a.GetQueueMessagesAsync(query, token));

    private async Task WriteAsync(IAsyncEnumerable<MailQueueMessage> messages)
    {
        await foreach (var message in messages)
        {
            WriteObject(message);
        }
    }
}
