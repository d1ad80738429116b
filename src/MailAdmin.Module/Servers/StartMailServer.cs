using System.Collections;
using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Start-MailServer</summary>
[Cmdlet(VerbsLifecycle.Start, "MailServer", SupportsShouldProcess = true)]
[OutputType(typeof(MailServerInfo))]
public sealed class StartMailServer : MailCmdlet
{
    /// <summary>Name among the running servers.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "default";

    /// <summary>Directory of the store; made where it is missing.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StorePath { get; set; }

    /// <summary>Free ports and a temporary store, both gone at stop.</summary>
    [Parameter]
    public SwitchParameter Ephemeral { get; set; }

    /// <summary>Address to listen on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Address { get; set; }

    /// <summary>Host name for greetings.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HostName { get; set; }

    /// <summary>Added to the standard ports: 0 for the standard ports themselves. Not with -Ephemeral, whose ports are free ones.</summary>
    [Parameter]
    [ValidateRange(0, 60000)]
    public int PortOffset { get; set; }

    /// <summary>Port for SMTP (25): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int SmtpPort { get; set; }

    /// <summary>Port for submission (587): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int SubmissionPort { get; set; }

    /// <summary>Port for submission with TLS from the start (465): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int SubmissionsPort { get; set; }

    /// <summary>Port for IMAP (143): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int ImapPort { get; set; }

    /// <summary>Port for IMAP with TLS from the start (993): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int ImapsPort { get; set; }

    /// <summary>Port for POP3 (110): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int Pop3Port { get; set; }

    /// <summary>Port for POP3 with TLS from the start (995): 0 for a free one, -1 for none.</summary>
    [Parameter]
    [ValidateRange(-1, 65535)]
    public int Pop3sPort { get; set; }

    /// <summary>Domains to take mail for.</summary>
    [Parameter]
    [Alias("Domains")]
    public string[]? Domain { get; set; }

    /// <summary>First mailboxes, there before the first client is: made with this password, or given it where they exist with another.</summary>
    [Parameter]
    public PSCredential[]? Credential { get; set; }

    /// <summary>PFX or PEM file of the certificate.</summary>
    [Parameter]
    [Alias("Certificate")]
    public string? CertificatePath { get; set; }

    /// <summary>Password of that file.</summary>
    [Parameter]
    [Password]
    public System.Security.SecureString? CertificatePassword { get; set; }

    /// <summary>What happens to mail for other domains: Capture keeps it here (the default), Refuse refuses it, Relay queues it and sends it on.</summary>
    [Parameter]
    public MailOutboundMode OutboundMail { get; set; }

    /// <summary>Capabilities not to offer, to imitate weaker servers: names as CAPABILITY, EHLO and CAPA list them, AUTH=PLAIN for a mechanism.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CapabilityCompleter))]
    public string[]? DisabledCapability { get; set; }

    /// <summary>Limits by name, see about_MailAdmin_Limits.</summary>
    [Parameter]
    [Alias("Limits")]
    public IDictionary? Limit { get; set; }

    /// <summary>Settings for the rest: a MailServerSettings or a hashtable; parameters go before it.</summary>
    [Parameter]
    [ServerSettings]
    [ValidateNotNull]
    public MailServerSettings Settings { get; set; } = new();

    /// <summary>Runs until Ctrl+C, then stops the server.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        var settings = Compose();
        if (!ShouldChange($"Start mail server {settings.Name} on {settings.Address}, store {(settings.Ephemeral ? "temporary" : settings.StorePath ?? "of this user")}.", $"Start mail server {settings.Name}?"))
        {
            return;
        }

        await PerItem(settings.Name, async () =>
        {
            var stopping = StopToken;
            var refused = new List<ErrorRecord>();
            var starting = Task.Run(() => ServerGateway.StartAsync(settings, Credential ?? [], (c, e) => refused.Add(ErrorRecords.Make(e, c.UserName)), stopping), stopping);
            try
            {
                var info = await Off(_ => starting);
                refused.ForEach(WriteError);
                WriteObject(info);
                if (Wait)
                {
                    await Off(token => ServerGateway.CompletionAsync(settings.Name, token));
                }
            }
            finally
            {
                if (Wait)
                {
                    await Task.Run(() => EndAsync(starting, settings.Name));
                }
            }
        });
    }

    /// <summary>Whatever ended the cmdlet, also Ctrl+C while the server started: it is up by then, or never will be. Our token is cancelled; the stop has its own bound.</summary>
    private static async Task EndAsync(Task<MailServerInfo> starting, string name)
    {
        await Task.WhenAny(starting);
        if (starting.IsCompletedSuccessfully)
        {
            await ServerGateway.StopAsync(name, ServerGateway.DefaultDrain, CancellationToken.None);
        }
    }

    private MailServerSettings Compose()
    {
        var given = MyInvocation.BoundParameters;
        if ((Settings.Ephemeral || Ephemeral) && given.ContainsKey(nameof(PortOffset)))
        {
            throw new MailAdminException(
                "InvalidSettings", MailErrorCategory.InvalidArgument, "An ephemeral server takes free ports, to which -PortOffset would not be added.", PortOffset,
                "Leave out -PortOffset or -Ephemeral; -SmtpPort and the like set a port of an ephemeral server.");
        }

        return Settings with
        {
            Name = given.ContainsKey(nameof(Name)) || Settings.Name.Length == 0 ? Name : Settings.Name,
            StorePath = InFileSystem(StorePath ?? Settings.StorePath),
            Ephemeral = Settings.Ephemeral || Ephemeral,
            Address = Address ?? Settings.Address,
            HostName = HostName ?? Settings.HostName,
            PortOffset = given.ContainsKey(nameof(PortOffset)) ? PortOffset : Settings.PortOffset,
            SmtpPort = given.ContainsKey(nameof(SmtpPort)) ? SmtpPort : Settings.SmtpPort,
            SubmissionPort = given.ContainsKey(nameof(SubmissionPort)) ? SubmissionPort : Settings.SubmissionPort,
            SubmissionsPort = given.ContainsKey(nameof(SubmissionsPort)) ? SubmissionsPort : Settings.SubmissionsPort,
            ImapPort = given.ContainsKey(nameof(ImapPort)) ? ImapPort : Settings.ImapPort,
            ImapsPort = given.ContainsKey(nameof(ImapsPort)) ? ImapsPort : Settings.ImapsPort,
            Pop3Port = given.ContainsKey(nameof(Pop3Port)) ? Pop3Port : Settings.Pop3Port,
            Pop3sPort = given.ContainsKey(nameof(Pop3sPort)) ? Pop3sPort : Settings.Pop3sPort,
            Domains = Domain ?? Settings.Domains,
            CertificatePath = InFileSystem(CertificatePath ?? Settings.CertificatePath),
            CertificatePassword = CertificatePassword is null ? Settings.CertificatePassword : PasswordAttribute.Reveal(CertificatePassword),
            Outbound = given.ContainsKey(nameof(OutboundMail)) ? OutboundMail : Settings.Outbound,
            DisabledCapabilities = DisabledCapability ?? Settings.DisabledCapabilities,
            Limits = Limit is null ? Settings.Limits : LimitTable.Read(Limit),
        };
    }

    // Settings of a script mean its place, not that of the process.
    private string? InFileSystem(string? path) => string.IsNullOrEmpty(path) ? path : FilePath(path);
}
