using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Messages;

/// <summary>
/// Base of the cmdlets that act on messages named by mailbox, folder and UID. Messages of one folder that come down the pipeline are
/// put together, so that a thousand of them are one operation of the store, whole or not at all.
/// </summary>
public abstract class MessageBatchCmdlet : AdministrationCmdlet
{
    /// <summary>Most messages of one operation; a longer pipeline becomes several.</summary>
    private const int MostInBatch = 1000;

    private readonly List<uint> _uids = [];
    private (string Mailbox, string Folder) _place;

    /// <summary>Address or id of the mailbox.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Folder { get; set; } = "INBOX";

    /// <summary>UIDs of the messages.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1u, uint.MaxValue)]
    [ArgumentCompleter(typeof(UidCompleter))]
    public uint[] Uid { get; set; } = [];

    /// <summary>A message, from the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Where it goes, for cmdlets that take that behind the message's name. Null: none was given.</summary>
    protected virtual string? Target
    {
        get => "";
        set { }
    }

    /// <inheritdoc/>
    protected sealed override async Task ItemAsync()
    {
        var (mailbox, folder, uids) = Named();
        if (_uids.Count > 0 && (_place != (mailbox, folder) || _uids.Count + uids.Length > MostInBatch))
        {
            await ActAsync();
        }

        _place = (mailbox, folder);
        _uids.AddRange(uids);
    }

    // A message from the pipeline brings its name along. What stands first behind the command is then where it goes, as one would say it:
    // Get-MailboxMessage ... | Move-MailboxMessage Archive. The binder has taken it for the mailbox.
    private (string Mailbox, string Folder, uint[] Uids) Named()
    {
        var message = InputObject?.BaseObject switch
        {
            MailboxMessage stored => stored,
            MailMessageContent content => content.Message,
            _ => null,
        };
        if (message is null)
        {
            return (Mailbox, Folder, Uid);
        }

        if (Target is null && Mailbox != message.Mailbox)
        {
            Target = Mailbox;
        }

        return (message.Mailbox, message.Folder, [message.Uid]);
    }

    /// <inheritdoc/>
    protected sealed override async Task FlushAsync()
    {
        if (_uids.Count > 0)
        {
            await ActAsync();
        }
    }

    /// <summary>Acts on messages of one folder that are there; those that are not have been told already.</summary>
    protected abstract Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages);

    /// <summary>"3 messages", or the subject where it is one.</summary>
    protected static string Describe(IReadOnlyList<MailboxMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return messages.Count == 1 ? $"message {messages[0].Uid} ('{messages[0].Subject}')" : $"{messages.Count} messages";
    }

    /// <summary>The messages as they are now.</summary>
    protected IAsyncEnumerable<MailboxMessage> Read(string mailbox, string folder, IReadOnlyList<uint> uids) =>
        AskMany((a, token) => a.GetMessagesAsync(new MessageQuery(mailbox, folder) { Uids = uids }, token));

    private async Task ActAsync()
    {
        var (mailbox, folder) = _place;
        var uids = _uids.Distinct().ToArray();
        _uids.Clear();
        await PerItem($"{mailbox}/{folder}", async () =>
        {
            var messages = await Read(mailbox, folder, uids).ToListAsync(StopToken);
            foreach (var missing in uids.Except(messages.Select(m => m.Uid)))
            {
                WriteError(ErrorRecords.Make(NotFound.Message(mailbox, folder, missing), missing));
            }

            if (messages.Count > 0)
            {
                await BatchAsync(mailbox, folder, messages);
            }
        });
    }
}
