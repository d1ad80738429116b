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
    [Alias("Identity", "Domain", "DomainName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DomainCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Name, Domains, NotFound.Domain, domain =>
    {
        WriteObject(domain);
        return Task.CompletedTask;
    });
}
