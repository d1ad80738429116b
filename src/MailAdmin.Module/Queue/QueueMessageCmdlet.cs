using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Queue;

/// <summary>
/// Base of the cmdlets that act on queued messages. Those that come down the pipeline are put together, so that a thousand of them are one commit of the store.
/// </summary>
public abstract class QueueMessageCmdlet : AdministrationCmdlet
{
    /// <summary>Most messages of one operation; a longer pipeline becomes several.</summary>
    private const int MostInBatch = 1000;

    private readonly List<string> _ids = [];

    /// <summary>Id of the message; wildcards are fine, and * means all. Taken from what Get-MailQueueMessage gives.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueueMessageCompleter))]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override async Task ItemAsync()
    {
        foreach (var id in Id)
        {
            if (NamePattern.HasWildcards(id))
            {
                await foreach (var message in AskMany((a, token) => a.GetQueueMessagesAsync(new MailQueueQuery { Id = id }, token)))
                {
                    _ids.Add(message.Id);
                }
            }
            else if (Guid.TryParse(id, out var known))
            {
                // As the queue writes it: the answer is held against it.
                _ids.Add(known.ToString("N"));
            }
            else
            {
                // Told here: with it among them, nothing would be done to the others.
                WriteError(ErrorRecords.Make(NotFound.QueueMessage(id), id));
            }
        }

        if (_ids.Count >= MostInBatch)
        {
            await ActAsync();
        }
    }

    /// <inheritdoc/>
    protected sealed override async Task FlushAsync()
    {
        if (_ids.Count > 0)
        {
            await ActAsync();
        }
    }

    /// <summary>What is done.</summary>
    protected abstract MailQueueAction Action { get; }

    /// <summary>Asks, in the cmdlet's words; <paramref name="what"/> is "message 0f…" or "3 messages".</summary>
    protected abstract bool Confirmed(string what);

    /// <summary>After it was done.</summary>
    protected virtual void Done(IReadOnlyList<MailQueueMessage> messages)
    {
    }

    private async Task ActAsync()
    {
        string[] ids = [.. _ids.Distinct(StringComparer.OrdinalIgnoreCase)];
        _ids.Clear();
        foreach (var batch in ids.Chunk(MostInBatch))
        {
            await PerItem(batch.Length == 1 ? batch[0] : batch, async () =>
            {
                if (!Confirmed(batch.Length == 1 ? $"queued message {batch[0]}" : $"{batch.Length} queued messages"))
                {
                    return;
                }

                var done = await Ask((a, token) => a.ChangeQueueMessagesAsync(batch, Action, token));
                foreach (var missing in batch.Except(done.Select(m => m.Id), StringComparer.OrdinalIgnoreCase))
                {
                    WriteError(ErrorRecords.Make(NotFound.WaitingMessage(missing), missing));
                }

                Done(done);
            });
        }
    }
}
