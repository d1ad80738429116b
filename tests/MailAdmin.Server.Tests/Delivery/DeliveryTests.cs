using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Server.Delivery;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Delivery;

public sealed class DeliveryTests
{
    [Fact]
    public async Task A_full_mailbox_is_refused_at_rcpt_and_by_the_announced_size()
    {
        await using var server = await TestServer.StartAsync(["full@example.com"]);
        await server.Administration.SetMailboxAsync("full@example.com", new MailboxChange { QuotaBytes = 1000 }, CancellationToken.None);
        var mailbox = await FindAsync(server, "full@example.com");
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "full@example.com"));
        Assert.Equal(RecipientStatus.OverQuota, await AskAsync(server, "full@example.com", declared: 1001));

        // Below by announcement, above by count: refused at the end, nothing kept.
        await using (var transaction = Begin(server))
        {
            await transaction.AddRecipientAsync("full@example.com", CancellationToken.None);
            Assert.Equal(DeliveryStatus.OverQuota, (await CommitAsync(server, transaction, new string('x', 2000))).Status);
        }

        await using (var transaction = Begin(server))
        {
            await transaction.AddRecipientAsync("full@example.com", CancellationToken.None);
            Assert.Equal(DeliveryStatus.Delivered, (await CommitAsync(server, transaction, new string('x', 1000))).Status);
        }

        Assert.Equal(RecipientStatus.OverQuota, await AskAsync(server, "full@example.com"));
        Assert.Equal(1, (await FindAsync(server, "full@example.com")).MessageCount);
        Assert.Equal(mailbox.Id, (await FindAsync(server, "full@example.com")).Id);
    }

    [Fact]
    public async Task A_full_member_keeps_mail_from_nobody_else_and_its_sender_is_told()
    {
        await using var server = await StartWithFullAsync();
        await AliasAsync(server, "all@example.com", "alice@example.com", "full@example.com", "carol@example.com");
        await AliasAsync(server, "one@example.com", "full@example.com");
        Assert.Equal(RecipientStatus.OverQuota, await AskAsync(server, "full@example.com"));
        Assert.Equal(RecipientStatus.OverQuota, await AskAsync(server, "one@example.com"));
        await using (var transaction = Begin(server, sender: "carol@example.com"))
        {
            Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("All@example.com", CancellationToken.None)).Status);
            var outcome = await CommitAsync(server, transaction, "Return-Path: <carol@example.com>\r\nSubject: to all\r\n\r\nbody\r\n");
            Assert.Equal((DeliveryStatus.Delivered, 2), (outcome.Status, outcome.Places.Count));
        }

        Assert.Equal((1, 1), ((await FindAsync(server, "alice@example.com")).MessageCount, (await FindAsync(server, "full@example.com")).MessageCount));
        var mail = await MailAsync(server, "carol@example.com");
        Assert.Equal(2, mail.Count);
        var report = Report(mail);
        Assert.Contains("\r\nTo: carol@example.com\r\n", report, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822; All@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\n", report, StringComparison.Ordinal);
        Assert.Contains("Subject: to all\r\n", report, StringComparison.Ordinal);
        // Who reads an alias is not its senders' to know; an administrator's it is.
        Assert.DoesNotContain("full@", report, StringComparison.Ordinal);
        var told = await Eventually.First(server.Administration.WatchEventsAsync(-1, CancellationToken.None), e => e.Kind == "Bounced", "the event Bounced");
        Assert.Equal("full@example.com", told.Mailbox);
        Assert.Equal(1, (await server.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesBounced);
    }

    [Fact]
    public async Task A_recipient_that_is_full_at_the_end_keeps_mail_from_nobody_else()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "small@example.com", "tiny@example.com"]);
        await server.Administration.SetMailboxAsync("small@example.com", new MailboxChange { QuotaBytes = 1000 }, CancellationToken.None);
        await server.Administration.SetMailboxAsync("tiny@example.com", new MailboxChange { QuotaBytes = 900 }, CancellationToken.None);
        await using (var transaction = Begin(server, sender: "alice@example.com"))
        {
            foreach (var recipient in new[] { "small@example.com", "alice@example.com", "tiny@example.com" })
            {
                Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync(recipient, CancellationToken.None)).Status);
            }

            var outcome = await CommitAsync(server, transaction, "Subject: x\r\n\r\n" + new string('x', 2000));
            Assert.Equal((DeliveryStatus.Delivered, 1), (outcome.Status, outcome.Places.Count));
        }

        var mail = await MailAsync(server, "alice@example.com");
        Assert.Equal(2, mail.Count);
        Assert.Contains("Final-Recipient: rfc822; small@example.com\r\n", Report(mail), StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822; tiny@example.com\r\n", Report(mail), StringComparison.Ordinal);

        // Nobody left: then there is somebody to say it to.
        await using (var transaction = Begin(server))
        {
            await transaction.AddRecipientAsync("small@example.com", CancellationToken.None);
            await transaction.AddRecipientAsync("tiny@example.com", CancellationToken.None);
            Assert.Equal(DeliveryStatus.OverQuota, (await CommitAsync(server, transaction, new string('x', 2000))).Status);
        }

        Assert.Equal(2, (await MailAsync(server, "alice@example.com")).Count);
    }

    [Theory]
    [InlineData(MailOutboundMode.Capture, "x@elsewhere.test")]
    [InlineData(MailOutboundMode.Refuse, "x@elsewhere.test")]
    [InlineData(MailOutboundMode.Relay, "x@elsewhere.test")]
    [InlineData(MailOutboundMode.Relay, "nobody@example.com")]
    [InlineData(MailOutboundMode.Relay, "full@example.com")]
    [InlineData(MailOutboundMode.Relay, null)]
    public async Task A_sender_who_cannot_be_told_later_is_told_by_the_answer(MailOutboundMode outbound, string? sender)
    {
        await using var server = await StartWithFullAsync(s => s with { Outbound = outbound });
        await AliasAsync(server, "team@example.com", "carol@example.com", "full@example.com");
        await server.Administration.SetMailboxAsync("alice@example.com", new MailboxChange { QuotaBytes = 1000 }, CancellationToken.None);
        await BecomesAsync(server, "alice@example.com", RecipientStatus.OverQuota, declared: 1001);
        await using (var transaction = Begin(server, sender: sender))
        {
            Assert.Equal(RecipientStatus.OverQuota, (await transaction.AddRecipientAsync("team@example.com", CancellationToken.None)).Status);
            foreach (var recipient in new[] { "carol@example.com", "alice@example.com" })
            {
                Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync(recipient, CancellationToken.None)).Status);
            }

            // One answer for both: who is refused can come again, who has a 250 cannot know.
            Assert.Equal(DeliveryStatus.OverQuota, (await CommitAsync(server, transaction, new string('x', 2000))).Status);
        }

        Assert.Empty(await MailAsync(server, "carol@example.com"));
        Assert.Empty(server.Store.Queue.List());
        Assert.Equal(0, (await server.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesBounced);
    }

    [Fact]
    public async Task A_report_that_finds_no_room_leaves_nobody_out()
    {
        await using var server = await StartWithFullAsync();
        await AliasAsync(server, "all@example.com", "alice@example.com", "full@example.com");
        await server.Administration.SetMailboxAsync("carol@example.com", new MailboxChange { QuotaBytes = 100 }, CancellationToken.None);
        await BecomesAsync(server, "carol@example.com", RecipientStatus.OverQuota, declared: 101);
        await using var transaction = Begin(server, sender: "carol@example.com");
        Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("all@example.com", CancellationToken.None)).Status);
        Assert.Equal(DeliveryStatus.OverQuota, (await CommitAsync(server, transaction, "Subject: x\r\n\r\nx")).Status);
        Assert.Empty(await MailAsync(server, "alice@example.com"));
    }

    [Fact]
    public async Task A_report_that_cannot_be_stored_leaves_nobody_out()
    {
        var hooks = new StoreHooks();
        await using var server = await StartWithFullAsync(null, hooks);
        await AliasAsync(server, "all@example.com", "alice@example.com", "full@example.com");
        var deliveries = 0;
        hooks.Messages = (name, call) => name == nameof(IMessageStore.DeliverAsync) && ++deliveries == 1 ? throw Failure() : call();
        await using var transaction = Begin(server, sender: "carol@example.com");
        Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("all@example.com", CancellationToken.None)).Status);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await CommitAsync(server, transaction, "Subject: x\r\n\r\nx")).Status);
        Assert.Empty(await MailAsync(server, "alice@example.com"));
    }

    [Theory]
    [InlineData(1900)]
    [InlineData(2100)]
    public async Task A_sender_without_room_for_the_captured_copy_is_refused_before_anybody_has_the_message(int size)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"]);
        await server.Administration.SetMailboxAsync("alice@example.com", new MailboxChange { QuotaBytes = 2000 }, CancellationToken.None);
        await using var transaction = Begin(server, await FindAsync(server, "alice@example.com"), sender: "alice@example.com");
        await transaction.AddRecipientAsync("bob@example.com", CancellationToken.None);
        await transaction.AddRecipientAsync("someone@elsewhere.test", CancellationToken.None);
        Assert.Equal(DeliveryStatus.OverQuota, (await CommitAsync(server, transaction, "Subject: x\r\n\r\n" + new string('x', size))).Status);
        Assert.Empty(await MailAsync(server, "bob@example.com"));
    }

    [Fact]
    public async Task A_captured_copy_that_fails_last_refuses_nothing_that_is_delivered()
    {
        var hooks = new StoreHooks();
        await using var server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"], null, null, "smtp", hooks.Parts);
        var deliveries = 0;
        hooks.Messages = (name, call) => name == nameof(IMessageStore.DeliverAsync) && ++deliveries == 2 ? throw Failure() : call();
        await using var transaction = Begin(server, await FindAsync(server, "alice@example.com"), sender: "alice@example.com");
        await transaction.AddRecipientAsync("bob@example.com", CancellationToken.None);
        await transaction.AddRecipientAsync("someone@elsewhere.test", CancellationToken.None);
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        Assert.Equal(DeliveryStatus.Delivered, (await CommitAsync(server, transaction, "Subject: x\r\n\r\nx")).Status);
        Assert.Single(await MailAsync(server, "bob@example.com"));
        Assert.Contains("the disk is away", (await Eventually.First(events, e => e.Kind == "Error", "the event")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(600_000)]
    public async Task A_message_that_is_refused_leaves_no_captured_copy(int size)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"], s => s with { Outbound = MailOutboundMode.Capture });
        var alice = await FindAsync(server, "alice@example.com");
        foreach (var isThere in new[] { true, false })
        {
            await using var transaction = Begin(server, alice, sender: "alice@example.com");
            await transaction.AddRecipientAsync("bob@example.com", CancellationToken.None);
            await transaction.AddRecipientAsync("someone@elsewhere.test", CancellationToken.None);
            if (!isThere)
            {
                await server.Store.Accounts.DeleteMailboxAsync((await FindAsync(server, "bob@example.com")).Id);
            }

            var outcome = await CommitAsync(server, transaction, "Subject: x\r\n\r\n" + new string('x', size));
            Assert.Equal(isThere ? DeliveryStatus.Delivered : DeliveryStatus.TemporaryFailure, outcome.Status);
            Assert.Contains("X-Envelope-To: <someone@elsewhere.test>", Assert.Single(await MailAsync(server, "alice@example.com", "Captured")), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("carol@example.com", true)]
    [InlineData("sender@elsewhere.test", false)]
    [InlineData(null, false)]
    public async Task A_target_that_nobody_has_keeps_mail_from_nobody_else_and_is_told(string? sender, bool isTold)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "carol@example.com"]);
        await AliasAsync(server, "team@example.com", "nosuch@example.com", "gone@example.com");
        await AliasAsync(server, "sales@example.com", "team@example.com", "alice@example.com");
        await using (var transaction = Begin(server, sender: sender))
        {
            Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("Sales@example.com", CancellationToken.None)).Status);
            Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("Sales@example.com", CancellationToken.None)).Status);
            Assert.Equal(DeliveryStatus.Delivered, (await CommitAsync(server, transaction, "Subject: x\r\n\r\nx")).Status);
        }

        Assert.Single(await MailAsync(server, "alice@example.com"));
        var mail = await MailAsync(server, "carol@example.com");
        Assert.Equal(isTold ? 1 : 0, mail.Count);
        foreach (var report in mail)
        {
            Assert.Contains("Final-Recipient: rfc822; Sales@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n", report, StringComparison.Ordinal);
            Assert.DoesNotContain("nosuch@", report, StringComparison.Ordinal);
        }

        var told = Assert.Single(await EventsAsync(server, "Bounced"));
        Assert.Equal((MailEventSeverity.Warning, "nosuch@example.com"), (told.Severity, told.Mailbox));
        Assert.Contains("for Sales@example.com not delivered to nosuch@example.com, a target of alias team@example.com which nobody has, and to 1 more", told.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await server.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesBounced);

        // With nobody else it is refused, and the administrator told why.
        await using var last = Begin(server, sender: sender);
        var outcome = await last.AddRecipientAsync("team@example.com", CancellationToken.None);
        Assert.Equal(RecipientStatus.UnknownMailbox, outcome.Status);
        Assert.Contains("nosuch@example.com", outcome.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_comes_to_where_mail_for_it_would()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "postmaster@example.com"]);
        await server.Administration.NewDomainAsync("caught.test", "alice@example.com", CancellationToken.None);
        await server.Administration.NewDomainAsync("ghost.test", "ghost@ghost.test", CancellationToken.None);
        await server.Administration.NewDomainAsync("plain.test", null, CancellationToken.None);
        await AliasAsync(server, "a@example.com", "any@caught.test", "postmaster@plain.test", "ghost@ghost.test", "any@ghost.test");
        await using var transaction = Begin(server);
        await transaction.AddRecipientAsync("a@example.com", CancellationToken.None);
        Assert.Equal(2, (await CommitAsync(server, transaction, "Subject: x\r\n\r\nx")).Places.Count);
        Assert.Single(await MailAsync(server, "alice@example.com"));
        Assert.Contains("ghost@ghost.test, a target of alias a@example.com which nobody has, and to 1 more", Assert.Single(await EventsAsync(server, "Bounced")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_names_the_mailboxes_that_have_the_message()
    {
        await using var server = await TestServer.StartAsync([.. Enumerable.Range(1, 7).Select(i => $"u{i}@example.com")]);
        foreach (var count in new[] { 1, 2, 7 })
        {
            await using var transaction = Begin(server);
            for (var i = 1; i <= count; i++)
            {
                await transaction.AddRecipientAsync($"u{i}@example.com", CancellationToken.None);
            }

            await CommitAsync(server, transaction, "Subject: x\r\n\r\nx");
        }

        var told = (await EventsAsync(server, "Delivered")).Select(e => e.Message).ToList();
        Assert.Equal("Message from <sender@elsewhere.test> delivered to u1@example.com, 15 octets", told[0]);
        Assert.Contains(" delivered to u1@example.com, u2@example.com, 15 octets", told[1], StringComparison.Ordinal);
        Assert.Contains(" delivered to u1@example.com, u2@example.com, u3@example.com, u4@example.com, u5@example.com and 2 more, 15 octets", told[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aliases_lead_on_and_round_and_deliver_once()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"]);
        await AliasAsync(server, "all@example.com", "alice@example.com", "team@example.com");
        await AliasAsync(server, "team@example.com", "bob@example.com", "alice+team@example.com", "all@example.com");
        await AliasAsync(server, "dangling@example.com", "gone@example.com");
        await AliasAsync(server, "self@example.com", "self@example.com");
        await using var transaction = Begin(server);
        Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("all@example.com", CancellationToken.None)).Status);
        Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync("bob@example.com", CancellationToken.None)).Status);
        Assert.Equal(RecipientStatus.UnknownMailbox, (await transaction.AddRecipientAsync("dangling@example.com", CancellationToken.None)).Status);
        Assert.Equal(RecipientStatus.UnknownMailbox, (await transaction.AddRecipientAsync("self@example.com", CancellationToken.None)).Status);
        Assert.Equal(2, (await CommitAsync(server, transaction, "x")).Places.Count);
        Assert.Equal(1, (await FindAsync(server, "alice@example.com")).MessageCount);
        Assert.Equal(1, (await FindAsync(server, "bob@example.com")).MessageCount);
    }

    [Fact]
    public async Task A_catch_all_takes_what_nobody_has_and_postmaster_finds_a_postmaster()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "postmaster@example.com"]);
        await server.Administration.NewDomainAsync("caught.test", "alice@example.com", CancellationToken.None);
        await server.Administration.NewDomainAsync("plain.test", null, CancellationToken.None);
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "anything@caught.test"));
        Assert.Equal(RecipientStatus.UnknownMailbox, await AskAsync(server, "anything@plain.test"));
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "postmaster@plain.test"));
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "PostMaster"));
    }

    [Fact]
    public async Task Without_a_postmaster_the_mailbox_that_was_made_first_gets_its_mail()
    {
        await using var server = await TestServer.StartAsync(["zoe@example.com"]);
        await server.AddMailboxAsync("alice@example.com");
        while ((await FindAsync(server, "alice@example.com")).CreatedAt == (await FindAsync(server, "zoe@example.com")).CreatedAt)
        {
            // The store's times are of a millisecond.
            await server.Store.Accounts.DeleteMailboxAsync((await FindAsync(server, "alice@example.com")).Id);
            await server.AddMailboxAsync("alice@example.com");
        }

        await server.Administration.NewDomainAsync("plain.test", null, CancellationToken.None);
        await using var transaction = Begin(server);
        foreach (var address in new[] { "postmaster", "PostMaster@example.com", "postmaster@plain.test" })
        {
            Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync(address, CancellationToken.None)).Status);
        }

        Assert.Single((await CommitAsync(server, transaction, "x")).Places);
        Assert.Equal(1, (await FindAsync(server, "zoe@example.com")).MessageCount);
        await server.Store.Accounts.DeleteMailboxAsync((await FindAsync(server, "zoe@example.com")).Id);
        await BecomesAsync(server, "postmaster", RecipientStatus.Accepted);
        await server.Store.Accounts.DeleteMailboxAsync((await FindAsync(server, "alice@example.com")).Id);
        await BecomesAsync(server, "postmaster", RecipientStatus.UnknownMailbox);
    }

    [Fact]
    public async Task What_is_remembered_of_a_recipient_goes_with_any_change_of_it()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"]);
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "alice@example.com"));
        await server.Administration.SetMailboxAsync("alice@example.com", new MailboxChange { QuotaBytes = 10 }, CancellationToken.None);
        await BecomesAsync(server, "alice@example.com", RecipientStatus.OverQuota, declared: 100);
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "bob@example.com"));
        await server.Store.Accounts.DeleteMailboxAsync((await FindAsync(server, "bob@example.com")).Id);
        await BecomesAsync(server, "bob@example.com", RecipientStatus.UnknownMailbox);
        await server.AddMailboxAsync("bob@example.com");
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "bob@example.com"));
    }

    [Fact]
    public async Task A_disabled_mailbox_still_gets_mail()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await server.Administration.SetMailboxAsync("alice@example.com", new MailboxChange { IsEnabled = false }, CancellationToken.None);
        Assert.Equal(RecipientStatus.Accepted, await AskAsync(server, "alice@example.com"));
    }

    [Theory]
    [InlineData(MailOutboundMode.Capture, true, RecipientStatus.Accepted)]
    [InlineData(MailOutboundMode.Capture, false, RecipientStatus.RelayDenied)]
    [InlineData(MailOutboundMode.Refuse, true, RecipientStatus.RelayDenied)]
    [InlineData(MailOutboundMode.Refuse, false, RecipientStatus.RelayDenied)]
    public async Task Mail_for_elsewhere_is_captured_only_for_a_login_and_where_it_is_asked_for(MailOutboundMode outbound, bool loggedIn, RecipientStatus status)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"], s => s with { Outbound = outbound });
        var submitter = loggedIn ? await FindAsync(server, "alice@example.com") : null;
        await AliasAsync(server, "forward@example.com", "someone@elsewhere.test", "alice@example.com");
        Assert.Equal(status, await AskAsync(server, "someone@elsewhere.test", submitter));
        Assert.Equal(status, await AskAsync(server, "forward@example.com", submitter));
    }

    [Fact]
    public async Task A_mailbox_removed_before_the_end_fails_for_now()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var transaction = Begin(server);
        await transaction.AddRecipientAsync("alice@example.com", CancellationToken.None);
        await server.Store.Accounts.DeleteMailboxAsync((await FindAsync(server, "alice@example.com")).Id);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await CommitAsync(server, transaction, "x")).Status);
    }

    private static IMailTransaction Begin(TestServer server, MailboxRecord? submitter = null, long declared = 0, string? sender = "sender@elsewhere.test") =>
        server.Host.Context.Delivery.Begin(new DeliveryContext(sender, submitter, "test", "127.0.0.1", MailProtocol.Smtp) { DeclaredSize = declared });

    private static MailAdminException Failure() => new("StoreIOError", MailErrorCategory.ResourceUnavailable, "the disk is away");

    // Which of the two a mailbox holds first is nobody's matter.
    private static string Report(List<string> mail) => mail.Single(m => m.StartsWith("Return-Path: <>\r\n", StringComparison.Ordinal));

    private static async Task<TestServer> StartWithFullAsync(Func<MailServerSettings, MailServerSettings>? settings = null, StoreHooks? hooks = null)
    {
        var server = await TestServer.StartAsync(["alice@example.com", "carol@example.com", "full@example.com"], settings, null, "smtp", hooks?.Parts);
        await using (var transaction = Begin(server))
        {
            await transaction.AddRecipientAsync("full@example.com", CancellationToken.None);
            Assert.Equal(DeliveryStatus.Delivered, (await CommitAsync(server, transaction, "fills it")).Status);
        }

        await server.Administration.SetMailboxAsync("full@example.com", new MailboxChange { QuotaBytes = 8 }, CancellationToken.None);
        await BecomesAsync(server, "full@example.com", RecipientStatus.OverQuota);
        return server;
    }

    private static async Task<List<string>> MailAsync(TestServer server, string mailbox, string folder = "INBOX")
    {
        var all = new List<string>();
        await foreach (var message in server.Administration.GetMessagesAsync(new MessageQuery(mailbox, folder), CancellationToken.None))
        {
            all.Add(System.Text.Encoding.UTF8.GetString(await server.Administration.ReadMessageAsync(mailbox, folder, message.Uid, 0, 1_000_000, CancellationToken.None)));
        }

        return all;
    }

    private static async Task<RecipientStatus> AskAsync(TestServer server, string recipient, MailboxRecord? submitter = null, long declared = 0)
    {
        await using var transaction = Begin(server, submitter, declared);
        return (await transaction.AddRecipientAsync(recipient, CancellationToken.None)).Status;
    }

    // The store tells of a change after its commit.
    private static Task BecomesAsync(TestServer server, string recipient, RecipientStatus status, long declared = 0) =>
        Eventually.Holds(async () => await AskAsync(server, recipient, declared: declared) == status, $"{status} for {recipient}");

    private static async Task<DeliveryOutcome> CommitAsync(TestServer server, IMailTransaction transaction, string content)
    {
        await using var incoming = server.Store.Messages.CreateIncoming();
        await incoming.WriteAsync(System.Text.Encoding.ASCII.GetBytes(content));
        return await transaction.CommitAsync(incoming, CancellationToken.None);
    }

    /// <summary>The events of a kind so far.</summary>
    private static async Task<List<MailEvent>> EventsAsync(TestServer server, string kind)
    {
        server.Host.Context.Events.Publish("End", MailEventSeverity.Information, "All before is published");
        var events = new List<MailEvent>();
        await Eventually.First(server.Administration.WatchEventsAsync(-1, CancellationToken.None), e =>
        {
            events.Add(e);
            return e.Kind == "End";
        }, "the end");
        return events.FindAll(e => e.Kind == kind);
    }

    // As the store takes it: a loop is an admin's error, but one of an older store is there.
    private static Task AliasAsync(TestServer server, string address, params string[] targets) =>
        server.Store.Accounts.PutAliasAsync(Addresses.MailboxAddress.Parse(address), [.. targets.Select(Addresses.MailboxAddress.Parse)], replace: false);

    private static async Task<MailboxRecord> FindAsync(TestServer server, string address) =>
        (await server.Store.Accounts.FindMailboxAsync(Addresses.MailboxAddress.Parse(address)))!;
}
