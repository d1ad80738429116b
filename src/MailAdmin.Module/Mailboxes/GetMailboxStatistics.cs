using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Get-MailboxStatistics</summary>
[Cmdlet(VerbsCommon.Get, "MailboxStatistics")]
[OutputType(typeof(MailboxStatistics))]
public sealed class GetMailboxStatistics : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[]? Identity { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Identity ?? [null!])
        {
            await PerItem(identity, async () =>
            {
                await foreach (var mailbox in FindMailboxes(identity))
                {
                    await PerItem(mailbox.Address, async () => WriteObject(await SumUpAsync(mailbox)));
                }
            });
        }
    }

    private async Task<MailboxStatistics> SumUpAsync(Mailbox mailbox)
    {
        var folders = 0;
        long messages = 0, unseen = 0, largest = -1;
        string? largestName = null;
        await foreach (var folder in AskMany((a, token) => a.GetFoldersAsync(mailbox.Address, null, token)))
        {
            folders++;
            messages += folder.MessageCount;
            unseen += folder.UnseenCount;
            if (folder.SizeBytes > largest)
            {
                (largest, largestName) = (folder.SizeBytes, folder.Name);
            }
        }

        return new MailboxStatistics
        {
            Address = mailbox.Address,
            DisplayName = mailbox.DisplayName,
            FolderCount = folders,
            MessageCount = messages,
            UnseenCount = unseen,
            UsedBytes = mailbox.UsedBytes,
            QuotaBytes = mailbox.QuotaBytes,
            LargestFolder = largestName,
            LastLoginAt = mailbox.LastLoginAt,
        };
    }
}
