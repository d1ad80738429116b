using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Messages;

/// <summary>What Copy-MailboxMessage and Move-MailboxMessage share.</summary>
public abstract class MessageTransferCmdlet : MessageBatchCmdlet
{
    /// <summary>Full name of the folder they go to.</summary>
    [Parameter(Position = 3)]
    [Alias("DestinationFolder", "TargetFolder", "To")]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>Mailbox they go to; their own where none is given.</summary>
    [Parameter]
    [Alias("TargetMailbox")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? DestinationMailbox { get; set; }

    /// <summary>Returns the messages as they are in the new folder.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected sealed override string? Target
    {
        get => Destination.Length == 0 ? null : Destination;
        set => Destination = value ?? "";
    }

    /// <summary>Copies or moves one batch.</summary>
    protected async Task TransferAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages, bool move)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (Destination.Length == 0)
        {
            throw new MailAdminException("NoDestination", MailErrorCategory.InvalidArgument, "No folder was named that the messages go to.", null, "Name it with -Destination, or first behind the command where messages are piped.");
        }

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
