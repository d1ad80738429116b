using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;
using MailAdmin.Module.Store;

namespace MailAdmin.Module.Servers;

/// <summary>Connect-MailServer</summary>
[Cmdlet(VerbsCommunications.Connect, "MailServer", DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerInfo))]
public sealed class ConnectMailServer : MailCmdlet
{
    /// <summary>Name of a running server, in this process or another of the same user, or the server as Get-MailServer gives it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Name")]
    [Alias("Server")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public object Name { get; set; } = "";

    /// <summary>The server, as Get-MailServer gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public MailServerInfo? InputObject { get; set; }

    /// <summary>Directory of a store: the server that runs on it, or the store itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "StorePath")]
    public string StorePath { get; set; } = "";

    /// <inheritdoc/>
    protected override Task ProcessAsync()
    {
        var place = InputObject is not null ? new Place(ServerChoice.Of(InputObject), null)
            : ParameterSetName == "Name" ? new Place(ServerChoice.Of(Name), null)
            : new Place(default, FilePath(StorePath));
        return PerItem(place.Server.Name ?? StorePath, async () =>
        {
            if (place.StorePath is { } path)
            {
                StorePathCheck.Demand(path, StorePath);
            }

            WriteObject(await Off(token => ServerGateway.ConnectAsync(place, token)));
        });
    }
}
