using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Messages;

/// <summary>What Copy-MailboxMessage and Move-MailboxMessage share.</summary>
public abstract class MessageTransferCmdlet : MessageBatchCmdlet
{
    /// <summary>Full name of the folder they go to.</summary>
    [Parameter(Mandatory = true, Position = 3)]
    [Alias("DestinationFolder")]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>Mailbox they go to; their own where none is given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? DestinationMailbox { get; set; }

    /// <summary>Returns the messages as they are in the new folder.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Copies or moves one batch.</summary>
    protected async Task TransferAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages, bool move)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var target = DestinationMailbox ?? mailbox;
        var verb = move ? "Move" : "Copy";
        if (!ShouldChange($"{verb} {Describe(messages)} from {mailbox}/{folder} to {target}/{Destination}.", $"{verb} {Describe(messages)} to {target}/{Destination}?"))
        {
            return;
        }

        uint[] uids = [.. messages.Select(m => m.Uid)];
        var pairs = await Ask((a, token) => a.TransferMessagesAsync(mailbox, folder, uids, target, Destination, move, token));
        if (PassThru)
        {
            await foreach (var message in Read(target, Destination, [.. pairs.Select(p => p.Target)]))
            {
                WriteObject(message);
            }
        }
    }
}
