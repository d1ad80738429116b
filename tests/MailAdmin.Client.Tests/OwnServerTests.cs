using System.Net;
using MailAdmin.Client.Probing;
using MailAdmin.Client.Receiving;
using MailAdmin.Client.Sending;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MailAdmin.Testing;

namespace MailAdmin.Client.Tests;

/// <summary>The engines against a whole server of this project.</summary>
public sealed class OwnServerTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private MailServerInfo _info = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"]);
        _info = await _server.Administration.GetServerAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private static NetworkCredential Login(string name) => new($"{name}@example.com", TestServer.Password);

    private MailSendRequest Mail(string subject, MailProtocol protocol = MailProtocol.Submission, MailTlsMode mode = MailTlsMode.StartTls)
    {
        var endpoint = _info.Find(protocol, mode)!;
        return new MailSendRequest
        {
            Server = endpoint.Address,
            Port = endpoint.Port,
            TlsMode = mode,
            Credential = protocol == MailProtocol.Submission ? Login("alice") : null,
            CertificateThumbprint = _info.CertificateThumbprint,
            From = "Alice <alice@example.com>",
            To = ["bob@example.com"],
            Subject = subject,
            Timeout = TimeSpan.FromSeconds(120),
            Body = $"Text of {subject}\r\n.\r\n",
        };
    }

    private MailReceiveRequest From(MailProtocol protocol, MailTlsMode mode = MailTlsMode.Implicit)
    {
        var endpoint = _info.Find(protocol, mode)!;
        return new MailReceiveRequest
        {
            Server = endpoint.Address,
            Protocol = protocol,
            Port = endpoint.Port,
            TlsMode = mode,
            Credential = Login("bob"),
            Timeout = TimeSpan.FromSeconds(120),
            CertificateThumbprint = _info.CertificateThumbprint,
        };
    }

    private static Task<MailSendResult> SendAsync(MailSendRequest request) => new MailSender().SendAsync(request, null, TestContext.Current.CancellationToken);

    private static async Task<List<ReceivedMail>> ReceiveAsync(MailReceiveRequest request, Action<TranscriptLine>? transcript = null, Action<MailAdminException>? leftOut = null)
    {
        var mails = new List<ReceivedMail>();
        await foreach (var mail in new MailReceiver().ReceiveAsync(request, transcript, leftOut, TestContext.Current.CancellationToken))
        {
            mails.Add(mail);
        }

        return mails;
    }

    [Theory]
    [InlineData(MailProtocol.Imap, MailTlsMode.Implicit)]
    [InlineData(MailProtocol.Imap, MailTlsMode.StartTls)]
    [InlineData(MailProtocol.Pop3, MailTlsMode.Implicit)]
    [InlineData(MailProtocol.Pop3, MailTlsMode.StartTls)]
    public async Task What_is_sent_is_received_and_stays(MailProtocol protocol, MailTlsMode mode)
    {
        var first = await SendAsync(Mail("Erste – 1"));
        var second = await SendAsync(Mail("Zweite – 2", MailProtocol.Submission, MailTlsMode.Implicit));

        for (var look = 0; look < 2; look++)
        {
            var mails = await ReceiveAsync(From(protocol, mode));
            Assert.Equal([first.MessageId, second.MessageId], mails.Select(m => m.MessageId));
            Assert.Equal(["Erste – 1", "Zweite – 2"], mails.Select(m => m.Subject));
            Assert.Equal("Text of Erste – 1\n.\n", mails[0].Text!.ReplaceLineEndings("\n"));
            Assert.DoesNotContain("\\Seen", mails[0].Flags);
            Assert.NotNull(mails[0].Uid);
            Assert.True(mails[0].SizeBytes > 100);
        }
    }

    [Theory]
    [InlineData(MailProtocol.Imap)]
    [InlineData(MailProtocol.Pop3)]
    public async Task The_filters_choose(MailProtocol protocol)
    {
        var sent = new List<MailSendResult>();
        foreach (var subject in new[] { "code 1", "other", "code 2" })
        {
            sent.Add(await SendAsync(Mail(subject)));
        }

        Assert.Equal(["code 1", "code 2"], (await ReceiveAsync(From(protocol) with { Subject = "CODE*" })).Select(m => m.Subject));
        Assert.Equal(["code 2"], (await ReceiveAsync(From(protocol) with { Subject = "code*", Newest = 1 })).Select(m => m.Subject));
        Assert.Equal(["other", "code 2"], (await ReceiveAsync(From(protocol) with { Newest = 2 })).Select(m => m.Subject));
        Assert.Equal(["other"], (await ReceiveAsync(From(protocol) with { MessageId = $"<{sent[1].MessageId}>" })).Select(m => m.Subject));
        Assert.Empty(await ReceiveAsync(From(protocol) with { MessageId = "none@x" }));
    }

    [Theory]
    [InlineData(MailProtocol.Imap)]
    [InlineData(MailProtocol.Pop3)]
    public async Task Remove_takes_away_what_was_fetched_and_nothing_else(MailProtocol protocol)
    {
        await SendAsync(Mail("goes"));
        await SendAsync(Mail("stays"));

        Assert.Single(await ReceiveAsync(From(protocol) with { Subject = "goes", Remove = true }));

        Assert.Equal(["stays"], (await ReceiveAsync(From(protocol))).Select(m => m.Subject));
    }

    // What a message was removed by is no trouble of the server's: nothing is missing but what is gone.
    [Theory]
    [InlineData(MailProtocol.Imap)]
    [InlineData(MailProtocol.Pop3)]
    public async Task What_another_session_removes_meanwhile_is_left_out_without_a_word(MailProtocol protocol)
    {
        foreach (var subject in new[] { "one", "two", "three" })
        {
            await SendAsync(Mail(subject));
        }

        // Behind the list and before it is asked for; a POP3 session reads some messages ahead.
        var removed = 0;
        void Hear(TranscriptLine line)
        {
            if (line.Direction == TranscriptDirection.Client && line.Text.Contains(protocol == MailProtocol.Imap ? "FETCH 1 " : "LIST", StringComparison.Ordinal) && ++removed == 1)
            {
                _server.Administration.RemoveMessagesAsync("bob@example.com", "INBOX", [2], CancellationToken.None).GetAwaiter().GetResult();
            }
        }

        var leftOut = new List<MailAdminException>();
        var mails = await ReceiveAsync(From(protocol), Hear, leftOut.Add);

        Assert.Equal(1, removed);
        Assert.Equal(["one", "three"], mails.Select(m => m.Subject));
        Assert.Empty(leftOut);
    }

    [Fact]
    public async Task A_wrong_password_and_a_missing_folder_are_clear_errors_without_secrets()
    {
        var transcript = new List<TranscriptLine>();
        var refused = await Assert.ThrowsAsync<MailAdminException>(() => ReceiveAsync(From(MailProtocol.Imap) with { Credential = new("bob@example.com", "wr0ng-secret") }, transcript.Add));
        var missing = await Assert.ThrowsAsync<MailAdminException>(() => ReceiveAsync(From(MailProtocol.Imap) with { Folder = "No/Such" }));

        Assert.Equal(("LoginRefused", "FolderNotFound"), (refused.ErrorId, missing.ErrorId));
        Assert.NotEmpty(transcript);
        Assert.DoesNotContain(transcript, l => l.Text.Contains("wr0ng-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_probe_finds_every_endpoint_sound_and_leaves_nothing_behind()
    {
        var results = new List<ProtocolTestResult>();
        await foreach (var result in new ProtocolProbe().RunAsync(
            new ProtocolTestRequest { ComputerName = "127.0.0.1", Endpoints = _info.Endpoints, Credential = Login("bob"), CertificateThumbprint = _info.CertificateThumbprint, Timeout = TimeSpan.FromSeconds(120) },
            TestContext.Current.CancellationToken))
        {
            results.Add(result);
        }

        Assert.DoesNotContain(results, r => r.Result is ProtocolTestOutcome.Failure or ProtocolTestOutcome.Warning);
        Assert.Equal(7, results.Count(r => r is { Check: ProtocolCheck.RoundTrip, Result: ProtocolTestOutcome.Success }));
        Assert.Equal(Enum.GetValues<ProtocolCheck>(), results.Where(r => r.Service == "imaps").Select(r => r.Check).Order());
        Assert.Empty(await ReceiveAsync(From(MailProtocol.Imap)));
    }
}
