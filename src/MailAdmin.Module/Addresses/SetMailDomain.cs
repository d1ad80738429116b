using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Set-MailDomain</summary>
[Cmdlet(VerbsCommon.Set, "MailDomain", SupportsShouldProcess = true)]
[OutputType(typeof(MailDomain))]
public sealed class SetMailDomain : CatchAllCmdlet
{
    /// <summary>Domain name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "Domain", "DomainName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DomainCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Mailbox that takes the mail of unknown recipients in the domain from now on; $null or an empty one refuses it.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? CatchAll { get; set; }

    /// <summary>Returns the domain as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(CatchAll)))
        {
            Fail(new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", Name[0], "Give -CatchAll; -CatchAll $null takes it away."));
        }

        return ForEach(Name, Domains, NotFound.Domain, SetAsync, listFirst: true);
    }

    private async Task SetAsync(MailDomain domain)
    {
        var catchAll = string.IsNullOrEmpty(CatchAll) ? null : CatchAll;
        AddressCheck.Demand(catchAll is null ? [] : [catchAll]);
        if (ShouldChange($"Set {(catchAll is null ? "no catch-all" : $"catch-all {catchAll}")} for domain {domain.Name}.", $"Change domain {domain.Name}?"))
        {
            var changed = await Ask((a, token) => a.SetDomainAsync(domain.Name, catchAll, token));
            await WarnOfMissingAsync(domain.Name, catchAll);
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    }
}
