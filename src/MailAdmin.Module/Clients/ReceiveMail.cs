using System.Collections.Concurrent;
using System.Management.Automation;
using System.Net;
using MailAdmin.Client.Receiving;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Clients;

/// <summary>Receive-Mail</summary>
[Cmdlet(VerbsCommunications.Receive, "Mail", SupportsShouldProcess = true)]
[OutputType(typeof(ReceivedMail))]
public sealed class ReceiveMail : ClientCmdlet
{
    private readonly ConcurrentQueue<MailAdminException> _leftOut = new();

    /// <summary>Login.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential Credential { get; set; } = PSCredential.Empty;

    /// <summary>Host of the server; the running server of this module where none is given.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("MailServer", "ImapServer")]
    public string? ComputerName { get; set; }

    /// <summary>Imap or Pop3.</summary>
    [Parameter]
    [ValidateSet("Imap", "Pop3")]
    public MailProtocol Protocol { get; set; } = MailProtocol.Imap;

    /// <summary>Port; by default the standard port of the protocol, as TLS says.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Folder to read (IMAP).</summary>
    [Parameter]
    public string Folder { get; set; } = "INBOX";

    /// <summary>Only the message with this Message-ID.</summary>
    [Parameter]
    public string? MessageId { get; set; }

    /// <summary>Only messages whose subject matches; wildcards are fine.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Subject { get; set; }

    /// <summary>Only the newest ones, at most this many.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Newest { get; set; }

    /// <summary>Removes from the server what the pipeline took: with IMAP one message after another, with POP3 all of them at the end.</summary>
    [Parameter]
    public SwitchParameter Remove { get; set; }

    /// <inheritdoc/>
    protected override Task RoutedAsync() => PerItem(Credential.UserName, async () =>
    {
        var (host, port, tls, thumbprint) = (ComputerName, Port, TlsMode, CertificateThumbprint);
        if (host is null)
        {
            var info = await ServingAsync();
            var endpoint = info.Find(Protocol, tls ?? MailTlsMode.Implicit) ?? info.Find(Protocol)
                ?? throw new MailAdminException("NoEndpoint", MailErrorCategory.ResourceUnavailable, $"Server '{info.Name}' has no {Protocol} endpoint.", info.Name, $"Start it with -{Protocol}Port, or name another with -ComputerName.");
            (host, port, tls, thumbprint) = (endpoint.GetLocalAddress(), port ?? endpoint.Port, tls ?? endpoint.TlsMode, thumbprint ?? info.CertificateThumbprint);
        }

        var request = new MailReceiveRequest
        {
            Server = host,
            Protocol = Protocol,
            Port = port,
            TlsMode = tls,
            Credential = new NetworkCredential(Credential.UserName, Credential.Password),
            CertificateThumbprint = thumbprint,
            SkipCertificateCheck = SkipCertificateCheck,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            Folder = Folder,
            MessageId = MessageId?.Trim('<', '>', ' '),
            Subject = Subject,
            Newest = Newest,
            Remove = Remove && ShouldChange($"Remove the fetched messages of {Credential.UserName} from {host}.", $"Remove the fetched messages of {Credential.UserName} from {host}?"),
        };

        // A message is removed when the next is asked for: not before the pipeline took it.
        await using var mails = new PipelineSteps<ReceivedMail>(new MailReceiver().ReceiveAsync(request, Hear, _leftOut.Enqueue, StopToken), StopToken);
        try
        {
            while (await mails.NextAsync())
            {
                WriteConversation();
                WriteLeftOut();
                WriteObject(mails.Current);
            }
        }
        finally
        {
            WriteConversation();
            WriteLeftOut();
        }
    });

    private void WriteLeftOut()
    {
        while (_leftOut.TryDequeue(out var error))
        {
            WriteError(ErrorRecords.Make(error, null));
        }
    }
}
