using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Get-MailServer</summary>
[Cmdlet(VerbsCommon.Get, "MailServer")]
[OutputType(typeof(MailServerInfo))]
public sealed class GetMailServer : MailCmdlet
{
    /// <summary>Name of the server; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Server")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        var servers = await Off(ServerGateway.ListAsync);
        foreach (var name in Name ?? ["*"])
        {
            await PerItem(name, () =>
            {
                var found = NamePattern.Choose(servers, name, s => s.Name).ToList();
                if (found.Count == 0 && !NamePattern.HasWildcards(name))
                {
                    throw NotFound.Server(name);
                }

                WriteObject(found, enumerateCollection: true);
                return Task.CompletedTask;
            });
        }
    }
}
