using System.Management.Automation;
using System.Text;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Messages;

/// <summary>Import-MailboxMessage</summary>
[Cmdlet(VerbsData.Import, "MailboxMessage", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
[OutputType(typeof(MailboxMessage))]
public sealed class ImportMailboxMessage : AdministrationCmdlet
{
    /// <summary>Address or id of the mailbox.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Folder { get; set; } = "INBOX";

    /// <summary>Message files (.eml); wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Path")]
    [PipedFile]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Message files (.eml), taken literally.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The message itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Content")]
    [Alias("Content")]
    [AllowEmptyString]
    public string Message { get; set; } = "";

    /// <summary>Flags and keywords it gets.</summary>
    [Parameter]
    [Alias("Flags")]
    [ArgumentCompleter(typeof(FlagCompleter))]
    public string[] Flag { get; set; } = [];

    /// <summary>When it came in; now where none is given.</summary>
    [Parameter]
    public DateTimeOffset? ReceivedAt { get; set; }

    /// <inheritdoc/>
    // Not from the pipeline: messages come there, and a parameter of all sets that takes everything would keep the binder from telling Path from LiteralPath.
    [Parameter]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public override object? Server { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        if (ParameterSetName == "Content")
        {
            await TextAsync(Message);
            return;
        }

        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath)
        {
            if (path.Contains('\n', StringComparison.Ordinal))
            {
                // No path has lines: Get-Content -Raw was piped, and that is the message itself.
                await TextAsync(path);
                continue;
            }

            await PerItem(path, async () =>
            {
                foreach (var file in Files(path))
                {
                    await PerItem(file, () => StoreAsync(file, LengthOf(file), () => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan)));
                }
            });
        }
    }

    private async Task TextAsync(string message)
    {
        var text = Encoding.UTF8.GetBytes(CanonicalLines(message));
        await PerItem(Mailbox, () => StoreAsync("a message", text.Length, () => new MemoryStream(text)));
    }

    private async Task StoreAsync(string name, long length, Func<Stream> open)
    {
        if (length == 0)
        {
            throw new MailAdminException("EmptyMessage", MailErrorCategory.InvalidArgument, $"'{name}' is empty.", name, "Give a message with a header, as mail programs save it.");
        }

        if (!await BeginsWithHeaderAsync(open))
        {
            // Stored all the same: what a mailbox holds need not be well made, and octets that were once taken are wanted back as they were.
            WriteWarning($"'{name}' does not begin with a header field such as 'From: ' or 'Subject: ': it goes into {Mailbox}/{Folder} as it is, and mail programs may not read it. Is it a message?");
        }

        if (ShouldChange($"Import {name} into {Mailbox}/{Folder}.", $"Import {name} into {Mailbox}/{Folder}?"))
        {
            var flags = FlagCompleter.Named(Flag);
            WriteObject(await Ask(async (a, token) =>
            {
                await using var content = open();
                return await a.ImportMessageAsync(Mailbox, Folder, ContentPieces.ReadAsync(content, token), flags, ReceivedAt, token);
            }));
        }
    }

    private async Task<bool> BeginsWithHeaderAsync(Func<Stream> open)
    {
        await using var content = open();
        return await HeaderStart.IsAtAsync(content, StopToken);
    }

    private static long LengthOf(string file) => !Directory.Exists(file) ? new FileInfo(file).Length : throw new MailAdminException(
        "PathIsDirectory", MailErrorCategory.InvalidArgument, $"'{file}' is a directory.", file, "Name its message files, as in folder/*.eml.");

    private IReadOnlyList<string> Files(string path) => ParameterSetName == "LiteralPath" ? [FilePath(path)] : FilePaths(path);

    // Text of a script has its platform's line ends; a message has CRLF. RFC 5322 §2.1.
    private static string CanonicalLines(string text) => text.ReplaceLineEndings("\r\n");
}
