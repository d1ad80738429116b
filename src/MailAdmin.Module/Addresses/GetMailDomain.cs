using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Get-MailDomain</summary>
[Cmdlet(VerbsCommon.Get, "MailDomain")]
[OutputType(typeof(MailDomain))]
public sealed class GetMailDomain : AdministrationCmdlet
{
    /// <summary>Domain name; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "Domain")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DomainCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var name in Name ?? [null!])
        {
            await PerItem(name, async () =>
            {
                await foreach (var domain in Find(name, static (a, p, token) => a.GetDomainsAsync(p, token), NotFound.Domain))
                {
                    WriteObject(domain);
                }
            });
        }
    }
}
