using System.Management.Automation;

namespace MailAdmin.Module.Drive;

/// <summary>A drive and the server or store it shows.</summary>
internal sealed class MailDriveInfo(PSDriveInfo drive, string? server, string? storePath) : PSDriveInfo(drive)
{
    public string? Server { get; } = server;

    public string? StorePath { get; } = storePath;
}

/// <summary>What New-PSDrive takes besides its own parameters.</summary>
public sealed class MailDriveParameters
{
    /// <summary>Name of the server; by default the only one that runs, or the one connected.</summary>
    [Parameter]
    public string? Server { get; set; }

    /// <summary>Directory of a store.</summary>
    [Parameter]
    public string? StorePath { get; set; }
}
