using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Connect-MailServer</summary>
[Cmdlet(VerbsCommunications.Connect, "MailServer", DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerInfo))]
public sealed class ConnectMailServer : MailCmdlet
{
    /// <summary>Name of a running server, in this process or another of the same user.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Name")]
    [Alias("Server")]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Directory of a store: the server that runs on it, or the store itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "StorePath")]
    public string StorePath { get; set; } = "";

    /// <inheritdoc/>
    protected override Task ProcessAsync()
    {
        var named = ParameterSetName == "Name";
        var path = named ? null : GetUnresolvedProviderPathFromPSPath(StorePath);
        return PerItem(named ? Name : StorePath, async () => WriteObject(await Off(token => ServerGateway.ConnectAsync(named ? Name : null, path, token))));
    }
}
