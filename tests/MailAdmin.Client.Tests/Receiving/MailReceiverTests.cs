using System.Net;
using MailAdmin.Client.Receiving;
using MailAdmin.Client.Tests.Scripted;
using MailAdmin.Clients;
using MailAdmin.Errors;

namespace MailAdmin.Client.Tests.Receiving;

/// <summary>What a server may say in the middle of it; the usual way is in <see cref="OwnServerTests"/>.</summary>
public class MailReceiverTests
{
    private static MailReceiveRequest At(ScriptedServer server, MailProtocol protocol, MailTlsMode? mode = MailTlsMode.None) => new()
    {
        Server = "127.0.0.1",
        Port = server.Port,
        Protocol = protocol,
        TlsMode = mode,
        Credential = new NetworkCredential("alice@example.com", "s3cret-Passw0rd"),
        Timeout = TimeSpan.FromSeconds(120),
    };

    private static async Task<List<ReceivedMail>> ReceiveAsync(MailReceiveRequest request)
    {
        var mails = new List<ReceivedMail>();
        await foreach (var mail in new MailReceiver().ReceiveAsync(request, null, TestContext.Current.CancellationToken))
        {
            mails.Add(mail);
        }

        return mails;
    }

    /// <summary>A POP3 server of three messages, whose answer for one of them another decides.</summary>
    private static ScriptedServer Pop3(string refusal, params string[] capabilities) => ScriptedServer.Start(async connection =>
    {
        await connection.SendAsync("+OK fake");
        while (await connection.ReadAsync() is { } line)
        {
            var words = line.Split(' ');
            await (words[0].ToUpperInvariant() switch
            {
                "CAPA" => connection.SendAsync(["+OK", "USER", "UIDL", .. capabilities, "."]),
                "USER" or "PASS" or "QUIT" or "DELE" => connection.SendAsync("+OK"),
                "STAT" => connection.SendAsync("+OK 3 300"),
                "UIDL" => connection.SendAsync("+OK", "1 a", "2 b", "3 c", "."),
                "LIST" => connection.SendAsync("+OK", "1 100", "2 100", "3 100", "."),
                "TOP" or "RETR" when words[1] == "2" => connection.SendAsync(refusal),
                "TOP" or "RETR" => connection.SendAsync("+OK", $"Subject: mail {words[1]}", "", "."),
                _ => connection.SendAsync("-ERR what?"),
            });
        }
    });

    [Theory]
    [InlineData("-ERR [SYS/PERM] That message was deleted by another session", null)]
    [InlineData("-ERR no such message", null)]
    [InlineData("-ERR no such message", "mail*")]
    public async Task A_message_that_is_gone_is_left_out_and_the_others_come(string refusal, string? subject)
    {
        await using var server = Pop3(refusal, "TOP");

        Assert.Equal(["mail 1", "mail 3"], (await ReceiveAsync(At(server, MailProtocol.Pop3) with { Subject = subject })).Select(m => m.Subject));
    }

    [Theory]
    [InlineData("-ERR [SYS/TEMP] not now \e[2J", "TOP")]
    [InlineData("-ERR what is TOP?", "RESP-CODES")]
    public async Task Any_other_refusal_is_one_clear_error(string refusal, string capability)
    {
        await using var server = Pop3(refusal, capability);

        var error = await Assert.ThrowsAsync<MailAdminException>(() => ReceiveAsync(At(server, MailProtocol.Pop3) with { Subject = "mail*" }));

        Assert.Equal("CommandRefused", error.ErrorId);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static ScriptedServer Preauth() => ScriptedServer.Start(async connection =>
    {
        await connection.SendAsync("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome");
        while (await connection.ReadAsync() is { } line)
        {
            var words = line.Split(' ');
            await (words[1].ToUpperInvariant() switch
            {
                "CAPABILITY" => connection.SendAsync("* CAPABILITY IMAP4rev1 STARTTLS", $"{words[0]} OK"),
                "STARTTLS" => connection.SendAsync($"{words[0]} BAD not in this state"),
                "LIST" => connection.SendAsync("* LIST () \"/\" INBOX", $"{words[0]} OK"),
                "EXAMINE" => connection.SendAsync("* 0 EXISTS", "* OK [UIDVALIDITY 1] ok", $"{words[0]} OK [READ-ONLY]"),
                "UID" => connection.SendAsync("* SEARCH", $"{words[0]} OK"),
                "LOGIN" or "AUTHENTICATE" => connection.SendAsync($"{words[0]} BAD already"),
                _ => connection.SendAsync($"{words[0]} OK"),
            });
        }
    });

    [Fact]
    public async Task Where_the_server_greets_with_PREAUTH_no_password_is_sent()
    {
        await using var server = Preauth();

        Assert.Empty(await ReceiveAsync(At(server, MailProtocol.Imap)));

        Assert.DoesNotContain(server.Received, l => l.Contains("LOGIN", StringComparison.Ordinal) || l.Contains("AUTHENTICATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_PREAUTH_that_would_prevent_the_TLS_demanded_is_refused()
    {
        await using var server = Preauth();

        var error = await Assert.ThrowsAsync<MailAdminException>(() => ReceiveAsync(At(server, MailProtocol.Imap, MailTlsMode.StartTls)));

        Assert.Equal(MailErrorCategory.ConnectionError, error.Category);
        Assert.DoesNotContain(server.Received, l => l.Contains("EXAMINE", StringComparison.Ordinal));
    }
}
