using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Mail;
using System.Text;
using MailAdmin.Client.Sending;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Clients;

/// <summary>Send-Mail</summary>
/// <remarks>The parameters of Send-MailMessage with their names, so that a splatted call moves over unchanged.</remarks>
[Cmdlet(VerbsCommunications.Send, "Mail", SupportsShouldProcess = true)]
[OutputType(typeof(MailSendResult))]
public sealed class SendMail : ClientCmdlet
{
    private readonly List<string> _piped = [];
    private bool _attachmentsPiped;
    private bool _processed;

    /// <summary>Recipients.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] To { get; set => field = value ?? []; } = [];

    /// <summary>Subject.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("sub")]
    [AllowEmptyString]
    public string? Subject { get; set; }

    /// <summary>The text, or HTML with -BodyAsHtml.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Body { get; set; }

    /// <summary>Host of the server; the running server of this module where none is given.</summary>
    [Parameter(Position = 3, ValueFromPipelineByPropertyName = true)]
    [Alias("ComputerName")]
    [ValidateNotNullOrEmpty]
    public string? SmtpServer { get; set; }

    /// <summary>Author: address, or Name &lt;address&gt;.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? From { get; set; }

    /// <summary>Recipients of copies.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Cc { get; set => field = value ?? []; } = [];

    /// <summary>Recipients that the message does not name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Bcc { get; set => field = value ?? []; } = [];

    /// <summary>Where answers go.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] ReplyTo { get; set => field = value ?? []; } = [];

    /// <summary>Files to attach; wildcards are fine.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PsPath")]
    [PipedFile]
    [SupportsWildcards]
    public string[] Attachments { get; set => field = value ?? []; } = [];

    /// <summary>The body is HTML.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("BAH")]
    public SwitchParameter BodyAsHtml { get; set; }

    /// <summary>Character set of body and header; UTF-8 where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("BE")]
    [TextEncoding]
    public Encoding? Encoding { get; set; }

    /// <summary>Delivery reports to ask for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DNO")]
    public DeliveryNotificationOptions DeliveryNotificationOption { get; set; } = DeliveryNotificationOptions.None;

    /// <summary>Priority.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public MailPriority Priority { get; set; } = MailPriority.Normal;

    /// <summary>Login.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Demands TLS.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter UseSsl { get; set; }

    /// <summary>Port; by default 465, 587 or 25, as TLS and login say. 0 means the default too, as in Send-MailMessage.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>Message-ID that this answers.</summary>
    [Parameter]
    public string? InReplyTo { get; set; }

    /// <summary>More header fields by name.</summary>
    [Parameter]
    public IDictionary? Headers { get; set; }

    /// <summary>A message file (.eml) to send as it is.</summary>
    [Parameter]
    public string? RawPath { get; set; }

