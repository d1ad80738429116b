using System.Management.Automation;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Drive;

/// <summary>
/// A drive and the server or store it shows. One that shows another than the server that is meant where nobody says has its own name as its root, for the engine
/// hands on paths without their drive (PSPath, and the destination of a copy): such a path leads back to this drive, or nowhere.
/// </summary>
internal sealed class MailDriveInfo(PSDriveInfo drive, ServerChoice server, string? storePath)
    : PSDriveInfo(drive.Name, drive.Provider, RootOf(drive, server.Name is not null || storePath is not null), drive.Description, drive.Credential)
{
    /// <summary>What it shows at this moment.</summary>
    public Place Shown => ServerGateway.Meant(server, storePath);

    private static string RootOf(PSDriveInfo drive, bool isNamed) => isNamed ? (MailPath.Parse(drive.Root) with { Drive = drive.Name }).ToString() : drive.Root;
}

/// <summary>What New-PSDrive takes besides its own parameters.</summary>
public sealed class MailDriveParameters
{
    /// <summary>Server to show, by name or as Get-MailServer gives it; by default the only one that runs, or the one connected.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Server { get; set; }

    /// <summary>Directory of a store.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StorePath { get; set; }
}
