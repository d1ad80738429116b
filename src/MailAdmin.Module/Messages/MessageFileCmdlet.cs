using System.Management.Automation;

namespace MailAdmin.Module.Messages;

/// <summary>Base of the cmdlets that write messages, or what is in them, to files.</summary>
public abstract class MessageFileCmdlet : MessageBatchCmdlet
{
    // Whether case tells files apart is the file system's affair; a number too many does no harm.
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);
    private string? _path;

    /// <summary>Directory to write into; made where it is missing.</summary>
    [Parameter(Position = 3)]
    [Alias("Destination", "FilePath", "OutputPath")]
    [ValidateNotNullOrEmpty]
    public string Path
    {
        get => _path ?? ".";
        set => _path = value;
    }

    /// <summary>Writes over files that were there before; what this command has written itself stays.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>True where this run has given a path to a message already: -Force is for what was there before.</summary>
    private protected bool IsWritten(string file) => _written.Contains(file);

    /// <summary>Gives a path to a message of this run.</summary>
    private protected void Take(string file) => _written.Add(file);

    /// <inheritdoc/>
    protected sealed override string? Target
    {
        get => _path;
        set => _path = value;
    }
}
