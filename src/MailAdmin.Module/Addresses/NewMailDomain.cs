using System.Management.Automation;
using System.Net;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>New-MailDomain</summary>
[Cmdlet(VerbsCommon.New, "MailDomain", SupportsShouldProcess = true)]
[OutputType(typeof(MailDomain))]
public sealed class NewMailDomain : CatchAllCmdlet
{
    /// <summary>Domain name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "Domain", "DomainName")]
    public string[] Name { get; set; } = [];

    /// <summary>Mailbox that takes the mail of unknown recipients in the domain.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? CatchAll { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var name in Name)
        {
            await PerItem(name, async () =>
            {
                if (!MailboxAddress.TryCanonicalDomain(name, out _) || IPAddress.TryParse(name, out _))
                {
                    throw new MailAdminException("InvalidDomain", MailErrorCategory.InvalidArgument, $"'{name}' is not a domain name.", name, "Write it as example.com.");
                }

                if (!string.IsNullOrEmpty(CatchAll))
                {
                    AddressCheck.Demand([CatchAll]);
                }

                if (ShouldChange($"Make domain {name}.", $"Make domain {name}?"))
                {
                    WriteObject(await Ask((a, token) => a.NewDomainAsync(name, string.IsNullOrEmpty(CatchAll) ? null : CatchAll, token)));
                    await WarnOfMissingAsync(name, CatchAll);
                }
            });
        }
    }
}
