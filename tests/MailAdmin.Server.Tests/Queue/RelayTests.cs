using MailAdmin.Administration;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Queue;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>Mail on its way to another server: what goes over the wire, what is put off, what comes back.</summary>
public sealed class RelayTests
{
    [Fact]
    public async Task A_message_arrives_as_it_was_handed_in_without_our_return_path()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.SendAsync("Carol.Smith@Elsewhere.Test");
        var message = await bench.Remote.NextAsync();
        Assert.StartsWith("MAIL FROM:<alice@example.com> SIZE=", message.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<Carol.Smith@elsewhere.test>"], message.Recipients);
        Assert.Equal(new SendOptions().Content["Return-Path: <alice@example.com>\r\n".Length..], message.Text);
        var relayed = await bench.EventAsync("Relayed");
        Assert.Contains("Carol.Smith@elsewhere.test taken by mx.test: 250 2.0.0 taken", relayed.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.QueueAsync());
        Assert.Equal((1, 0, 0L), ((await bench.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesRelayed, 0, (await bench.Administration.GetStatisticsAsync(CancellationToken.None)).QueueDepth));
    }

    [Fact]
    public async Task Local_and_remote_recipients_share_one_message()
    {
        await using var bench = await RelayBench.StartAsync();
        var outcome = await bench.SendAsync("bob@example.com", "carol@elsewhere.test", "dave@elsewhere.test", "erin@other.test");
        Assert.Single(outcome.Places);
        var (first, second) = (await bench.Remote.NextAsync(), await bench.Remote.NextAsync());
        Assert.Equal([1, 2], new[] { first, second }.Select(m => m.Recipients.Count).Order());
        Assert.Single(await bench.MailAsync("bob@example.com"));
        await bench.EmptyAsync();
    }

    [Fact]
    public async Task Each_recipient_is_answered_for_by_itself()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.Contains("<later@", StringComparison.Ordinal) ? "450 4.2.1 not now" : step.Contains("<nobody@", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null;
        await bench.SendAsync("carol@elsewhere.test", "later@elsewhere.test", "nobody@elsewhere.test");
        Assert.Equal(["RCPT TO:<carol@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
        Assert.Contains("nobody@elsewhere.test", (await bench.EventAsync("Bounced")).Message, StringComparison.Ordinal);

        var waiting = Assert.Single(await bench.QueueAsync());
        Assert.Equal(["later@elsewhere.test"], waiting.Recipients.Select(r => r.Address));
        Assert.Equal(("450 4.2.1 not now", 1), (waiting.Recipients[0].LastReply, waiting.Attempts));
        var report = Assert.Single(await bench.MailAsync("alice@example.com"));
        Assert.Contains("Final-Recipient: rfc822; nobody@elsewhere.test\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.test\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n", report, StringComparison.Ordinal);
        Assert.DoesNotContain("later@", report, StringComparison.Ordinal);

        bench.Remote.Answer = _ => null;
        bench.ToNextAttempt();
        Assert.Equal(["RCPT TO:<later@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
        await bench.EmptyAsync();
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_connection_that_drops_at_any_step_loses_nothing_and_sends_nothing_twice(string at)
    {
        foreach (var how in (string[])[RemoteServer.Drop, "421 4.3.2 going down", "451 4.3.0 out of order", "not SMTP at all"])
        {
            await using var bench = await RelayBench.StartAsync();
            bench.Remote.Answer = step => step.StartsWith(at, StringComparison.Ordinal) ? how : null;
            await bench.SendAsync("carol@elsewhere.test");
            await bench.EventAsync("Deferred");
            var waiting = Assert.Single(await bench.QueueAsync());
            Assert.Equal(1, waiting.Attempts);
            Assert.NotEmpty(waiting.LastReply!);
            bench.Remote.Answer = _ => null;
            bench.ToNextAttempt();
            await bench.Remote.NextAsync();
            await bench.EmptyAsync();
            Assert.False(bench.Remote.HasMore);
            Assert.Empty(await bench.MailAsync("alice@example.com"));
        }
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_refusal_for_good_at_any_step_comes_back_to_the_sender(string at)
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith(at, StringComparison.Ordinal) ? "554 5.7.1 never" : null;
        await bench.SendAsync("carol@elsewhere.test");
        await bench.EventAsync("Bounced");
        Assert.Empty(await bench.QueueAsync());
        Assert.Contains("Status: 5.7.1", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
        Assert.False(bench.Remote.HasMore);
    }

    [Theory]
    [InlineData("RCPT", "DATA")]
    [InlineData("RCPT", "RSET")]
    [InlineData("DATA", "RSET")]
    public async Task A_refusal_holds_also_where_the_connection_drops_behind_it(string at, string drops)
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith(at, StringComparison.Ordinal) ? "554 5.7.1 never" : step.StartsWith(drops, StringComparison.Ordinal) ? RemoteServer.Drop : null;
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Equal("Bounced", (await bench.EventAsync("Bounced", "Deferred")).Kind);
        Assert.Contains("Status: 5.7.1", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);

        // Nor is the next message blamed for it.
        bench.Remote.Answer = _ => null;
        await bench.SendAsync("dave@elsewhere.test");
        Assert.Equal(["RCPT TO:<dave@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
    }

    [Fact]
    public async Task A_server_that_refuses_at_its_door_is_asked_again()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step == "CONNECT" ? "554 no service here" : null;
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Contains("554 no service here", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_pipelining_each_command_waits_for_its_answer()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("8BITMIME"));
        await bench.SendAsync("carol@elsewhere.test", "dave@elsewhere.test");
        var message = await bench.Remote.NextAsync();
        Assert.Equal("MAIL FROM:<alice@example.com>", message.Mail);
        Assert.Equal(2, message.Recipients.Count);
    }

    [Fact]
    public async Task An_old_server_is_greeted_with_helo()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith("EHLO", StringComparison.Ordinal) ? "500 what?" : null;
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Equal("MAIL FROM:<alice@example.com>", (await bench.Remote.NextAsync()).Mail);
    }

    [Fact]
    public async Task Many_messages_share_connections()
    {
        await using var bench = await RelayBench.StartAsync(options: o => o with { ConnectionsPerDestination = 3 });
        for (var i = 0; i < 60; i++)
        {
            await bench.SendAsync($"user{i}@elsewhere.test");
        }

        for (var i = 0; i < 60; i++)
        {
            await bench.Remote.NextAsync();
        }

        await bench.EmptyAsync();
        Assert.InRange(bench.Remote.MostOpen, 1, 3);
        Assert.InRange(bench.Remote.Connections, 1, 20);
    }

    [Fact]
    public async Task A_kept_connection_that_the_peer_closed_costs_no_attempt()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.SendAsync("carol@elsewhere.test");
        await bench.Remote.NextAsync();
        await bench.EmptyAsync();
        var dropped = false;
        bench.Remote.Answer = step => step.StartsWith("MAIL", StringComparison.Ordinal) && !dropped && (dropped = true) ? RemoteServer.Drop : null;
        await bench.SendAsync("dave@elsewhere.test");
        Assert.Equal(["RCPT TO:<dave@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
        Assert.Equal(0, (await bench.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesDeferred);
    }

    [Fact]
    public async Task What_is_too_many_for_one_transaction_goes_in_the_next_at_once()
    {
        await using var bench = await RelayBench.StartAsync();
        var taken = 0;
        bench.Remote.Answer = step =>
        {
            taken = step.StartsWith("MAIL", StringComparison.Ordinal) ? 0 : step.StartsWith("RCPT", StringComparison.Ordinal) ? taken + 1 : taken;
            return step.StartsWith("RCPT", StringComparison.Ordinal) && taken > 2 ? "452 4.5.3 too many recipients" : null;
        };
        await bench.SendAsync("a@elsewhere.test", "b@elsewhere.test", "c@elsewhere.test", "d@elsewhere.test", "e@elsewhere.test");
        Assert.Equal([2, 2, 1], new[] { await bench.Remote.NextAsync(), await bench.Remote.NextAsync(), await bench.Remote.NextAsync() }.Select(m => m.Recipients.Count));
        await bench.EmptyAsync();
    }

    [Theory]
    [InlineData("8BITMIME", QueueNeeds.EightBit, "Subject: x\r\n\r\nplain", null, false)]
    [InlineData("8BITMIME", QueueNeeds.EightBit, "Subject: x\r\n\r\ngrün", null, true)]
    [InlineData("BINARYMIME", QueueNeeds.Binary | QueueNeeds.EightBit, "Subject: x\r\n\r\nx", null, true)]
    [InlineData("SMTPUTF8", QueueNeeds.Utf8, "Subject: x\r\n\r\ngrün", null, false)]
    [InlineData("SMTPUTF8", QueueNeeds.Utf8, "Subject: grün\r\n\r\nx", null, true)]
    [InlineData("SMTPUTF8", QueueNeeds.Utf8, "Subject: x\r\n\r\nx", "jörg@elsewhere.test", true)]
    public async Task What_a_next_hop_cannot_take_comes_back(string lacking, QueueNeeds needs, string content, string? recipient, bool bounces)
    {
        string[] all = ["PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"];
        await using var bench = await RelayBench.StartAsync(new RemoteServer([.. all.Where(e => e != lacking)]));
        await bench.SendAsync(new SendOptions { Needs = needs, Content = content }, recipient ?? "carol@elsewhere.test");
        if (bounces)
        {
            Assert.Contains(lacking, (await bench.EventAsync("Bounced")).Message, StringComparison.Ordinal);
            Assert.Contains(lacking == "SMTPUTF8" ? "Status: 5.6.7" : "Status: 5.6.3", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(content + (content.EndsWith('\n') ? "" : "\r\n"), (await bench.Remote.NextAsync()).Text);
        }
    }

    [Fact]
    public async Task Binary_content_goes_in_chunks_as_it_is()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME"));
        await bench.SendAsync(new SendOptions { Needs = QueueNeeds.Binary | QueueNeeds.EightBit, Content = "Subject: x\r\n\r\n.\nbare\0" }, "carol@elsewhere.test");
        var message = await bench.Remote.NextAsync();
        Assert.Equal("Subject: x\r\n\r\n.\nbare\0", message.Text);
        Assert.Contains("BODY=BINARYMIME", message.Mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_larger_than_the_next_hop_takes_is_not_sent()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING", "SIZE 100"));
        await bench.SendAsync(new SendOptions { Content = "Subject: x\r\n\r\n" + new string('x', 200) }, "carol@elsewhere.test");
        Assert.Contains("100 octets", (await bench.EventAsync("Bounced")).Message, StringComparison.Ordinal);
        Assert.Contains("Status: 5.3.4", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_may_relay_who_is_not_logged_in_and_an_alias_may_lead_out()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.Administration.SetAliasAsync("forward@example.com", ["carol@elsewhere.test", "bob@example.com"], false, CancellationToken.None);
        await using (var stranger = bench.Server.Host.Context.Delivery.Begin(new DeliveryContext("x@other.test", null, "test", "192.0.2.1", MailProtocol.Smtp)))
        {
            foreach (var recipient in (string[])["carol@elsewhere.test", "carol%elsewhere.test@other.test", "x@[127.0.0.1]", "@example.com:carol@elsewhere.test", "carol@elsewhere.test@other.test"])
            {
                Assert.NotEqual(RecipientStatus.Accepted, (await stranger.AddRecipientAsync(recipient, CancellationToken.None)).Status);
            }
        }

        await bench.SendAsync(new SendOptions { LoggedIn = false, Sender = "x@other.test" }, "forward@example.com");
        var message = await bench.Remote.NextAsync();
        Assert.StartsWith("MAIL FROM:<x@other.test>", message.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<carol@elsewhere.test>"], message.Recipients);
        Assert.Single(await bench.MailAsync("bob@example.com"));
    }

    [Fact]
    public async Task Nothing_leaves_while_the_server_captures_and_what_waits_goes_when_it_relays()
    {
        await using var bench = await RelayBench.StartAsync(settings: s => s with { Outbound = MailOutboundMode.Refuse });
        await using (var transaction = bench.Server.Host.Context.Delivery.Begin(new DeliveryContext(null, null, "test", "127.0.0.1", MailProtocol.Smtp)))
        {
            Assert.Equal(RecipientStatus.RelayDenied, (await transaction.AddRecipientAsync("carol@elsewhere.test", CancellationToken.None)).Status);
        }

        await bench.Administration.SetServerAsync(new MailServerChange { Outbound = MailOutboundMode.Relay }, CancellationToken.None);
        bench.Remote.Answer = step => step == "CONNECT" ? "421 not yet" : null;
        await bench.SendAsync("carol@elsewhere.test");
        await bench.EventAsync("Deferred");
        await bench.Administration.SetServerAsync(new MailServerChange { Outbound = MailOutboundMode.Capture }, CancellationToken.None);
        bench.Remote.Answer = _ => null;
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await bench.Administration.GetStatisticsAsync(CancellationToken.None)).QueueDepth);
        Assert.True((await bench.Administration.GetServerAsync(CancellationToken.None)).IsDevelopment);
        Assert.False(bench.Remote.HasMore);
        await bench.Administration.SetServerAsync(new MailServerChange { Outbound = MailOutboundMode.Relay }, CancellationToken.None);
        await bench.Remote.NextAsync();
    }

    [Theory]
    [InlineData("<last@", "PIPELINING", "8BITMIME")]
    [InlineData("<last@", "8BITMIME")]
    [InlineData("<last@", "PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME")]
    [InlineData("<middle@", "PIPELINING", "8BITMIME")]
    [InlineData("<middle@", "8BITMIME")]
    [InlineData("DATA", "PIPELINING", "8BITMIME")]
    [InlineData("DATA", "8BITMIME")]
    [InlineData(".", "PIPELINING", "8BITMIME")]
    public async Task A_recipient_that_was_taken_waits_until_its_content_is_taken_too(string at, params string[] extensions)
    {
        foreach (var how in (string[])["421 4.7.0 too many errors", RemoteServer.Drop, "451 4.3.0 later"])
        {
            await using var bench = await RelayBench.StartAsync(new RemoteServer(extensions));
            bench.Remote.Answer = step => step.Contains("<nobody@", StringComparison.Ordinal) ? "550 5.1.1 no such user" : step.Contains(at, StringComparison.Ordinal) ? how : null;
            if (how.StartsWith("451", StringComparison.Ordinal) && at.StartsWith('<'))
            {
                // Such an answer is that recipient's alone.
                continue;
            }

            await bench.SendAsync(
                new SendOptions { Needs = extensions.Contains("BINARYMIME") ? QueueNeeds.Binary | QueueNeeds.EightBit : QueueNeeds.None },
                "carol@elsewhere.test", "nobody@elsewhere.test", "middle@elsewhere.test", "dave@elsewhere.test", "last@elsewhere.test");
            Assert.Equal("Deferred", (await bench.EventAsync("Relayed", "Deferred")).Kind);
            var waiting = Assert.Single(await bench.QueueAsync());
            Assert.Subset(waiting.Recipients.Select(r => r.Address).ToHashSet(), new HashSet<string> { "carol@elsewhere.test", "middle@elsewhere.test", "dave@elsewhere.test", "last@elsewhere.test" });
            bench.Remote.Answer = _ => null;
            bench.ToNextAttempt();
            Assert.Superset(new HashSet<string> { "RCPT TO:<carol@elsewhere.test>", "RCPT TO:<dave@elsewhere.test>", "RCPT TO:<last@elsewhere.test>" }, (await bench.Remote.NextAsync()).Recipients.ToHashSet());
            await bench.EmptyAsync();
            Assert.False(bench.Remote.HasMore);
        }
    }

    [Fact]
    public async Task A_kept_connection_that_takes_no_more_messages_costs_no_attempt()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.SendAsync("carol@elsewhere.test");
        await bench.Remote.NextAsync();
        await bench.EmptyAsync();
        var refused = false;
        bench.Remote.Answer = step => step.StartsWith("MAIL", StringComparison.Ordinal) && !refused && (refused = true) ? "421 4.7.0 enough over this connection" : null;
        await bench.SendAsync("dave@elsewhere.test");
        Assert.Equal("Relayed", (await bench.EventAsync("Relayed", "Deferred")).Kind);
        Assert.Equal("Relayed", (await bench.EventAsync("Relayed", "Deferred")).Kind);
        Assert.Equal((true, 2), (refused, bench.Remote.Connections));
    }

    [Fact]
    public async Task Recipients_that_had_no_turn_do_not_wait_for_those_that_were_refused()
    {
        await using var bench = await RelayBench.StartAsync(options: o => o with { RecipientsPerTransaction = 2 });
        bench.Remote.Answer = step => step.Contains("<nobody", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null;
        await bench.SendAsync("nobody1@elsewhere.test", "nobody2@elsewhere.test", "carol@elsewhere.test");
        Assert.Equal(["RCPT TO:<carol@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
    }

    [Fact]
    public async Task Recipients_that_had_no_turn_come_before_those_that_were_put_off()
    {
        await using var bench = await RelayBench.StartAsync(options: o => o with { RecipientsPerTransaction = 2 });
        bench.Remote.Answer = step => step.Contains("<later", StringComparison.Ordinal) ? "450 4.2.1 not now" : null;
        await bench.SendAsync("later1@elsewhere.test", "later2@elsewhere.test", "carol@elsewhere.test");
        await bench.EventAsync("Deferred");
        bench.ToNextAttempt();
        Assert.Equal(["RCPT TO:<carol@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_peer_that_reads_no_more()
    {
        using var directory = new TempDirectory();
        MailServerSettings Kept(MailServerSettings s) => s with { Ephemeral = false, StorePath = directory.Path, SmtpPort = 0, SubmissionPort = -1, SubmissionsPort = -1, ImapPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 };
        Func<QueueOptions, QueueOptions> hurried = o => o with { StopGrace = TimeSpan.FromMilliseconds(100) };
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING"), Kept, hurried);
        var asked = new TaskCompletionSource();
        bench.Remote.Answer = step =>
        {
            if (step != "DATA")
            {
                return null;
            }

            asked.TrySetResult();
            return RemoteServer.Stall;
        };
        // More than the sockets' buffers take, and none of it fit to be written as it is.
        await bench.SendAsync(new SendOptions { Content = "Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat(".line\r\n", 4_000_000)) }, "carol@elsewhere.test");
        await Eventually.Within(asked.Task, "DATA");
        await Eventually.Within(bench.StopServerAsync().AsTask(), "the stop");

        bench.Remote.Answer = step => step.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.3.0 later" : null;
        await bench.StartServerAsync(Kept, hurried);
        await bench.EventAsync("Deferred");
        Assert.Equal(1, Assert.Single(await bench.QueueAsync()).Attempts);
        Assert.False(bench.Remote.HasMore);
    }

    [Fact]
    public async Task What_could_not_be_written_is_followed_by_nothing_that_ends_it()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        using var peer = await listener.AcceptSocketAsync();
        await using (var wire = new RelayWire(socket, TimeProvider.System, new QueueOptions()))
        {
            wire.Add("the end of a content");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.FlushAsync(new CancellationToken(canceled: true)).AsTask());
            wire.Add("QUIT");
            await wire.FlushAsync(CancellationToken.None);
        }

        using var stream = new System.Net.Sockets.NetworkStream(peer);
        using var reader = new StreamReader(stream);
        Assert.Equal("QUIT\r\n", await Eventually.Within(reader.ReadToEndAsync(), "the end"));
    }
}
