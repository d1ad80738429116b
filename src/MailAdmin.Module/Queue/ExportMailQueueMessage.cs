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
    /// <summary>Octets asked for at once.</summary>
    private const int Piece = 1024 * 1024;

    /// <summary>Id of the message. Taken from what Get-MailQueueMessage gives.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [ArgumentCompleter(typeof(QueueMessageCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Directory for files named after the id, or, for one message, a file name that ends in .eml.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Writes over files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        var target = GetUnresolvedProviderPathFromPSPath(Path);
        var isFile = target.EndsWith(".eml", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(target);
        foreach (var id in Id)
        {
            await PerItem(id, async () =>
            {
                // Only an id may name a file.
                var name = Guid.TryParse(id, out var known) ? known.ToString("N") : throw NotFound.QueueMessage(id);
                var file = isFile ? target : System.IO.Path.Combine(target, name + ".eml");
                if (File.Exists(file) && !Force)
                {
                    throw new MailAdminException("FileExists", MailErrorCategory.ResourceExists, $"'{file}' exists already.", file, "Choose another place, or write over it with -Force.");
                }

                if (ShouldChange($"Export queued message {id} to {file}.", $"Export queued message {id} to {file}?"))
                {
                    await Ask((a, token) => WriteAsync(a, name, file, token));
                    WriteObject(new FileInfo(file));
                }
            });
        }
    }

    // Beside its place first, then renamed: nobody meets half a message.
    private static async Task WriteAsync(IMailAdministration administration, string id, string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        var partial = $"{file}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (var output = File.Create(partial))
            {
                for (long offset = 0; await administration.ReadQueueMessageAsync(id, offset, Piece, cancellationToken) is { Length: > 0 } octets; offset += octets.Length)
                {
                    await output.WriteAsync(octets, cancellationToken);
                }
            }

            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
