using MailAdmin.Testing;
using System.Globalization;

namespace MailAdmin.Dashboard.Tests;

/// <summary>The same small mail server in every test.</summary>
internal static class Samples
{
    public static void Fill(FakeAdministration server, ManualTimeProvider time)
    {
        var now = time.GetUtcNow();
        server.Sessions.AddRange(
        [
            Session("8f3a", MailProtocol.Imap, "alice@example.com", "192.0.2.17:52110", "Tls13", "Selected", "IDLE", "INBOX", 4200, 1_250_000, 8043, 9, "Thunderbird 153", now),
            Session("8f41", MailProtocol.Imap, "alice@example.com", "192.0.2.40:40112", "Tls13", "Selected", "FETCH", "Archive", 912, 90_000, 41, 0, "iOS Mail", now),
            Session("8f42", MailProtocol.Smtp, null, "198.51.100.9:25881", "Tls12", "Data", "DATA", null, 1_430_000, 310, 2, 0, "mx1.example.org", now),
            Session("8f40", MailProtocol.Pop3, "bob@example.com", "203.0.113.5:61002", null, "Transaction", "RETR", null, 120, 41_000, 5, 1, null, now),
        ]);
        foreach (var (name, display, used, quota, count, enabled, login) in new[]
        {
            ("alice", "Alice Moreau", 1_900_000_000L, 2_147_483_648L, 8211, true, 9), ("bob", "Bob Tanaka", 41_000_000L, 0L, 311, true, 5),
            ("carol", (string?)null, 2_300_000_000L, 2_147_483_648L, 9120, true, 7200), ("dan", "Dan Weber", 1200L, 1_073_741_824L, 1, false, -1),
        })
        {
            server.Mailboxes.Add(new Mailbox
            {
                Id = Guid.ParseExact(server.Mailboxes.Count.ToString("d32", CultureInfo.InvariantCulture), "N"),
                Address = name + "@example.com", DisplayName = display, UsedBytes = used, QuotaBytes = quota == 0 ? null : quota, MessageCount = count, IsEnabled = enabled,
                LastLoginAt = login < 0 ? null : now.AddSeconds(-login),
            });
        }

        foreach (var (name, use, count, unseen) in new[] { ("Archive", (string?)"Archive", 7000, 0), ("Archive/2025", null, 1100, 0), ("Drafts", "Drafts", 1, 0), ("INBOX", null, 4, 2), ("Sent", "Sent", 105, 0) })
        {
            server.Folders.Add(new MailboxFolder
            {
                Id = Guid.ParseExact((100 + server.Folders.Count).ToString("d32", CultureInfo.InvariantCulture), "N"),
                Mailbox = "alice@example.com", Name = name, SpecialUse = use, MessageCount = count, UnseenCount = unseen, SizeBytes = count * 40_000L, UidNext = (uint)count + 1, HighestModSeq = (ulong)count * 3,
            });
        }

        (string From, string Subject, string[] Flags, bool Attachments)[] messages =
        [
            ("Bob Tanaka <bob@example.com>", "Lunch?", ["\\Seen"], false), ("shop@example.net", "Your order 4711 has left us", ["\\Seen", "\\Flagged"], true),
            ("山田 太郎 <taro@example.jp>", "会議の資料をお送りします", [], true), ("mallory@example.net", "In\u202evoice \x1b[31mred", [], false),
        ];
        for (var i = 0; i < messages.Length; i++)
        {
            server.Messages.Add(new MailboxMessage
            {
                Mailbox = "alice@example.com", Folder = "INBOX", Uid = (uint)(40 + i), Flags = messages[i].Flags, ReceivedAt = now.AddHours(-20 + (5 * i)), SizeBytes = 2100 * (i + 1),
                From = messages[i].From, To = "alice@example.com", Subject = messages[i].Subject, Date = now.AddHours(-20 + (5 * i)), HasAttachments = messages[i].Attachments,
            });
        }

        server.Views[42] = new MailMessageContent
        {
            Message = server.Messages[2], To = ["alice@example.com"], Cc = [], Links = [],
            Headers = [new("Received", "from mx.example.jp by mail.example.com; Sat, 14 Mar 2026 04:02:11 +0000"), new("From", "山田 太郎 <taro@example.jp>"), new("Subject", "会議の資料をお送りします")],
            Text = "Dear Alice,\n\nthe papers for the meeting are attached. They are long, so that this line has to be broken somewhere near its eightieth character to be read on a small screen.\n\n> When will they come?\n\nTaro",
            Html = "<html><head><style>p { color: red }</style></head><body><p>Dear Alice,</p><p>the <a href=\"https://example.jp/papers\">papers</a> are attached:<ul><li>one<li>two &amp; three</ul><script>alert(1)</script></body></html>",
            Attachments = [new("資料.pdf", "application/pdf", new byte[123_456]), new("logo.png", "image/png", new byte[2048])],
        };
        server.Contents[42] = System.Text.Encoding.ASCII.GetBytes("Received: from mx.example.jp\r\nFrom: taro@example.jp\r\n\r\n" + string.Concat(Enumerable.Range(1, 4000).Select(i => $"line {i} of the source\r\n")));
        server.Messages[2] = server.Messages[2] with { SizeBytes = server.Contents[42].Length };
    }

