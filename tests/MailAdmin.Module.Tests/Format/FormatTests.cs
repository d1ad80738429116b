using System.Globalization;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Format;

public sealed class FormatTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static TheoryData<string, object> Samples() => new()
    {
        { "75 KB", new Mailbox { Id = Guid.Empty, Address = "someone@example.com", DisplayName = "Some One", UsedBytes = 75 * 1024, QuotaBytes = 1L << 30 } },
        { "example.com", new MailDomain { Name = "example.com", CatchAll = "all@example.com" } },
        { "a@example.com, b@example.com", new MailAlias { Address = "team@example.com", Targets = ["a@example.com", "b@example.com"] } },
        { "Archive/2026", new MailboxFolder { Id = Guid.Empty, Mailbox = "a@example.com", Name = "Archive/2026", SizeBytes = 5 } },
        { "A subject", new MailboxMessage { Mailbox = "a@example.com", Folder = "INBOX", Uid = 7, Flags = [], Subject = "A subject", From = "Carol <carol@example.net>", ReceivedAt = At } },
        { "50", new MailboxStatistics { Address = "a@example.com", UsedBytes = 512, QuotaBytes = 1024 } },
        { "Selected", new MailSession { Id = "s1", Protocol = MailProtocol.Imap, RemoteEndPoint = "127.0.0.1:50000", LocalEndPoint = "127.0.0.1:2143", State = "Selected", ConnectedAt = At } },
        { "S: * OK ready", new TranscriptLine(At, TranscriptDirection.Server, "* OK ready") },
        { "Delivered", new MailEvent { Sequence = 1, At = At, Kind = "Delivered", Severity = MailEventSeverity.Information, Message = "One message" } },
        { "ChecksumMismatch", new Administration.StoreFinding(MailEventSeverity.Error, "ChecksumMismatch", "0:17", "A record is damaged.") },
        { "2.5 MB", new MailStoreOptimization { StorePath = "store", FreedBytes = 5L << 19 } },
        { "250 2.0.0 done", new MailSendResult { MessageId = "x@example.com", From = "a@example.com", Recipients = [new MailRecipientResult("b@example.com", true, "250")], FinalReply = "250 2.0.0 done", Server = "127.0.0.1", Port = 25 } },
        { "Greeting", new ProtocolTestResult { ComputerName = "mx", Protocol = MailProtocol.Smtp, Port = 25, TlsMode = MailTlsMode.StartTls, Check = ProtocolCheck.Greeting, Result = ProtocolTestOutcome.Success, LatencyMs = 1.5 } },
        { "to 2026-01-0", new MailCertificate { Thumbprint = "AB", NotBefore = At, NotAfter = At, Subject = "CN=mx" } },
        { "1 clients", new MailServerStatistics { At = At, Protocols = [new MailProtocolStatistics { Protocol = MailProtocol.Imap, Sessions = 1 }] } },
        { "12 B", new MailProtocolStatistics { Protocol = MailProtocol.Imap, BytesIn = 12 } },
        { "noisy scanner", new MailBlock { Address = "2001:db8:aaaa:bbbb::/64", CreatedAt = At, ExpiresAt = At, Reason = "noisy scanner" } },
        { "451 4.7.1 greylisted", new MailQueueDestination { Destination = "elsewhere.example", MessageCount = 12, RetryCount = 12, OldestAt = At, LastReply = "451 4.7.1 greylisted" } },
        { "carol@elsewhere.ex", new MailQueueMessage { Id = new string('f', 32), Sender = "a@example.com", Recipients = [new MailQueueRecipient("carol@elsewhere.example", null)], Destination = "elsewhere.example", Status = MailQueueStatus.Suspended, ReceivedAt = At, ExpiresAt = At, NextAttempt = At } },
        { "relay.example.net:587", new MailRoute { Name = "smarthost", Domain = "*", Host = "relay.example.net", Port = 587, TlsMode = MailRouteTlsMode.Opportunistic, UserName = "alice", CreatedAt = At } },
        { "a.pdf (3 B)", new ReceivedMail { Protocol = MailProtocol.Imap, Subject = "s", Attachments = [new ReceivedAttachment("a.pdf", "application/pdf", new byte[3])] } },
        { "application/pdf", new ReceivedAttachment("a.pdf", "application/pdf", new byte[3]) },
        { "default", new MailServerInfo { Name = "default", HostName = "mx", State = MailServerState.Running, StorePath = "s", ProcessId = 1, Endpoints = [new MailEndpoint(MailProtocol.Imap, "127.0.0.1", 2143, MailTlsMode.StartTls)], Domains = [], Version = "0" } },
        {
            "https://example.com", new MailMessageContent
            {
                Message = new MailboxMessage { Mailbox = "a@example.com", Folder = "INBOX", Uid = 7, Flags = [] },
                To = ["a@example.com"], Cc = [], Links = ["https://example.com"], Attachments = [], Headers = [],
            }
        },
    };

    [Theory]
    [MemberData(nameof(Samples), DisableDiscoveryEnumeration = true)]
    public void Every_type_has_a_view_that_fits_80_columns(string shows, object sample)
    {
        var host = new AskedHost("No");
        using var shell = new Shell(host: host);

        var text = Shell.Render(shell, host, "$sample", ("sample", sample));

        Assert.Contains(shows, text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.InRange(Plain(line).Length, 0, 80));
        Assert.Contains(sample.GetType().FullName, Viewed());
    }

    [Theory]
    [MemberData(nameof(Samples), DisableDiscoveryEnumeration = true)]
    public void What_has_been_through_a_job_looks_as_it_did(string shows, object sample)
    {
        var host = new AskedHost("No");
        using var shell = new Shell(host: host);

        var text = Shell.Render(shell, host, "$sample", ("sample", sample));
        var after = Shell.Render(shell, host, "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($sample, 1))", ("sample", sample));

        Assert.Contains(shows, after, StringComparison.Ordinal);
        Assert.Equal(text, after);
    }

    [Fact]
    public void A_server_that_has_lost_its_endpoints_parts_shows_their_names()
    {
        var host = new AskedHost("No");
        using var shell = new Shell(host: host);

        var text = Shell.Render(shell, host, "$sample = [pscustomobject]@{ Name = 'default'; Endpoints = 'imap 127.0.0.1:2143', 'smtp 127.0.0.1:2025' }; $sample.PSObject.TypeNames.Insert(0, 'Deserialized.MailAdmin.MailServerInfo'); $sample");

        Assert.Contains("imap 127.0.0.1:2143,", text, StringComparison.Ordinal);
        Assert.Contains("smtp 127.0.0.1:2025", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_the_same_in_every_culture()
    {
        Assert.SkipWhen(CultureInfo.GetCultureInfo("fa-IR").Calendar is GregorianCalendar, "This runtime knows no other calendar.");
        var host = new AskedHost("No");
        using var shell = new Shell(host: host);
        object[] samples =
        [
            new MailBlock { Address = "192.0.2.1", CreatedAt = At, ExpiresAt = At },
            new MailQueueDestination { Destination = "elsewhere.example", MessageCount = 1, RetryCount = 1, OldestAt = At },
            new MailQueueMessage { Id = new string('f', 32), Sender = "a@example.com", Recipients = [], Destination = "elsewhere.example", Status = MailQueueStatus.Retry, ReceivedAt = At, ExpiresAt = At, NextAttempt = At },
        ];

        foreach (var sample in samples)
        {
            var plain = Shell.Render(shell, host, "$sample", ("sample", sample));
            Assert.Equal(plain, Shell.Render(shell, host, "[Globalization.CultureInfo]::CurrentCulture = 'fa-IR'; $sample", ("sample", sample)));
        }
    }

    [Fact]
    public void Every_type_that_a_cmdlet_says_it_gives_has_a_view()
    {
        using var shell = new Shell();

        var types = shell.Get<Type>("(Get-Command -Module MailAdmin).OutputType.Type").Distinct().Where(t => t.Namespace?.StartsWith("MailAdmin", StringComparison.Ordinal) == true);

        Assert.All(types, type => Assert.Contains(type.FullName, Viewed()));
    }

    [Fact]
    public void A_generated_password_is_seen_when_the_mailbox_is_made()
    {
        var host = new AskedHost("No");
        using var lab = new Lab(host);

        lab.Shell.Run("$made = New-Mailbox carol@example.com");
        var text = Shell.Render(lab.Shell, host, "$made");

        Assert.Contains(lab.Shell.Single<string>("$made.GeneratedPassword"), text, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Viewed() =>
        System.Xml.Linq.XDocument.Load(Path.Combine(Shell.Root, "module", "MailAdmin.Format.ps1xml")).Descendants("TypeName").Select(e => e.Value);

    private static string Plain(string line) => System.Text.RegularExpressions.Regex.Replace(line.TrimEnd('\r'), "\u001b\\[[0-9;]*m", "");
}
