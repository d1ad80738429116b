using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Client.Messages;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Messages;

/// <summary>Save-MailboxAttachment</summary>
[Cmdlet(VerbsData.Save, "MailboxAttachment", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class SaveMailboxAttachment : MessageFileCmdlet
{
    /// <summary>Only attachments whose file name matches; wildcards are fine.</summary>
    [Parameter]
    [Alias("FileName")]
    [SupportsWildcards]
    public string Name { get; set; } = "*";

    /// <inheritdoc/>
    protected override async Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages)
    {
        var target = FilePath(Path);
        foreach (var message in messages)
        {
            await PerItem(message.Uid, async () =>
            {
                using var attachments = await Ask((a, token) => MessageAttachments.OpenAsync(new MessageStream(a, message), token));
                foreach (var attachment in attachments.Items.Where(a => NamePattern.Matches(Name, a.FileName)))
                {
                    await PerItem(attachment.FileName, () => SaveAsync(target, message, attachment));
                }
            });
        }
    }

    private async Task SaveAsync(string target, MailboxMessage message, MessageAttachment attachment)
    {
        var file = AttachmentName.FreePath(target, attachment.FileName, path => IsWritten(path) || (!Force && File.Exists(path)));
        Take(file);
        if (ShouldChange($"Save attachment '{attachment.FileName}' of message {message} to {file}.", $"Save to {file}?"))
        {
            await Off(token => WholeFile.WriteAsync(file, attachment.WriteToAsync, Force, token));
            WriteFile(file);
        }
    }
}