    /// <summary>Returns Message-ID, final reply and transcript.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task RoutedAsync()
    {
        _processed = true;
        // Files come down the pipeline one by one and belong to one message, as in Send-MailMessage; rows with recipients are messages.
        if (_attachmentsPiped && Attachments.Length > 0)
        {
            _piped.AddRange(Attachments);
            return Task.CompletedTask;
        }

        return SendAsync(Attachments);
    }

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        // Bound before the pipeline brings anything: then what the pipeline brings can only be attachments.
        _attachmentsPiped = MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Attachments)) && To.Length + Cc.Length + Bcc.Length > 0;
        return base.BeginAsync();
    }

    /// <inheritdoc/>
    protected override Task EndAsync()
    {
        if (_attachmentsPiped && !_processed)
        {
            WriteError(ErrorRecords.Make(
                new MailAdminException("NoAttachment", MailErrorCategory.ObjectNotFound, "The pipeline brought no file to attach; nothing was sent.", null, "Check what was to bring it, or send without a pipeline."), null));
        }

        return _piped.Count > 0 ? SendAsync([.. _piped]) : Task.CompletedTask;
    }

    private Task SendAsync(string[] attachments) => PerItem(To.Length > 0 ? string.Join(", ", To) : RawPath, async () =>
    {
        if (To.Length + Cc.Length + Bcc.Length == 0 && RawPath is null)
        {
            throw new MailAdminException("NoRecipient", MailErrorCategory.InvalidArgument, "The message has no recipient.", null, "Name one with -To, -Cc or -Bcc.");
        }

        var request = await ComposeAsync(attachments);
        var what = $"'{request.Subject ?? RawPath}' to {string.Join(", ", To.Concat(Cc).Concat(Bcc))} by {request.Server}";
        if (ShouldChange($"Send {what}.", $"Send {what}?"))
        {
            var result = await SendAsync(request);
            foreach (var warning in result.Warnings)
            {
                WriteWarning(warning);
            }

            if (PassThru)
            {
                WriteObject(result);
            }

            // Last, for the first of them may end the pipeline, and the mail has gone by now.
            foreach (var refused in result.Recipients.Where(r => !r.Accepted))
            {
                WriteError(ErrorRecords.Make(SmtpRefusal.OfRecipient(result.Server, refused), refused.Address));
            }
        }
    });

    private async Task<MailSendResult> SendAsync(MailSendRequest request)
    {
        try
        {
            return await Off(token => new MailSender().SendAsync(request, Hear, token));
        }
        finally
        {
            WriteConversation();
        }
    }

    private async Task<MailSendRequest> ComposeAsync(string[] attachments)
    {
        var host = SmtpServer ?? (Server is null && SessionState.PSVariable.GetValue("PSEmailServer") is string { Length: > 0 } preferred ? preferred : null);
        var port = Port == 0 ? (int?)null : Port;
        var (tls, thumbprint) = (TlsMode, CertificateThumbprint);
        if (host is null)
        {
            var info = await ServingAsync();
            var endpoint = (Credential is null ? info.Find(MailProtocol.Smtp) : null)
                ?? (UseSsl || TlsMode == MailTlsMode.Implicit ? info.Find(MailProtocol.Submission, MailTlsMode.Implicit) : null)
                ?? info.Find(MailProtocol.Submission)
                ?? info.Find(MailProtocol.Smtp)
                ?? throw new MailAdminException("NoSmtpEndpoint", MailErrorCategory.ResourceUnavailable, $"Server '{info.Name}' takes no mail: it has no SMTP endpoint.", info.Name, "Start it with -SmtpPort or -SubmissionPort, or name another with -SmtpServer.");
            (host, port, tls, thumbprint) = (endpoint.GetLocalAddress(), port ?? endpoint.Port, tls ?? endpoint.TlsMode, thumbprint ?? info.CertificateThumbprint);
        }

        return new MailSendRequest
        {
            Server = host,
            Port = port,
            UseSsl = UseSsl,
            TlsMode = tls,
            Credential = Credential is null ? null : new NetworkCredential(Credential.UserName, Credential.Password),
            CertificateThumbprint = thumbprint,
            SkipCertificateCheck = SkipCertificateCheck,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            From = From ?? (RawPath is null ? Credential?.UserName : null) ?? (RawPath is null ? throw new MailAdminException("NoSender", MailErrorCategory.InvalidArgument, "The message has no sender.", null, "Name one with -From.") : null),
            To = To,
            Cc = Cc,
            Bcc = Bcc,
            ReplyTo = ReplyTo,
            Subject = Subject,
            Body = Body,
            BodyAsHtml = BodyAsHtml,
            Encoding = Encoding,
            Attachments = [.. attachments.SelectMany(Files)],
            Priority = Priority,
            DeliveryNotification = DeliveryNotificationOption,
            InReplyTo = InReplyTo,
            Headers = HeaderFields(),
            RawPath = RawPath is null ? null : FilePath(RawPath),
        };
    }

    private Dictionary<string, string> HeaderFields()
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry field in Headers ?? new Hashtable())
        {
            fields[Convert.ToString(field.Key, CultureInfo.InvariantCulture) ?? ""] = LanguagePrimitives.ConvertTo<string>(field.Value);
        }

        return fields;
    }

    // A pattern that fits nothing is an error as well: a mail that lacks its attachment cannot be called back.
    private IReadOnlyList<string> Files(string path)
    {
        try
        {
            return FilePaths(path) is { Count: > 0 } files ? files
                : throw new MailAdminException("AttachmentNotFound", MailErrorCategory.ObjectNotFound, $"No file fits '{path}'.", path, "Check the path; nothing was sent.");
        }
        catch (MailAdminException e) when (e.ErrorId == "FileNotFound")
        {
            throw new MailAdminException("AttachmentNotFound", MailErrorCategory.ObjectNotFound, e.Message, path, "Check the path; nothing was sent.", e);
        }
    }
}
