using System.Management.Automation;
using System.Text;
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
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Folder { get; set; } = "INBOX";

    /// <summary>Message files (.eml); wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Path")]
    [Alias("FullName")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Message files (.eml), taken literally.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The message itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Content")]
    [Alias("Content")]
    [AllowEmptyString]
    public string Message { get; set; } = "";

    /// <summary>Flags and keywords it gets.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FlagCompleter))]
    public string[] Flag { get; set; } = [];

    /// <summary>When it came in; now where none is given.</summary>
    [Parameter]
    public DateTimeOffset? ReceivedAt { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        if (ParameterSetName == "Content")
        {
            await PerItem(Mailbox, () => StoreAsync("a message", Encoding.UTF8.GetBytes(CanonicalLines(Message))));
            return;
        }

        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath)
        {
            await PerItem(path, async () =>
            {
                foreach (var file in Files(path))
                {
                    await PerItem(file, async () => await StoreAsync(file, await Off(token => File.ReadAllBytesAsync(file, token))));
                }
            });
        }
    }

    private async Task StoreAsync(string name, byte[] content)
    {
        if (content.Length == 0)
        {
            throw new MailAdminException("EmptyMessage", MailErrorCategory.InvalidArgument, $"'{name}' is empty.", name, "Give a message with a header, as mail programs save it.");
        }

        if (ShouldChange($"Import {name} into {Mailbox}/{Folder}.", $"Import {name} into {Mailbox}/{Folder}?"))
        {
            var flags = Flag.Select(f => FlagCompleter.SystemFlags.FirstOrDefault(s => s[1..].Equals(f.TrimStart('\\'), StringComparison.OrdinalIgnoreCase)) ?? f).ToArray();
            WriteObject(await Ask((a, token) => a.ImportMessageAsync(Mailbox, Folder, content, flags, ReceivedAt, token)));
        }
    }

    private IEnumerable<string> Files(string path)
    {
        if (ParameterSetName == "LiteralPath")
        {
            return [GetUnresolvedProviderPathFromPSPath(path)];
        }

        try
        {
            return GetResolvedProviderPathFromPSPath(path, out _);
        }
        catch (ItemNotFoundException e)
        {
            throw new MailAdminException("FileNotFound", MailErrorCategory.ObjectNotFound, e.Message, path, "Check the path.", e);
        }
    }

    // Text of a script has its platform's line ends; a message has CRLF. RFC 5322 §2.1.
    private static string CanonicalLines(string text) => text.ReplaceLineEndings("\r\n");
}
