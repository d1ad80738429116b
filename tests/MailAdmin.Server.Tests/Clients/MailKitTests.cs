using System.Net;
using MailAdmin.Testing;
using MailKit.Net.Pop3;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>MailKit, the library under most .NET mail clients: every mechanism and TLS mode, pipelined and chunked.</summary>
public sealed class MailKitTests
{
    public static TheoryData<string, bool> Mechanisms => new()
    {
        { "PLAIN", false }, { "LOGIN", false }, { "SCRAM-SHA-256", false }, { "SCRAM-SHA-256", true }, { "SCRAM-SHA-256-PLUS", true }, { "PLAIN", true },
    };

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public async Task Every_mechanism_logs_in_and_a_wrong_password_does_not(string mechanism, bool tls)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"], s => s with { OfferChannelBinding = true, Limits = new Dictionary<string, long> { ["LoginFailureDelay"] = 1 } });
        foreach (var (password, holds) in new[] { ("secret", true), ("wrong", false) })
        {
            using var smtp = new SmtpClient { ServerCertificateValidationCallback = (_, _, _, _) => true };
            await smtp.ConnectAsync("localhost", server.EndPoint(MailProtocol.Submission).Port, tls ? SecureSocketOptions.StartTls : SecureSocketOptions.None);
            Assert.Equal(holds, await TryAsync(() => smtp.AuthenticateAsync(Make(mechanism, password))));

            using var pop3 = new Pop3Client { ServerCertificateValidationCallback = (_, _, _, _) => true };
            await pop3.ConnectAsync("localhost", server.EndPoint(MailProtocol.Pop3, tls ? MailTlsMode.Implicit : MailTlsMode.StartTls).Port, tls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.None);
            Assert.Equal(holds, await TryAsync(() => pop3.AuthenticateAsync(Make(mechanism, password))));
        }
    }

    [Fact]
    public async Task Mail_goes_round_byte_for_byte()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret", "jörg@example.com secret"]);
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Alice", "alice@example.com"));
        message.To.Add(new MailboxAddress("Jörg", "jörg@example.com"));
        message.Bcc.Add(new MailboxAddress("", "alice@example.com"));
        message.Subject = "Grüße";
        var random = new byte[300_000];
        new Random(3).NextBytes(random);
        message.Body = new BodyBuilder { TextBody = "Hallo\n.\n..\n", Attachments = { { "random.bin", random } } }.ToMessageBody();

        using (var smtp = new SmtpClient { ServerCertificateValidationCallback = (_, _, _, _) => true })
        {
            await smtp.ConnectAsync("localhost", server.EndPoint(MailProtocol.Submission).Port, SecureSocketOptions.StartTls);
            Assert.True(smtp.Capabilities.HasFlag(SmtpCapabilities.Chunking | SmtpCapabilities.BinaryMime | SmtpCapabilities.Pipelining | SmtpCapabilities.UTF8 | SmtpCapabilities.EightBitMime));
            await smtp.AuthenticateAsync("alice@example.com", "secret");
            var reply = await smtp.SendAsync(new FormatOptions { International = true }, message);
            Assert.StartsWith("2.0.0 Stored as", reply, StringComparison.Ordinal);
            await smtp.DisconnectAsync(true);
        }

        using var pop3 = new Pop3Client { ServerCertificateValidationCallback = (_, _, _, _) => true };
        await pop3.ConnectAsync("localhost", server.EndPoint(MailProtocol.Pop3, MailTlsMode.Implicit).Port, SecureSocketOptions.SslOnConnect);
        await pop3.EnableUTF8Async();
        await pop3.AuthenticateAsync("jörg@example.com", "secret");
        Assert.Equal(1, await pop3.GetMessageCountAsync());
        var received = await pop3.GetMessageAsync(0);
        Assert.Equal(message.Subject, received.Subject);
        Assert.Empty(received.Bcc);
        Assert.Equal(message.MessageId, received.MessageId);
        using var content = new MemoryStream();
        await ((MimePart)received.Attachments.Single()).Content!.DecodeToAsync(content);
        Assert.Equal(random, content.ToArray());
        await pop3.DeleteMessageAsync(0);
        await pop3.DisconnectAsync(true);
    }

    private static SaslMechanism Make(string mechanism, string password)
    {
        var credentials = new NetworkCredential("alice@example.com", password);
        return mechanism switch
        {
            "PLAIN" => new SaslMechanismPlain(credentials),
            "LOGIN" => new SaslMechanismLogin(credentials),
            "SCRAM-SHA-256" => new SaslMechanismScramSha256(credentials),
            _ => new SaslMechanismScramSha256Plus(credentials),
        };
    }

    private static async Task<bool> TryAsync(Func<Task> login)
    {
        try
        {
            await login();
            return true;
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }
}
