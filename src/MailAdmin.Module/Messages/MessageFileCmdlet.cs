using System.Management.Automation;

namespace MailAdmin.Module.Messages;

/// <summary>Base of the cmdlets that write messages, or what is in them, to files.</summary>
public abstract class MessageFileCmdlet : MessageBatchCmdlet
{
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

    /// <summary>Writes over files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected sealed override string? Target
    {
        get => _path;
        set => _path = value;
    }
}
