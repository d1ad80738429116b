using System.Collections;
using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Servers;

/// <summary>Set-MailServer</summary>
[Cmdlet(VerbsCommon.Set, "MailServer", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerInfo))]
public sealed class SetMailServer : ServerCmdlet
{
    /// <summary>New host name for greetings.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HostName { get; set; }

    /// <summary>What happens to mail for other domains from now on: Capture keeps it here, Refuse refuses it, Relay queues it and sends it on.</summary>
    [Parameter]
    public MailOutboundMode? OutboundMail { get; set; }

    /// <summary>Capabilities not to offer from now on, in place of the former list.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(CapabilityCompleter))]
    public string[]? DisabledCapability { get; set; }

    /// <summary>Limits by name, see about_MailAdmin_Limits.</summary>
    [Parameter]
    [Alias("Limits")]
    public IDictionary? Limit { get; set; }

    /// <summary>Returns the server as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ServerAsync(MailServerInfo server)
    {
        var change = new MailServerChange { HostName = HostName, Outbound = OutboundMail, DisabledCapabilities = DisabledCapability, Limits = Limit is null ? null : LimitTable.Read(Limit) };
        var parts = new List<string>();
        if (HostName is not null)
        {
            parts.Add($"host name {HostName}");
        }

        if (OutboundMail is { } outbound)
        {
            parts.Add($"outbound mail: {outbound}");
        }

        if (DisabledCapability is not null)
        {
            parts.Add(DisabledCapability.Length == 0 ? "all capabilities offered" : $"not offering {string.Join(' ', DisabledCapability)}");
        }

        parts.AddRange((change.Limits ?? new Dictionary<string, long>()).Select(l => $"{l.Key} = {l.Value}"));
        if (parts.Count == 0)
        {
            throw new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", server.Name, "Give -HostName, -OutboundMail, -DisabledCapability or -Limit; for the certificate use Set-MailCertificate.");
        }

        if (ShouldChange($"Set {string.Join(", ", parts)} for mail server {server.Name}.", $"Change mail server {server.Name}?"))
        {
            var changed = await Ask(server, (a, token) => a.SetServerAsync(change, token));
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    }
}
