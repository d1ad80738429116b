using System.Globalization;
using MailAdmin.Administration;
using MailAdmin.Server.Queue;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>When mail is tried, given up, held, and told about.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task What_happens_to_queued_mail_names_the_message()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 greylisted" : null;
        await bench.SendAsync("carol@elsewhere.test", "dave@other.test");
        string?[] queued = [(await bench.EventAsync("Queued")).QueueId, (await bench.EventAsync("Queued")).QueueId];
        var messages = await bench.QueueAsync();
        Assert.Equal(messages.Select(m => m.Id).Order(StringComparer.Ordinal), queued.Order(StringComparer.Ordinal));
        Assert.Contains((await bench.EventAsync("Deferred")).QueueId, queued);
    }

    [Fact]
    public async Task It_is_tried_often_at_first_then_every_four_hours_and_comes_back_after_five_days()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 greylisted" : null;
        await bench.SendAsync("carol@elsewhere.test");
        var waits = new List<double>();
        var last = bench.Clock.GetUtcNow();
        await bench.EventAsync("Deferred");
        while (bench.Server.Store.Queue.Count > 0)
        {
            var next = bench.ToNextAttempt();
            waits.Add((next - last).TotalMinutes);
            last = next;
            await bench.EventAsync("Deferred", "Bounced");
        }

        double[] early = [5, 15, 30, 60, 120];
        Assert.All(early.Zip(waits), p => Assert.InRange(p.Second, p.First * 0.89, p.First * 1.11));
        Assert.All(waits.Skip(5).SkipLast(1), w => Assert.InRange(w, 240 * 0.89, 240 * 1.11));
        Assert.Equal(TimeSpan.FromDays(5).TotalMinutes, waits.Sum(), 1.0);
        Assert.InRange(waits.Count, 30, 40);

        var mail = await bench.MailAsync("alice@example.com");
        Assert.Equal(2, mail.Count);
        Assert.Contains("Action: delayed", mail[0], StringComparison.Ordinal);
        Assert.Contains("Will-Retry-Until: ", mail[0], StringComparison.Ordinal);
        Assert.Contains("Status: 5.4.7", mail[1], StringComparison.Ordinal);
        Assert.Contains("451 4.7.1 greylisted", mail[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_whole_and_answers_nobody()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null;
        await bench.SendAsync("carol@elsewhere.test");
        await bench.EventAsync("Bounced");
        var text = Assert.Single(await bench.MailAsync("alice@example.com"));
        Assert.StartsWith("Return-Path: <>\r\n", text, StringComparison.Ordinal);
        using var message = await MimeKit.MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Equal("\"Mail Delivery System\" <MAILER-DAEMON@mail.test>", message.From.ToString());
        Assert.Equal("alice@example.com", message.To.ToString());
        Assert.Equal("auto-replied", message.Headers["Auto-Submitted"]);
        var report = Assert.IsType<MimeKit.MultipartReport>(message.Body);
        Assert.Equal("delivery-status", report.ReportType);
        Assert.Equal(3, report.Count);
        Assert.Contains("<carol@elsewhere.test>", ((MimeKit.TextPart)report[0]).Text, StringComparison.Ordinal);
        var status = Assert.IsType<MimeKit.MessageDeliveryStatus>(report[1]);
        Assert.Equal("dns; mail.test", status.StatusGroups[0]["Reporting-MTA"]);
        Assert.Equal("rfc822; carol@elsewhere.test", status.StatusGroups[1]["Final-Recipient"]);
        Assert.Equal("text/rfc822-headers", report[2].ContentType.MimeType);
        Assert.Equal("hello", Assert.IsType<MimeKit.TextRfc822Headers>(report[2]).Message!.Subject);
        Assert.DoesNotContain("..dots", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_a_binary_message_has_no_line_ends_of_its_sender()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.Administration.SetAliasAsync("forward@example.com", ["carol@elsewhere.test"], false, CancellationToken.None);
        await bench.SendAsync(
            new SendOptions { LoggedIn = false, Sender = "x@other.test", Needs = Store.QueueNeeds.Binary | Store.QueueNeeds.EightBit, Content = "Subject: a\r.\r\nX: b\n.\nY: c\0\rMAIL FROM:<z@z>\r\n\r\nbody" },
            "forward@example.com");
        var report = await bench.Remote.NextAsync();
        Assert.Equal(["RCPT TO:<x@other.test>"], report.Recipients);
        Assert.Contains("Subject: a .\r\nX: b . Y: c  MAIL FROM:<z@z>\r\n", report.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\0", report.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("\r[^\n]|[^\r]\n", report.Text);
    }

    [Fact]
    public async Task A_report_is_seven_bit_whatever_was_said()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.Contains("<long@", StringComparison.Ordinal) ? "550 5.1.1 " + new string('x', 600) : step.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 kein Briefkasten für Jörg" : null;
        await bench.SendAsync(
            new SendOptions { Needs = Store.QueueNeeds.Utf8 | Store.QueueNeeds.EightBit, Content = $"Subject: grün\r\nX-Long: {new string('y', 1200)}\r\n\r\nbody\r\n" }, "long@elsewhere.test", "jörg@elsewhere.test");
        await bench.EventAsync("Bounced");
        var text = Assert.Single(await bench.MailAsync("alice@example.com"));
        Assert.All(text, c => Assert.InRange(c, '\0', '\x7f'));
        Assert.All(text.Split("\r\n"), l => Assert.InRange(l.Length, 0, 998));
        Assert.Contains(@"Final-Recipient: utf-8; j\x{F6}rg@elsewhere.test", text, StringComparison.Ordinal);
        using var message = await MimeKit.MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
        var report = Assert.IsType<MimeKit.MultipartReport>(message.Body);
        Assert.Contains("<jörg@elsewhere.test>", ((MimeKit.TextPart)report[0]).Text, StringComparison.Ordinal);
        Assert.Contains("kein Briefkasten für Jörg", ((MimeKit.TextPart)report[0]).Text, StringComparison.Ordinal);
        using var returned = new MemoryStream();
        await ((MimeKit.MimePart)report[2]).Content!.DecodeToAsync(returned);
        Assert.StartsWith("Subject: grün\r\n", System.Text.Encoding.UTF8.GetString(returned.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gone@example.com")]
    public async Task A_failure_without_anybody_to_tell_ends_there(string? sender)
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null;
        await bench.SendAsync(new SendOptions { Sender = sender }, "carol@elsewhere.test");
        Assert.Contains(sender is null ? "no sender to tell" : "could not be told", (await bench.EventAsync("Bounced")).Message, StringComparison.Ordinal);
        Assert.Empty(await bench.QueueAsync());
        Assert.Empty(await bench.MailAsync("alice@example.com"));
    }

    [Fact]
    public async Task A_report_to_a_sender_elsewhere_is_queued_with_a_null_sender()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.Administration.SetAliasAsync("forward@example.com", ["carol@elsewhere.test"], false, CancellationToken.None);
        bench.Remote.Answer = step => step.Contains("<carol@", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null;
        await bench.SendAsync(new SendOptions { LoggedIn = false, Sender = "X.Y@other.test" }, "forward@example.com");
        var report = await bench.Remote.NextAsync();
        Assert.StartsWith("MAIL FROM:<> ", report.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<X.Y@other.test>"], report.Recipients);
        Assert.DoesNotContain("Return-Path", report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_cannot_be_reached_rests_and_its_mail_with_it()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step == "CONNECT" ? RemoteServer.Drop : null;
        await bench.SendAsync("a@elsewhere.test");
        await bench.EventAsync("Deferred");
        var connections = bench.Remote.Connections;
        await bench.SendAsync("b@elsewhere.test");
        await bench.SendAsync("c@elsewhere.test");
        var destination = Assert.Single(await bench.Administration.GetQueueDestinationsAsync(null, CancellationToken.None));
        Assert.Equal(("elsewhere.test", 3, 2, 1), (destination.Destination, destination.MessageCount, destination.QueuedCount, destination.RetryCount));
        Assert.Contains("mx.test", destination.LastReply!, StringComparison.Ordinal);
        Assert.Equal(connections, bench.Remote.Connections);
        bench.Remote.Answer = _ => null;
        bench.Clock.Advance(bench.Server.Host.Queue.RestOf("elsewhere.test")!.Value - bench.Clock.GetUtcNow());
        await bench.Remote.NextAsync();
        await bench.Remote.NextAsync();
    }

    [Fact]
    public async Task Suspended_mail_waits_for_its_admin_and_no_longer_than_any()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step == "CONNECT" ? "421 not yet" : null;
        await bench.SendAsync("a@elsewhere.test");
        await bench.EventAsync("Deferred");
        var id = (await bench.QueueAsync()).Single().Id;
        var suspended = Assert.Single(await ChangeAsync(bench, MailQueueAction.Suspend, id));
        Assert.Equal((MailQueueStatus.Suspended, null), (suspended.Status, suspended.NextAttempt));
        bench.Remote.Answer = _ => null;
        bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await bench.Administration.GetStatisticsAsync(CancellationToken.None)).QueueSuspended);
        Assert.False(bench.Remote.HasMore);
        await ChangeAsync(bench, MailQueueAction.Resume, id);
        await bench.Remote.NextAsync();
        await bench.EmptyAsync();

        bench.Remote.Answer = step => step.StartsWith("RCPT", StringComparison.Ordinal) ? "451 not yet" : null;
        await bench.SendAsync("b@elsewhere.test");
        await bench.EventAsync("Deferred");
        await ChangeAsync(bench, MailQueueAction.Suspend, (await bench.QueueAsync()).Single().Id);
        bench.Clock.Advance(TimeSpan.FromDays(5));
        Assert.Contains("suspended by an administrator", (await bench.EventAsync("Bounced")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_admin_retries_removes_and_bounces()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Answer = step => step == "CONNECT" ? "421 not yet" : null;
        foreach (var name in (string[])["a", "b", "c"])
        {
            await bench.SendAsync(name + "@elsewhere.test");
        }

        await bench.EventAsync("Deferred");
        // The next hop rests from here on; another of the three may still be on its way to the same answer.
        await Eventually.Holds(() => bench.Server.Host.Queue.Active().Count == 0, "nothing being sent");
        var queue = await bench.QueueAsync();
        Assert.Equal("hello", queue[0].Subject);
        Assert.Equal("1@example.com", queue[0].MessageId);
        Assert.Equal("alice@example.com", queue[0].Submitter);
        Assert.StartsWith("Return-Path:", System.Text.Encoding.ASCII.GetString(await bench.Administration.ReadQueueMessageAsync(queue[0].Id, 0, 100, CancellationToken.None)), StringComparison.Ordinal);

        Assert.Single(await ChangeAsync(bench, MailQueueAction.Remove, queue[0].Id));
        Assert.Empty(await ChangeAsync(bench, MailQueueAction.Remove, queue[0].Id));
        Assert.Single(await ChangeAsync(bench, MailQueueAction.Bounce, queue[1].Id));
        Assert.Contains("Taken out of the queue by an administrator", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
        bench.Remote.Answer = _ => null;
        Assert.Single(await ChangeAsync(bench, MailQueueAction.Retry, queue[2].Id));
        Assert.Equal(["RCPT TO:<c@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
        await bench.EmptyAsync();
        await Assert.ThrowsAsync<Errors.MailAdminException>(() => bench.Administration.ReadQueueMessageAsync(queue[0].Id, 0, 100, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_being_sent_cannot_be_removed()
    {
        await using var bench = await RelayBench.StartAsync();
        var asked = new TaskCompletionSource();
        bench.Remote.Answer = step =>
        {
            if (step == ".")
            {
                asked.TrySetResult();
                return RemoteServer.Hang;
            }

            return null;
        };
        await bench.SendAsync("a@elsewhere.test");
        await Eventually.Within(asked.Task, "the end of the content");
        var active = (await bench.QueueAsync()).Single();
        Assert.Equal(MailQueueStatus.Active, active.Status);
        Assert.Empty(await ChangeAsync(bench, MailQueueAction.Remove, active.Id));
        Assert.Equal(1, (await bench.Administration.GetQueueDestinationsAsync("else*", CancellationToken.None)).Single().ConnectionCount);

        // RFC 5321 §4.5.3.2.6: ten minutes, then another time.
        Assert.Contains("did not answer in time", (await bench.MeanwhileAsync(bench.EventAsync("Deferred"), TimeSpan.FromMinutes(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_last_server_stopped()
    {
        using var directory = new TempDirectory();
        await using var bench = await RelayBench.StartAsync(settings: s => s with { Ephemeral = false, StorePath = directory.Path, SmtpPort = 0, SubmissionPort = 0, SubmissionsPort = -1, ImapPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 });
        bench.Remote.Answer = step => step == "CONNECT" ? "421 not yet" : null;
        await bench.SendAsync("a@elsewhere.test", "b@other.test");
        await bench.EventAsync("Deferred");
        await bench.EventAsync("Deferred");
        await bench.StopServerAsync();
        bench.Remote.Answer = _ => null;
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        await bench.StartServerAsync(s => s with { Ephemeral = false, StorePath = directory.Path, SmtpPort = 0, SubmissionPort = 0, SubmissionsPort = -1, ImapPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 });
        Assert.Equal(["RCPT TO:<a@elsewhere.test>", "RCPT TO:<b@other.test>"], new[] { await bench.Remote.NextAsync(), await bench.Remote.NextAsync() }.SelectMany(m => m.Recipients).Order());
        await bench.EmptyAsync();
    }

    [Fact]
    public void Waits_have_their_jitter_and_rests_their_bound()
    {
        var options = new QueueOptions();
        Assert.Equal(4.5, options.RetryAfter(1, 0).TotalMinutes, 3);
        Assert.Equal(5.5, options.RetryAfter(1, 1).TotalMinutes, 3);
        Assert.Equal(240, options.RetryAfter(6, 0.5).TotalMinutes, 3);
        Assert.Equal(240, options.RetryAfter(1000, 0.5).TotalMinutes, 3);
        Assert.Equal("00:00:30 00:01:00 00:02:00 00:15:00", string.Create(CultureInfo.InvariantCulture, $"{options.RestAfter(1)} {options.RestAfter(2)} {options.RestAfter(3)} {options.RestAfter(900)}"));
    }

    private static Task<IReadOnlyList<MailQueueMessage>> ChangeAsync(RelayBench bench, MailQueueAction action, params string[] ids) =>
        bench.Administration.ChangeQueueMessagesAsync(ids, action, CancellationToken.None);
}
