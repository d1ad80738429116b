using System.Management.Automation;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Clients;

public sealed class ClientCmdletTests
{
    [Fact]
    public void Send_goes_by_the_running_server_and_returns_with_PassThru()
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "a.txt"), "attached");

        Assert.Empty(lab.Shell.Run("Send-Mail -From alice@example.com -To bob@example.com -Subject plain -Body text"));
        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        var sent = lab.Shell.Single<MailSendResult>("Send-Mail -From 'Alice <alice@example.com>' -To bob@example.com -Cc alice@example.com -Subject 'Grüße' -Body '<p>x</p>' -BodyAsHtml -Attachments $dir/a.txt -Credential $alice -UseSsl -Encoding utf8 -Priority High -PassThru");

        Assert.StartsWith("250", sent.FinalReply, StringComparison.Ordinal);
        Assert.NotNull(sent.TlsVersion);
        Assert.Equal("alice@example.com", sent.AuthenticatedAs);
        Assert.All(sent.Recipients, r => Assert.True(r.Accepted));
        Assert.DoesNotContain(sent.Transcript, l => l.Text.Contains(Lab.Password, StringComparison.Ordinal));
        var content = lab.Shell.Single<MailMessageContent>($"Wait-MailboxMessage bob@example.com -MessageId '{sent.MessageId}'");
        Assert.Equal("Grüße", content.Subject);
        Assert.Equal("attached", System.Text.Encoding.UTF8.GetString(Assert.Single(content.Attachments).Content.Span));
    }

    [Fact]
    public void Send_takes_files_from_the_pipeline_as_attachments_of_one_message()
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "a.txt"), "a");
        File.WriteAllText(Path.Combine(lab.Directory, "b.txt"), "b");

        lab.Shell.Run("\"$dir/a.txt\", \"$dir/b.txt\" | Send-Mail -From alice@example.com -To bob@example.com -Subject files");

        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.Equal(2, lab.Shell.Single<MailMessageContent>("Get-MailboxMessage bob@example.com -Content").Attachments.Count);
    }

    [Fact]
    public void Send_with_rows_sends_one_message_each()
    {
        using var lab = new Lab();

        lab.Shell.Run("[pscustomobject]@{ To = 'bob@example.com'; Subject = 'one' }, [pscustomobject]@{ To = 'alice@example.com'; Subject = 'two' } | Send-Mail -From alice@example.com -Body hello");

        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage bob@example.com").Subject);
        Assert.Equal("two", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com").Subject);
    }

    [Theory]
    [InlineData("Send-Mail -From alice@example.com -Subject x", "NoRecipient")]
    [InlineData("Send-Mail -To bob@example.com -Subject x", "NoSender")]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -Subject \"x`r`nBcc: eve@example.com\"", "HeaderInjection")]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -Attachments $dir/none.txt", "AttachmentNotFound")]
    public void Send_refuses_with_an_error_that_says_why_and_sends_nothing(string script, string id)
    {
        using var lab = new Lab();

        var error = lab.Shell.Error(script);

        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com"));
    }

    [Fact]
    public void Send_with_WhatIf_sends_nothing()
    {
        using var lab = new Lab();

        lab.Shell.Run("Send-Mail -From alice@example.com -To bob@example.com -Subject x -WhatIf");

        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com"));
    }

    [Theory]
    [InlineData("Imap")]
    [InlineData("Pop3")]
    public void Receive_reads_over_the_wire(string protocol)
    {
        using var lab = new Lab();
        lab.Import("bob@example.com", "over the wire", "Hello\n");

        var mail = lab.Shell.Single<ReceivedMail>("Receive-Mail $bob -Protocol $p", ("p", protocol));

        Assert.Equal(("over the wire", "Hello"), (mail.Subject, mail.Text!.Trim()));
        Assert.Single(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com"));
    }

    [Theory]
    [InlineData("Imap", "Receive-Mail $bob -Protocol Imap -Remove", 0)]
    [InlineData("Pop3", "Receive-Mail $bob -Protocol Pop3 -Remove", 0)]
    [InlineData("Imap, the pipeline ends after the first", "Receive-Mail $bob -Protocol Imap -Remove | Select-Object -First 1", 3)]
    [InlineData("Pop3, the pipeline ends after the first", "Receive-Mail $bob -Protocol Pop3 -Remove | Select-Object -First 1", 3)]
    [InlineData("Imap, the second is not taken", "Receive-Mail $bob -Protocol Imap -Remove | ForEach-Object { if ($_.Subject -eq 'two') { throw 'full' } }", 2)]
    [InlineData("Pop3, the second is not taken", "Receive-Mail $bob -Protocol Pop3 -Remove | ForEach-Object { if ($_.Subject -eq 'two') { throw 'full' } }", 3)]
    public void Receive_removes_only_what_the_pipeline_took(string how, string script, int left)
    {
        using var lab = new Lab();
        foreach (var subject in new[] { "one", "two", "three" })
        {
            lab.Import("bob@example.com", subject);
        }

        lab.Shell.Run($"try {{ $null = {script} }} catch {{ }}");

        Assert.True(left == lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com").Count, how);
    }

    [Fact]
    public void Test_of_the_running_server_finds_nothing_wrong()
    {
        using var lab = new Lab();

        var results = lab.Shell.Get<ProtocolTestResult>("Test-MailProtocol -Credential $alice");

        Assert.DoesNotContain(results, r => r.Result == ProtocolTestOutcome.Failure);
        Assert.Contains(results, r => r is { Check: ProtocolCheck.RoundTrip, Result: ProtocolTestOutcome.Success });
        Assert.True(lab.Shell.Single<bool>("Test-MailProtocol -Protocol Imap -Quiet"));
        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com"));
    }

    [Fact]
    public void Test_of_a_host_where_nothing_listens_fails_and_says_what_to_do()
    {
        using var lab = new Lab();
        lab.Shell.Run("Stop-MailServer");

        var results = lab.Shell.Get<ProtocolTestResult>("Test-MailProtocol 127.0.0.1 Imap -Port $p", ("p", lab.Server.Find(MailProtocol.Imap)!.Port));

        var failure = Assert.Single(results, r => r.Result == ProtocolTestOutcome.Failure);
        Assert.Equal(ProtocolCheck.Connect, failure.Check);
        Assert.NotNull(failure.Recommendation);
    }

    [Theory]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -Subject x -Attachments $dir/report*.pdf", "AttachmentNotFound")]
    [InlineData("@() | Send-Mail -From alice@example.com -To bob@example.com -Subject x", "NoAttachment")]
    public void Send_without_the_attachment_that_was_meant_is_an_error_and_sends_nothing(string script, string id)
    {
        using var lab = new Lab();

        Assert.StartsWith(id + ",", lab.Shell.Error(script).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com"));
    }

    [Theory]
    [InlineData("@{ 'X-Test' = 'a' }")]
    [InlineData("[ordered]@{ 'X-Test' = 'a' }")]
    [InlineData("$d = [Collections.Generic.Dictionary[string, string]]::new(); $d['X-Test'] = 'a'; $d")]
    public void Send_takes_header_fields_of_any_dictionary(string headers)
    {
        using var lab = new Lab();
        lab.Shell.Run($"$h = & {{ {headers} }}");

        lab.Shell.Get<object>("Send-Mail -From alice@example.com -To bob@example.com -Cc $null -Subject x -Headers $h");

        Assert.Contains(lab.Shell.Single<MailMessageContent>("Get-MailboxMessage bob@example.com -Content").Headers, h => h is { Key: "X-Test", Value: "a" });
    }

    [Theory]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -Subject x -Credential $alice -UseSsl", "C: MAIL FROM:<alice@example.com>")]
    [InlineData("Send-Mail -From alice@example.com -To nobody@example.com -Subject x -Credential $alice -UseSsl", "S: 550 ")]
    [InlineData("Receive-Mail $bob -Protocol Imap", "S: * OK")]
    [InlineData("Receive-Mail $bob -Protocol Pop3", "S: +OK")]
    public void Verbose_shows_the_conversation_without_the_password(string script, string said)
    {
        using var lab = new Lab();
        lab.Import("bob@example.com", "one");

        var lines = lab.Shell.Run($"{script} -Verbose 4>&1").Select(o => o.BaseObject).OfType<VerboseRecord>().Select(r => r.Message).ToList();

        Assert.Contains(lines, l => l.StartsWith(said, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains(Lab.Password, StringComparison.Ordinal) || l.Contains(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0alice@example.com\0{Lab.Password}")), StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_on_every_address_is_reached_by_loopback()
    {
        using var lab = new Lab();
        lab.Shell.Run("Stop-MailServer; $null = Start-MailServer -Ephemeral -Address 0.0.0.0 -Credential $alice, $bob");

        Assert.Equal("127.0.0.1", lab.Shell.Single<MailSendResult>("Send-Mail -From alice@example.com -To bob@example.com -Subject x -PassThru").Server);
        Assert.Single(lab.Shell.Get<ReceivedMail>("Receive-Mail $bob"));
        Assert.Equal("ECDSA", lab.Shell.Single<MailCertificate>("Get-MailCertificate").KeyAlgorithm);
    }

    [Fact]
    public void Send_tells_of_each_refused_recipient_and_the_others_get_the_mail()
    {
        using var lab = new Lab();

        var went = lab.Shell.Run("$result = Send-Mail -From alice@example.com -To nosuch@example.com, bob@example.com, neither@example.com -Subject s -Body b -PassThru; $?; $result.Recipients.Count");

        Assert.Equal([false, 3], went.Select(o => o.BaseObject));
        Assert.Equal(["nosuch@example.com", "neither@example.com"], lab.Shell.Errors.Select(e => e.TargetObject));
        Assert.All(lab.Shell.Errors, e => Assert.StartsWith("RecipientRefused,", e.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.All(lab.Shell.Errors, e => Assert.Contains("550 5.1.1 No such mailbox here", e.ToString(), StringComparison.Ordinal));
        Assert.Single(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com"));
    }

    [Fact]
    public void Send_that_stops_at_errors_has_sent_to_the_others()
    {
        using var lab = new Lab();

        var error = lab.Shell.Error("Send-Mail -From alice@example.com -To bob@example.com, nosuch@example.com -Subject s -Body b -ErrorAction Stop; $global:reached = $true");

        Assert.StartsWith("RecipientRefused,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Null(lab.Shell.Runspace.SessionStateProxy.GetVariable("reached"));
        Assert.Single(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage bob@example.com"));
    }

    [Theory]
    [InlineData("Send-Mail -From bob@example.com -To bob@example.com -Subject s -Body b -Credential $alice", "SenderRefused", "553 5.7.1")]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -Subject s -Body b -Attachments $dir/large.bin", "MessageTooLarge", "it takes 100 KB at most")]
    [InlineData("Send-Mail -From alice@example.com -To full@example.com -Subject s -Body b", "RecipientsRefused", "552 5.2.2")]
    public void Send_names_what_was_refused(string script, string id, string says)
    {
        using var lab = new Lab();
        File.WriteAllBytes(Path.Combine(lab.Directory, "large.bin"), new byte[200 * 1024]);
        lab.Shell.Run("Set-MailServer -Limit @{ MessageSize = 100KB }; $null = New-Mailbox full@example.com -Quota 20; $null = Import-MailboxMessage full@example.com -Message \"S: x`n`n1234567890\"");

        var error = lab.Shell.Error(script);

        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(says, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(id == "RecipientsRefused", error.ErrorDetails.RecommendedAction.Contains("Set-Mailbox -Quota", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Receive-Mail $bob -Protocol Imap", "UID 2")]
    [InlineData("Receive-Mail $bob -Protocol Pop3", "message 2 (")]
    [InlineData("Get-MailboxMessage bob@example.com -Content", "bob@example.com/INBOX/2")]
    public void What_is_no_message_is_one_error_that_names_it_and_the_others_come(string script, string named)
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "five.eml"), "hello");
        lab.Import("bob@example.com", "one");
        lab.Shell.Run("$null = Import-MailboxMessage bob@example.com $dir/five.eml -WarningAction Ignore");
        lab.Import("bob@example.com", "three");

        var subjects = lab.Shell.Run($"{script} | ForEach-Object Subject").Select(o => o.ToString());

        Assert.Equal(["one", "three"], subjects);
        var error = Assert.Single(lab.Shell.Errors);
        Assert.StartsWith("MessageNotReadable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }
}