    /// <summary>Seven messages for three destinations, one of which fails.</summary>
    public static void FillQueue(FakeAdministration server, ManualTimeProvider time)
    {
        var now = time.GetUtcNow();
        const string Busy = "451 4.3.2 Please try again later";
        (string Destination, string Sender, string Recipient, string Subject, MailQueueStatus Status, int Attempts, int Age, int Next, string? Reply)[] rows =
        [
            ("example.net", "alice@example.com", "carol@example.net", "Quarterly figures", MailQueueStatus.Retry, 3, 240, 600, Busy),
            ("example.net", "alice@example.com", "dave@example.net", "Quarterly figures", MailQueueStatus.Retry, 3, 240, 600, Busy),
            ("example.net", "", "erin@example.net", "Undelivered mail returned", MailQueueStatus.Retry, 1, 90, 300, Busy),
            ("example.net", "bob@example.com", "frank@example.net", "Lunch?", MailQueueStatus.Suspended, 0, 60, -1, null),
            ("example.org", "bob@example.com", "grace@example.org", "Minutes", MailQueueStatus.Active, 0, 2, -1, null),
            ("example.org", "bob@example.com", "heidi@example.org", "Minutes", MailQueueStatus.Queued, 0, 2, 0, null),
            ("bücher.example", "alice@example.com", "ivan@bücher.example", "会議の資料", MailQueueStatus.Queued, 0, 1, 0, null),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            server.Queued.Add(new MailQueueMessage
            {
                Id = i.ToString("x32", CultureInfo.InvariantCulture), Sender = row.Sender, Destination = row.Destination, Recipients = [new(row.Recipient, row.Reply)], Status = row.Status,
                NextHop = row.Attempts > 0 ? "mx." + row.Destination : null, SizeBytes = 4_200 * (i + 1), Subject = row.Subject, MessageId = $"m{i}@example.com", Submitter = row.Sender.Length > 0 ? row.Sender : null,
                ReceivedAt = now.AddSeconds(-row.Age), ExpiresAt = now.AddDays(5), Attempts = row.Attempts, LastAttempt = row.Attempts > 0 ? now.AddSeconds(-30) : null,
                NextAttempt = row.Next < 0 ? null : now.AddSeconds(row.Next), LastReply = row.Reply,
            });
        }

        server.QueuedContent = System.Text.Encoding.ASCII.GetBytes("From: alice@example.com\r\nTo: carol@example.net\r\nSubject: Quarterly figures\r\n\r\n" + string.Concat(Enumerable.Range(1, 9000).Select(i => $"figure {i}\r\n")));
        server.Queued[0] = server.Queued[0] with { SizeBytes = server.QueuedContent.Length };
        server.Statistics = server.Statistics with { QueueDepth = 7, QueueActive = 1, QueueRetry = 3, QueueSuspended = 1, QueueOldest = now.AddSeconds(-240), MessagesRelayed = 1204, MessagesDeferred = 7, MessagesBounced = 1 };
        server.Server = server.Server with { Outbound = MailOutboundMode.Relay, IsDevelopment = false };
    }

    /// <summary>The counters a second later.</summary>
    public static MailServerStatistics After(MailServerStatistics before, ManualTimeProvider time) => before with
    {
        At = time.GetUtcNow(),
        MessagesDelivered = before.MessagesDelivered + 12,
        Protocols = [.. before.Protocols.Select(p => p with
        {
            Sessions = p.Protocol switch { MailProtocol.Imap => 2, MailProtocol.Submission => 0, _ => 1 },
            Messages = p.Messages + (p.Protocol == MailProtocol.Smtp ? 12 : 1),
            Commands = p.Commands + (p.Protocol == MailProtocol.Imap ? 84 : 1),
            BytesIn = p.BytesIn + 110_000,
            BytesOut = p.BytesOut + 3_400_000,
        })],
    };

    private static MailSession Session(string id, MailProtocol protocol, string? mailbox, string remote, string? tls, string state, string command, string? folder, long bytesIn, long bytesOut, double age, double idle, string? client, DateTimeOffset now) => new()
    {
        Id = id, Protocol = protocol, Mailbox = mailbox, RemoteEndPoint = remote, LocalEndPoint = "127.0.0.1:2143", TlsVersion = tls, State = state, Command = command, Folder = folder,
        BytesIn = bytesIn, BytesOut = bytesOut, AgeSeconds = age, IdleSeconds = idle, ConnectedAt = now.AddSeconds(-age), Client = client,
    };
}
