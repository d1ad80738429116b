using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;

namespace MailAdmin.Module.Messages;

/// <summary>Set-MailboxMessage</summary>
[Cmdlet(VerbsCommon.Set, "MailboxMessage", SupportsShouldProcess = true)]
[OutputType(typeof(MailboxMessage))]
public sealed class SetMailboxMessage : MessageBatchCmdlet
{
    /// <summary>Flags and keywords that it has from now on, in place of all others.</summary>
    [Parameter]
    [Alias("Flags")]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(FlagCompleter))]
    public string[]? Flag { get; set; }

    /// <summary>Flags and keywords to add.</summary>
    [Parameter]
    [Alias("Add")]
    [ArgumentCompleter(typeof(FlagCompleter))]
    public string[]? AddFlag { get; set; }

    /// <summary>Flags and keywords to take off.</summary>
    [Parameter]
    [Alias("Remove")]
    [ArgumentCompleter(typeof(FlagCompleter))]
    public string[]? RemoveFlag { get; set; }

    /// <summary>True marks as read, false as unread.</summary>
    [Parameter]
    [Alias("Read", "Seen")]
    public bool? IsRead { get; set; }

    /// <summary>True marks with the \\Flagged star, false takes it off.</summary>
    [Parameter]
    [Alias("Flagged")]
    public bool? IsFlagged { get; set; }

    /// <summary>Returns the messages as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        // An empty -Flag takes all flags off; nothing to add or to remove is nothing.
        if (Flag is null && AddFlag is not { Length: > 0 } && RemoveFlag is not { Length: > 0 } && IsRead is null && IsFlagged is null)
        {
            Fail(new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", null, "Give -IsRead, -IsFlagged, -Flag, -AddFlag or -RemoveFlag."));
        }

        return base.BeginAsync();
    }

    /// <inheritdoc/>
    protected override async Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages)
    {
        var add = FlagCompleter.Named(AddFlag).Concat(IsRead == true ? ["\\Seen"] : []).Concat(IsFlagged == true ? ["\\Flagged"] : []).ToArray();
        var remove = FlagCompleter.Named(RemoveFlag).Concat(IsRead == false ? ["\\Seen"] : []).Concat(IsFlagged == false ? ["\\Flagged"] : []).ToArray();
        var steps = new List<(MessageFlagsMode Mode, string[] Flags)>();
        if (Flag is not null)
        {
            steps.Add((MessageFlagsMode.Replace, [.. FlagCompleter.Named(Flag)]));
        }

        if (add.Length > 0)
        {
            steps.Add((MessageFlagsMode.Add, add));
        }

        if (remove.Length > 0)
        {
            steps.Add((MessageFlagsMode.Remove, remove));
        }

        var what = string.Join(", ", steps.Select(s => $"{s.Mode.ToString().ToLowerInvariant()} {string.Join(' ', s.Flags)}"));
        if (!ShouldChange($"Flags of {Describe(messages)} in {mailbox}/{folder}: {what}.", $"Change flags of {Describe(messages)} in {mailbox}/{folder}?"))
        {
            return;
        }

        uint[] uids = [.. messages.Select(m => m.Uid)];
        foreach (var (mode, flags) in steps)
        {
            await Ask((a, token) => a.SetMessageFlagsAsync(mailbox, folder, uids, mode, flags, token));
        }

        if (PassThru)
        {
            await foreach (var message in Read(mailbox, folder, uids))
            {
                WriteObject(message);
            }
        }
    }
}
