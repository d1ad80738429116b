using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Client.Messages;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Messages;

/// <summary>Get-MailboxMessage</summary>
[Cmdlet(VerbsCommon.Get, "MailboxMessage")]
[OutputType(typeof(MailboxMessage), typeof(MailMessageContent))]
public sealed class GetMailboxMessage : MessageFilterCmdlet
{
    /// <summary>Address, id or name of the mailbox; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Mailbox { get; set; } = [];

    /// <summary>Full name of the folder; wildcards are fine, * for all.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Folder { get; set; } = "INBOX";

    /// <summary>Only these UIDs.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1u, uint.MaxValue)]
    [ArgumentCompleter(typeof(UidCompleter))]
    public uint[]? Uid { get; set; }

    /// <summary>Only unread messages.</summary>
    [Parameter]
    public SwitchParameter Unread { get; set; }

    /// <summary>Only messages that came in at or after this time.</summary>
    [Parameter]
    [Alias("After", "ReceivedAfter")]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only messages that came in before this time.</summary>
    [Parameter]
    [Alias("ReceivedBefore")]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Only the newest ones, at most this many per folder.</summary>
    [Parameter]
    [Alias("Last", "ResultSize")]
    [ValidateRange(1, int.MaxValue)]
    public int Newest { get; set; }

    /// <summary>Reads the messages too: text, HTML, links, attachments, headers.</summary>
    [Parameter]
    public SwitchParameter Content { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Mailbox)
        {
            await PerItem(identity, async () =>
            {
                // An address or an id is looked up with the question; a name is asked for first.
                if (!NamePattern.HasWildcards(identity) && (identity.Contains('@', StringComparison.Ordinal) || Guid.TryParse(identity, out _)))
                {
                    await MailboxAsync(identity);
                    return;
                }

                await foreach (var mailbox in FindMailboxes(identity))
                {
                    await MailboxAsync(mailbox.Address);
                }
            });
        }
    }

    private async Task MailboxAsync(string mailbox)
    {
        if (!NamePattern.HasWildcards(Folder) || IsPiped(nameof(Folder)))
        {
            await PerItem(Folder, () => FolderAsync(mailbox, Folder));
            return;
        }

        await foreach (var folder in AskMany((a, token) => a.GetFoldersAsync(mailbox, Folder, token)))
        {
            await PerItem(folder.Name, () => FolderAsync(mailbox, folder.Name));
        }
    }

    private async Task FolderAsync(string mailbox, string folder)
    {
        var query = Query(mailbox, folder) with
        {
            Uids = Uid,
            IsRead = Unread ? false : null,
            Since = Since,
            Before = Before,
            Newest = Newest,
        };
        var missing = Uid?.ToHashSet();
        await foreach (var message in AskMany((a, token) => a.GetMessagesAsync(query, token)))
        {
            missing?.Remove(message.Uid);
            if (!Content)
            {
                WriteObject(message);
                continue;
            }

            await PerItem(message.Uid, async () => WriteObject(await Ask((a, token) => MessageParser.ParseAsync(message, new MessageStream(a, message), token))));
        }

        // A filter explains why a UID is not shown; without one it is not there.
        if (missing is not null && Subject is null && From is null && To is null && MessageId is null && !Unread && Since is null && Before is null && Newest == 0)
        {
            foreach (var uid in missing.Order())
            {
                WriteError(ErrorRecords.Make(NotFound.Message(mailbox, folder, uid), uid));
            }
        }
    }
}
