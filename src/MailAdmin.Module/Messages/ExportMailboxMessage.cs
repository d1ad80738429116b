using System.Globalization;
using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Messages;

/// <summary>Export-MailboxMessage</summary>
[Cmdlet(VerbsData.Export, "MailboxMessage", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportMailboxMessage : MessageFileCmdlet
{
    /// <inheritdoc/>
    protected override async Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages)
    {
        var target = FilePath(Path);
        var isFile = target.EndsWith(".eml", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(target);
        if (isFile && (messages.Count > 1 || IsWritten(target)))
        {
            throw new MailAdminException("PathIsOneFile", MailErrorCategory.InvalidArgument, $"'{Path}' is one file, but several messages were given.", Path, "Name a directory.");
        }

        if (!isFile && IsOneFileOfMany(target))
        {
            throw new MailAdminException(
                "PathIsOneFile", MailErrorCategory.InvalidArgument, $"'{Path}' is the name of one file with many messages, and each message becomes a file of its own.", Path,
                "Name a directory; mail programs take the .eml files in it.");
        }

        foreach (var message in messages)
        {
            await PerItem(message.Uid, async () =>
            {
                var file = isFile ? target : FreePath(target, message);
                Take(file);
                if (File.Exists(file) && !Force)
                {
                    throw new MailAdminException("FileExists", MailErrorCategory.ResourceExists, $"'{file}' exists already.", file, "Choose another place, or write over it with -Force.");
                }

                if (ShouldChange($"Export {Describe([message])} of {mailbox}/{folder} to {file}.", $"Export {Describe([message])} to {file}?"))
                {
                    await Ask((a, token) => WholeFile.WriteAsync(file, new MessageStream(a, message).CopyToAsync, Force, token));
                    WriteFile(file);
                }
            });
        }
    }

    // Each folder counts its UIDs from one: where another's has the name already, this one's says where it is from.
    private string FreePath(string directory, MailboxMessage message)
    {
        var uid = message.Uid.ToString(CultureInfo.InvariantCulture) + ".eml";
        var folder = message.Folder.Replace('/', '-');
        string[] names = [uid, $"{folder}-{uid}", $"{message.Mailbox}-{folder}-{uid}"];
        return names.Select(name => System.IO.Path.Combine(directory, AttachmentName.Clean(name))).FirstOrDefault(file => !IsWritten(file))
            ?? AttachmentName.FreePath(directory, names[^1], IsWritten);
    }

    // A directory "old.mbox" is not what was meant.
    private static bool IsOneFileOfMany(string target) =>
        System.IO.Path.GetExtension(target).ToUpperInvariant() is ".MBOX" or ".MBX" or ".PST" or ".OST" or ".ZIP" or ".MSG" && !Directory.Exists(target);
}
