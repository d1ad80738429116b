using System.Management.Automation;
using MailAdmin.Client.Messages;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Messages;

/// <summary>Save-MailboxAttachment</summary>
[Cmdlet(VerbsData.Save, "MailboxAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class SaveMailboxAttachment : MessageBatchCmdlet
{
    /// <summary>Directory to save into.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Only attachments whose file name matches; wildcards are fine.</summary>
    [Parameter]
    [Alias("FileName")]
    [SupportsWildcards]
    public string Name { get; set; } = "*";

    /// <summary>Writes over files that are there; otherwise a number is put before the extension.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages)
    {
        var target = GetUnresolvedProviderPathFromPSPath(Path);
        var pattern = WildcardPattern.Get(Name, WildcardOptions.IgnoreCase);
        foreach (var message in messages)
        {
            await PerItem(message.Uid, async () =>
            {
                var content = await Ask((a, token) => MessageParser.ParseAsync(message, new MessageStream(a, mailbox, folder, message.Uid), token));
                foreach (var attachment in content.Attachments.Where(a => pattern.IsMatch(a.FileName)))
                {
                    await PerItem(attachment.FileName, () => SaveAsync(target, message, attachment));
                }
            });
        }
    }

    private async Task SaveAsync(string target, MailboxMessage message, ReceivedAttachment attachment)
    {
        var file = AttachmentName.FreePath(target, attachment.FileName, overwrite: Force);
        if (ShouldChange($"Save attachment '{attachment.FileName}' of message {message} to {file}.", $"Save to {file}?"))
        {
            await Off(async token =>
            {
                Directory.CreateDirectory(target);
                await using var output = new FileStream(file, Force ? FileMode.Create : FileMode.CreateNew);
                await output.WriteAsync(attachment.Content, token);
            });
            WriteObject(new FileInfo(file));
        }
    }
}
