using System.Globalization;
using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Messages;

/// <summary>Export-MailboxMessage</summary>
[Cmdlet(VerbsData.Export, "MailboxMessage", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportMailboxMessage : MessageBatchCmdlet
{
    /// <summary>Directory for files named after the UID (42.eml), or, for one message, a file name that ends in .eml.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Writes over files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages)
    {
        var target = GetUnresolvedProviderPathFromPSPath(Path);
        var isFile = target.EndsWith(".eml", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(target);
        if (isFile && messages.Count > 1)
        {
            throw new MailAdminException("PathIsOneFile", MailErrorCategory.InvalidArgument, $"'{Path}' is one file, but {messages.Count} messages were given.", Path, "Name a directory.");
        }

        foreach (var message in messages)
        {
            await PerItem(message.Uid, async () =>
            {
                var file = isFile ? target : System.IO.Path.Combine(target, message.Uid.ToString(CultureInfo.InvariantCulture) + ".eml");
                if (File.Exists(file) && !Force)
                {
                    throw new MailAdminException("FileExists", MailErrorCategory.ResourceExists, $"'{file}' exists already.", file, "Choose another place, or write over it with -Force.");
                }

                if (ShouldChange($"Export {Describe([message])} of {mailbox}/{folder} to {file}.", $"Export {Describe([message])} to {file}?"))
                {
                    await Ask((a, token) => WriteAsync(new MessageStream(a, mailbox, folder, message.Uid), file, token));
                    WriteObject(new FileInfo(file));
                }
            });
        }
    }

    // Beside its place first, then renamed: nobody meets half a message.
    private static async Task WriteAsync(Stream content, string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        var partial = $"{file}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (var output = File.Create(partial))
            {
                await content.CopyToAsync(output, cancellationToken);
            }

            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
