using System.Management.Automation;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Get-MailboxStatistics</summary>
[Cmdlet(VerbsCommon.Get, "MailboxStatistics")]
[OutputType(typeof(MailboxStatistics))]
public sealed class GetMailboxStatistics : MailboxQueryCmdlet
{
    /// <inheritdoc/>
    protected override async Task MailboxAsync(Mailbox mailbox) => WriteObject(await SumUpAsync(mailbox));

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
