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

    private static async Task<List<ReceivedMail>> ReceiveAsync(MailReceiveRequest request, Action<MailAdminException>? leftOut = null)
    {
        var mails = new List<ReceivedMail>();
        await foreach (var mail in new MailReceiver().ReceiveAsync(request, null, leftOut, TestContext.Current.CancellationToken))
        {
            mails.Add(mail);
        }

        return mails;
    }

    /// <summary>A POP3 server of three messages, whose answer for one of them another decides.</summary>
    private static ScriptedServer Pop3(string refusal, params string[] capabilities) => Pop3([refusal], capabilities);

    private static ScriptedServer Pop3(string[] answer, params string[] capabilities) => ScriptedServer.Start(async connection =>
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
                "TOP" or "RETR" when words[1] == "2" => connection.SendAsync(answer),
                "TOP" or "RETR" => connection.SendAsync("+OK", $"Subject: mail {words[1]}", "", "."),
                _ => connection.SendAsync("-ERR what?"),
            });
        }
    });

    [Theory]
    [InlineData("-ERR [SYS/PERM] That message was deleted by another session", null, false)]
    [InlineData("-ERR [SYS/PERM] That message was deleted by another session", "mail*", false)]
    [InlineData("-ERR [SYS/PERM] That message cannot be read", null, true)]
    [InlineData("-ERR [SYS/PERM] That message cannot be read", "mail*", true)]
    [InlineData("-ERR no such message \e[2J", null, true)]
    public async Task A_message_that_the_server_does_not_give_out_is_told_and_the_others_come(string refusal, string? subject, bool told)
    {
        await using var server = Pop3(refusal, "TOP");
        var leftOut = new List<MailAdminException>();

        var mails = await ReceiveAsync(At(server, MailProtocol.Pop3) with { Subject = subject, Remove = true }, leftOut.Add);

        Assert.Equal(["mail 1", "mail 3"], mails.Select(m => m.Subject));
        Assert.Equal(["DELE 1", "DELE 3"], server.Received.Where(l => l.StartsWith("DELE", StringComparison.Ordinal)));
        Assert.Equal(told, leftOut.Count == 1);
        if (told)
        {
            Assert.Equal("MessageNotReadable", leftOut[0].ErrorId);
            Assert.Equal("b", leftOut[0].Target);
            Assert.Contains("message 2 (b)", leftOut[0].Message, StringComparison.Ordinal);
            Assert.Contains(refusal["-ERR ".Length..][..12], leftOut[0].Message, StringComparison.Ordinal);
            Assert.DoesNotContain(leftOut[0].Message, char.IsControl);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("mail*")]
    public async Task What_is_no_message_is_told_by_its_number_and_the_others_come(string? subject)
    {
        await using var server = Pop3(["+OK", "hello", "."], "TOP");
        var leftOut = new List<MailAdminException>();

        var mails = await ReceiveAsync(At(server, MailProtocol.Pop3) with { Subject = subject, Remove = true }, leftOut.Add);

        Assert.Equal(["mail 1", "mail 3"], mails.Select(m => m.Subject));
        Assert.Equal(["DELE 1", "DELE 3"], server.Received.Where(l => l.StartsWith("DELE", StringComparison.Ordinal)));
        // What has no header that could be read is none of those that a filter means.
        Assert.Equal(subject is null ? ["MessageNotReadable b"] : [], leftOut.Select(e => $"{e.ErrorId} {e.Target}"));
        Assert.All(leftOut, e => Assert.Contains("message 2 (b) is no Internet message", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_an_IMAP_server_does_not_give_out_is_told_and_the_others_come()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.SendAsync("* PREAUTH [CAPABILITY IMAP4rev1] welcome");
            while (await connection.ReadAsync() is { } line)
            {
                var words = line.Split(' ');
                var tag = words[0];
                await (words[1].ToUpperInvariant() switch
                {
                    "CAPABILITY" => connection.SendAsync("* CAPABILITY IMAP4rev1", $"{tag} OK"),
                    "LIST" => connection.SendAsync("* LIST () \"/\" INBOX", $"{tag} OK"),
                    "EXAMINE" => connection.SendAsync("* 2 EXISTS", "* OK [UIDVALIDITY 1] ok", $"{tag} OK [READ-ONLY]"),
                    "UID" when words[2] == "SEARCH" => connection.SendAsync("* SEARCH 7 8", $"{tag} OK"),
                    "UID" when line.Contains("ENVELOPE", StringComparison.Ordinal) => connection.SendAsync(
                        "* 1 FETCH (UID 7 FLAGS () RFC822.SIZE 15 ENVELOPE (NIL \"one\" NIL NIL NIL NIL NIL NIL NIL NIL))",
                        "* 2 FETCH (UID 8 FLAGS () RFC822.SIZE 16 ENVELOPE (NIL \"two\" NIL NIL NIL NIL NIL NIL NIL NIL))", $"{tag} OK"),
                    "UID" when words[3] == "7" => connection.SendAsync($"{tag} NO That message cannot be read"),
                    "UID" => connection.SendAsync("* 2 FETCH (UID 8 BODY[] {16}", "Subject: two", "", ")", $"{tag} OK"),
                    _ => connection.SendAsync($"{tag} OK"),
                });
            }
        });
        var leftOut = new List<MailAdminException>();

        var mails = await ReceiveAsync(At(server, MailProtocol.Imap), leftOut.Add);

        Assert.Equal(["two"], mails.Select(m => m.Subject));
        Assert.Equal("MessageNotReadable", Assert.Single(leftOut).ErrorId);
        Assert.Contains("message 7: That message cannot be read", leftOut[0].Message, StringComparison.Ordinal);
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
