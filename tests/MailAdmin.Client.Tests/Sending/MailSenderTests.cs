using System.Net;
using System.Net.Mail;
using System.Text;
using MailAdmin.Client.Sending;
using MailAdmin.Client.Tests.Scripted;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MimeKit;

namespace MailAdmin.Client.Tests.Sending;

public class MailSenderTests
{
    private static readonly NetworkCredential Login = new("alice@example.com", "s3cret-Passw0rd");

    private static MailSendRequest Request(ScriptedServer server) => new()
    {
        Server = "127.0.0.1",
        Port = server.Port,
        From = "Alice <alice@example.com>",
        To = ["bob@example.com"],
        Subject = "Hello",
        Body = "Hello Bob",
        Timeout = TimeSpan.FromSeconds(120),
    };

    private static Task<MailSendResult> SendAsync(MailSendRequest request, List<TranscriptLine>? transcript = null) =>
        new MailSender().SendAsync(request, transcript is null ? null : transcript.Add, TestContext.Current.CancellationToken);

    private static async Task<MailAdminException> FailsAsync(MailSendRequest request, List<TranscriptLine>? transcript = null) =>
        await Assert.ThrowsAsync<MailAdminException>(() => SendAsync(request, transcript));

    private static async Task<MimeMessage> ParseAsync(FakeSmtp smtp) =>
        await MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(smtp.Content!)), TestContext.Current.CancellationToken);

    [Fact]
    public async Task The_result_has_the_id_the_final_reply_and_each_recipients_reply()
    {
        var smtp = new FakeSmtp();
        await using var server = smtp.Start();

        var result = await SendAsync(Request(server) with { Cc = ["Carol <carol@example.com>"] });

        var message = await ParseAsync(smtp);
        Assert.Equal(message.MessageId, result.MessageId);
        Assert.Equal("250 2.6.0 queued as 42", result.FinalReply);
        Assert.Equal([new("bob@example.com", true, "250 2.1.5 recipient ok"), new("carol@example.com", true, "250 2.1.5 recipient ok")], result.Recipients);
        Assert.Equal("Hello Bob", message.TextBody!.TrimEnd());
        Assert.Equal("Hello", message.Subject);
        Assert.True(result.SizeBytes > 100);
    }

    [Fact]
    public async Task Plaintext_is_said_where_nothing_asked_for_more()
    {
        await using var server = new FakeSmtp().Start();

        var result = await SendAsync(Request(server));

        Assert.Null(result.TlsVersion);
        Assert.Contains("plaintext", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseSsl_never_drops_to_plaintext()
    {
        await using var server = new FakeSmtp { Mechanisms = "PLAIN" }.Start();

        var error = await FailsAsync(Request(server) with { UseSsl = true, Credential = Login });

        Assert.Equal("TlsNotOffered", error.ErrorId);
        Assert.DoesNotContain(server.Received, l => l.StartsWith("MAIL", StringComparison.Ordinal) || l.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_refused_and_the_error_names_its_thumbprint()
    {
        using var certificate = TestCertificate.Create();
        await using var server = new FakeSmtp { Certificate = certificate }.Start();

        var error = await FailsAsync(Request(server) with { UseSsl = true });

        Assert.Equal("CertificateNotTrusted", error.ErrorId);
        Assert.Contains(certificate.Thumbprint(), error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Received, l => l.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pinned_certificate_is_taken_with_STARTTLS_and_with_implicit_TLS(bool implicitTls)
    {
        using var certificate = TestCertificate.Create();
        await using var server = new FakeSmtp { Certificate = certificate, ImplicitTls = implicitTls }.Start();

        var result = await SendAsync(Request(server) with
        {
            TlsMode = implicitTls ? MailTlsMode.Implicit : MailTlsMode.StartTls,
            CertificateThumbprint = certificate.Thumbprint().ToLowerInvariant(),
        });

        Assert.StartsWith("Tls1", result.TlsVersion, StringComparison.Ordinal);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task Another_certificate_than_the_pinned_one_is_refused()
    {
        using var certificate = TestCertificate.Create();
        using var other = TestCertificate.Create();
        await using var server = new FakeSmtp { Certificate = certificate }.Start();

        var error = await FailsAsync(Request(server) with { UseSsl = true, CertificateThumbprint = other.Thumbprint() });

        Assert.Equal("CertificateNotTrusted", error.ErrorId);
        Assert.Contains("not the pinned one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skipping_the_check_takes_any_certificate_and_says_so()
    {
        using var certificate = TestCertificate.Create(name: "other.example");
        await using var server = new FakeSmtp { Certificate = certificate }.Start();

        var result = await SendAsync(Request(server) with { UseSsl = true, SkipCertificateCheck = true });

        Assert.NotNull(result.TlsVersion);
        Assert.Contains("not trusted", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_login_is_one_clear_error()
    {
        await using var server = new FakeSmtp { Mechanisms = "PLAIN LOGIN", LoginReply = "535 5.7.8 no such luck" }.Start();

        var error = await FailsAsync(Request(server) with { Credential = Login });

        Assert.Equal(("LoginRefused", MailErrorCategory.AuthenticationError), (error.ErrorId, error.Category));
        Assert.Equal("alice@example.com", error.Target);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task No_secret_is_in_the_transcript(string mechanism)
    {
        await using var server = new FakeSmtp { Mechanisms = mechanism, LoginReply = "535 5.7.8 no such luck" }.Start();
        var transcript = new List<TranscriptLine>();

        await FailsAsync(Request(server) with { Credential = Login }, transcript);

        var encoded = new[] { $"\0{Login.UserName}\0{Login.Password}", Login.Password }.Select(s => Convert.ToBase64String(Encoding.UTF8.GetBytes(s)));
        Assert.Contains(server.Received, l => encoded.Any(e => l.Contains(e, StringComparison.Ordinal)) || mechanism == "LOGIN");
        Assert.DoesNotContain(transcript, l => encoded.Append(Login.Password).Any(e => l.Text.Contains(e, StringComparison.Ordinal)));
        Assert.Contains(transcript, l => l.Text.StartsWith("AUTH " + mechanism, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_refused_recipient_does_not_keep_the_mail_from_the_others()
    {
        var smtp = new FakeSmtp { Recipient = l => l.Contains("nobody", StringComparison.Ordinal) ? "550 5.1.1 unknown" : "250 2.1.5 ok" };
        await using var server = smtp.Start();

        var result = await SendAsync(Request(server) with { To = ["nobody@example.com", "bob@example.com"] });

        Assert.Equal([false, true], result.Recipients.Select(r => r.Accepted));
        Assert.Equal("550 5.1.1 unknown", result.Recipients[0].Reply);
        Assert.NotNull(smtp.Content);
    }

    [Fact]
    public async Task When_all_recipients_are_refused_nothing_is_sent()
    {
        var smtp = new FakeSmtp { Recipient = _ => "550 5.7.1 relaying denied" };
        await using var server = smtp.Start();

        var error = await FailsAsync(Request(server));

        Assert.Equal("RecipientsRefused", error.ErrorId);
        Assert.Contains("relaying denied", error.Message, StringComparison.Ordinal);
        Assert.Null(smtp.Content);
    }

    [Fact]
    public async Task What_a_server_says_reaches_no_terminal_as_a_command()
    {
        await using var server = new FakeSmtp
        {
            Recipient = l => l.Contains("nobody", StringComparison.Ordinal) ? "550 5.1.1 \e]0;owned\a\u009b2J" : "250 2.1.5 \e[31mok",
            ContentReply = "554 5.6.0 \e[2J",
        }.Start();

        var error = await FailsAsync(Request(server) with { To = ["nobody@example.com", "bob@example.com"] });
        var refused = await FailsAsync(Request(server) with { To = ["nobody@example.com"] });

        Assert.Equal(("MessageRefused", "RecipientsRefused"), (error.ErrorId, refused.ErrorId));
        Assert.DoesNotContain(error.Message + refused.Message, char.IsControl);
    }

    [Fact]
    public async Task A_reply_of_several_lines_is_one_without_controls()
    {
        await using var server = new FakeSmtp { Recipient = _ => "250-2.1.5 \e[31mthis\r\n250 2.1.5 and that" }.Start();

        Assert.Equal("250 2.1.5 ?[31mthis 2.1.5 and that", Assert.Single((await SendAsync(Request(server))).Recipients).Reply);
    }

    /// <summary>With PIPELINING the recipients were sent before the sender's reply was there, and are refused for its sake.</summary>
    private static FakeSmtp RefusingSender(string reply, params string[] extensions) => new() { Extensions = extensions, Mail = _ => reply, Recipient = _ => "503 5.5.1 RCPT comes after MAIL" };

    [Theory]
    [InlineData("8BITMIME")]
    [InlineData("PIPELINING")]
    public async Task A_refused_sender_is_named(string extension)
    {
        await using var server = RefusingSender("553 5.7.1 not yours", extension).Start();

        var error = await FailsAsync(Request(server));

        Assert.Equal(("SenderRefused", "alice@example.com"), (error.ErrorId, error.Target));
        Assert.EndsWith("refused the sender alice@example.com: 553 5.7.1 not yours", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8BITMIME")]
    [InlineData("PIPELINING")]
    public async Task A_refused_size_names_the_limit(string extension)
    {
        await using var server = RefusingSender("552 5.3.4 too large", extension, "SIZE 1048576").Start();

        var error = await FailsAsync(Request(server));

        Assert.Equal(("MessageTooLarge", MailErrorCategory.QuotaExceeded), (error.ErrorId, error.Category));
        Assert.Contains("552 5.3.4 too large; it takes 1 MB at most", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("503", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_sender_is_named_though_the_server_hangs_up_then()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.SendAsync("220 fake");
            while (await connection.ReadAsync() is { } line && !line.StartsWith("MAIL", StringComparison.Ordinal))
            {
                await connection.SendAsync("250-fake", "250 PIPELINING");
            }

            await connection.SendAsync("553 5.7.1 not yours");
        });

        Assert.Equal("SenderRefused", (await FailsAsync(Request(server))).ErrorId);
    }

    [Theory]
    [InlineData("550 5.1.1 no such mailbox", "Correct the address.", MailErrorCategory.InvalidOperation)]
    [InlineData("550 no such mailbox", "Correct the address, or log in", MailErrorCategory.InvalidOperation)]
    [InlineData("550 5.7.1 relaying denied", "-Credential", MailErrorCategory.InvalidOperation)]
    [InlineData("552 5.2.2 full", "Set-Mailbox -Quota", MailErrorCategory.QuotaExceeded)]
    [InlineData("552 full", "Set-Mailbox -Quota", MailErrorCategory.QuotaExceeded)]
    [InlineData("452 4.2.2 full", "Set-Mailbox -Quota", MailErrorCategory.QuotaExceeded)]
    [InlineData("552 5.2.3 too large", "Send less", MailErrorCategory.QuotaExceeded)]
    [InlineData("452 4.5.3 too many", "fewer recipients", MailErrorCategory.InvalidOperation)]
    [InlineData("451 4.7.1 greylisted", "again", MailErrorCategory.InvalidOperation)]
    [InlineData("550 5.7.26 not signed", "The reply says", MailErrorCategory.InvalidOperation)]
    public async Task The_remedy_of_a_refused_recipient_is_the_replys(string reply, string advice, MailErrorCategory category)
    {
        await using var server = new FakeSmtp { Recipient = _ => reply }.Start();

        var error = await FailsAsync(Request(server));

        Assert.Equal(("RecipientsRefused", category), (error.ErrorId, error.Category));
        Assert.Contains(advice, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(advice.Contains("Correct", StringComparison.Ordinal), error.RecommendedAction!.Contains("Correct", StringComparison.Ordinal));
        var one = SmtpRefusal.OfRecipient("mx", new MailRecipientResult("bob@example.com", false, reply));
        Assert.Equal(("RecipientRefused", category, "bob@example.com", error.RecommendedAction), (one.ErrorId, one.Category, one.Target, one.RecommendedAction));
        Assert.Contains(reply, one.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("552 5.3.4 too large", "MessageTooLarge", "Send less")]
    [InlineData("552 too large", "MessageTooLarge", "Send less")]
    [InlineData("552 5.2.2 no room", "MessageRefused", "Set-Mailbox -Quota")]
    [InlineData("554 5.6.0 no", "MessageRefused", "The reply says")]
    public async Task The_remedy_of_a_refused_message_is_the_replys(string reply, string id, string advice)
    {
        await using var server = new FakeSmtp { ContentReply = reply }.Start();

        var error = await FailsAsync(Request(server));

        Assert.Equal(id, error.ErrorId);
        Assert.StartsWith(advice, error.RecommendedAction!.Replace("The mailbox takes mail again when its owner has removed some, or has more room: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_temporary_refusal_advises_to_try_again()
    {
        await using var server = new FakeSmtp { ContentReply = "451 4.3.0 busy" }.Start();

        var error = await FailsAsync(Request(server));

        Assert.Equal("MessageRefused", error.ErrorId);
        Assert.Contains("again", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_in_time()
    {
        await using var server = ScriptedServer.Start(c => c.SilenceAsync());

        var error = await FailsAsync(Request(server) with { Timeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal(("OperationTimeout", MailErrorCategory.OperationTimeout), (error.ErrorId, error.Category));
    }

    [Fact]
    public async Task A_server_that_hangs_up_is_an_error_of_the_connection()
    {
        await using var server = ScriptedServer.Start(_ => Task.CompletedTask);

        Assert.Equal(MailErrorCategory.ConnectionError, (await FailsAsync(Request(server))).Category);
    }

    [Fact]
    public async Task Nothing_listening_is_told_from_a_refusal()
    {
        var error = await FailsAsync(new MailSendRequest { Server = "127.0.0.1", Port = ScriptedServer.ClosedPort(), Timeout = TimeSpan.FromSeconds(120), From = "a@example.com", To = ["b@example.com"] });

        Assert.Equal("ServerNotReached", error.ErrorId);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        await using var server = ScriptedServer.Start(c => c.SilenceAsync());
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new MailSender().SendAsync(Request(server), null, cancelled.Token));
    }

    [Fact]
    public async Task Delivery_reports_are_asked_for_where_offered_and_missed_aloud_where_not()
    {
        await using var offering = new FakeSmtp { Extensions = ["DSN"] }.Start();
        await using var lacking = new FakeSmtp().Start();

        await SendAsync(Request(offering) with { DeliveryNotification = DeliveryNotificationOptions.OnSuccess | DeliveryNotificationOptions.OnFailure });
        var result = await SendAsync(Request(lacking) with { DeliveryNotification = DeliveryNotificationOptions.Delay });

        Assert.Contains(offering.Received, l => l.Contains("NOTIFY=SUCCESS,FAILURE", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, w => w.Contains("DSN", StringComparison.Ordinal));
    }
}
