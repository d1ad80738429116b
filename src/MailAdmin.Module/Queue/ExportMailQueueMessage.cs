using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Queue;

/// <summary>Export-MailQueueMessage</summary>
[Cmdlet(VerbsData.Export, "MailQueueMessage", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportMailQueueMessage : AdministrationCmdlet
{
    // Whether case tells files apart is the file system's affair.
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Octets asked for at once.</summary>
    private const int Piece = 1024 * 1024;

    /// <summary>Id of the message; wildcards are fine, and * means all. Taken from what Get-MailQueueMessage gives.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueueMessageCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Directory for files named after the id, or, for one message, a file name that ends in .eml.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Writes over files that were there before; what this command has written itself stays.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync()
    {
        var target = FilePath(Path);
        var isFile = target.EndsWith(".eml", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(target);
        return ForEach(
            Id, QueueMessages, NotFound.QueueMessage,
            async message =>
            {
                var file = isFile ? target : System.IO.Path.Combine(target, message.Id + ".eml");
                if (!_written.Add(file))
                {
                    if (isFile)
                    {
                        throw new MailAdminException("PathIsOneFile", MailErrorCategory.InvalidArgument, $"'{Path}' is one file, but several messages were given.", Path, "Name a directory.");
                    }

                    // In a directory the name is the id: the same message was named twice.
                    return;
                }

                if (File.Exists(file) && !Force)
                {
                    throw new MailAdminException("FileExists", MailErrorCategory.ResourceExists, $"'{file}' exists already.", file, "Choose another place, or write over it with -Force.");
                }

                if (ShouldChange($"Export queued message {message.Id} to {file}.", $"Export queued message {message.Id} to {file}?"))
                {
                    await Ask((a, token) => WholeFile.WriteAsync(file, (output, ending) => CopyAsync(a, message.Id, output, ending), Force, token));
                    WriteFile(file);
                }
            });
    }

    private static async Task CopyAsync(IMailAdministration administration, string id, Stream output, CancellationToken cancellationToken)
    {
        for (long offset = 0; await administration.ReadQueueMessageAsync(id, offset, Piece, cancellationToken) is { Length: > 0 } octets; offset += octets.Length)
        {
            await output.WriteAsync(octets, cancellationToken);
        }
    }
}
