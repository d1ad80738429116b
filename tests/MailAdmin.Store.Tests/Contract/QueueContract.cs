using System.Text;

namespace MailAdmin.Store.Tests.Contract;

/// <summary>The queue's part of the contract.</summary>
public abstract class QueueContract : StoreContract
{
    private static readonly DateTimeOffset Expiry = new(2031, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);

    [Fact]
    public async Task An_entry_is_there_with_all_it_was_given_and_again_after_a_restart()
    {
        var entry = (await Enqueue("Subject: hello\r\n\r\nbody", "b.test", "one@b.test", "two@b.test")).Entries.Single();
        Assert.Equal(("ann@example.org", "b.test", 22L, Expiry), (entry.Sender, entry.Domain, entry.Size, entry.ExpiresAt));
        Assert.Equal(["one@b.test", "two@b.test"], entry.Recipients.Select(r => r.Address));
        Assert.Equal(QueueNeeds.EightBit | QueueNeeds.Utf8, entry.Needs);
        Assert.Equal(1, Store.Queue.Count);
        await ReopenAsync();
        Assert.Equal(Show(entry), Show(Store.Queue.List().Single()));
        Assert.Equal("Subject: hello\r\n\r\nbody", await Content(Store.Queue.Find(entry.Id)!));
        Assert.Equal("hello", (await Store.Queue.SummarizeAsync(entry))!.Subject);
    }

    [Fact]
    public async Task Folders_and_queue_take_one_message_or_neither_does()
    {
        var small = await Mailbox("small@example.org", quota: 10);
        await using (var incoming = await Incoming("more than ten octets"))
        {
            await Fails("QuotaExceeded", () => Store.Queue.EnqueueAsync(incoming, [new DeliveryTarget(Inbox), new DeliveryTarget(FolderOf(small))], [New("b.test", "x@b.test")], []));
        }

        Assert.Equal(0, Store.Queue.Count);
        Assert.Equal(0, (await Snapshot()).Count);
        await using (var incoming = await Incoming("both"))
        {
            await Store.Queue.EnqueueAsync(incoming, [new DeliveryTarget(Inbox)], [New("b.test", "x@b.test"), New("c.test", "y@c.test")], []);
        }

        Assert.Equal(2, Store.Queue.Count);
        Assert.Equal("both", await Text(1));
        Assert.Single(Store.Queue.List().Select(e => e.Content).Distinct());

        FolderId FolderOf(MailboxRecord mailbox) => Store.Folders.FindAsync(mailbox.Id, "INBOX").AsTask().GetAwaiter().GetResult()!.Id;
    }

    [Fact]
    public async Task A_content_lives_as_long_as_its_last_holder()
    {
        await using var incoming = await Incoming("shared");
        var entries = (await Store.Queue.EnqueueAsync(incoming, [new DeliveryTarget(Inbox)], [New("b.test", "x@b.test"), New("c.test", "y@c.test")], [])).Entries;
        await Store.Messages.ExpungeAsync(Inbox, null, false);
        await Store.Queue.ChangeAsync([new QueueChange(entries[0].Id, _ => null)]);
        await ReopenAsync();
        Assert.Equal("shared", await Content(Store.Queue.Find(entries[1].Id)!));
        await Store.Queue.ChangeAsync([new QueueChange(entries[1].Id, _ => null)]);
        await ReopenAsync();
        Assert.Equal(0, Store.Queue.Count);
        await Fails("MessageNotFound", async () => await Store.Queue.OpenAsync(entries[1]));
        await foreach (var finding in Store.VerifyAsync())
        {
            Assert.Fail(finding.ToString());
        }
    }

    [Fact]
    public async Task A_change_is_kept_and_identity_stays()
    {
        var entry = (await Enqueue("x", "b.test", "one@b.test", "two@b.test")).Entries.Single();
        var now = Expiry.AddDays(-4);
        var changed = await Store.Queue.ChangeAsync(
        [
            new QueueChange(entry.Id, e => e with
            {
                Attempts = e.Attempts + 1, LastAttempt = now, NextAttempt = now.AddMinutes(5), IsSuspended = true, IsDelayReported = true, NextHop = "mx.b.test", LastReply = "451 later",
                Recipients = [e.Recipients[1] with { LastReply = "451 later" }],
            }),
        ]);
        await ReopenAsync();
        var found = Store.Queue.Find(entry.Id)!;
        Assert.Equal(Show(changed.Single()), Show(found));
        Assert.Equal((1, now, now.AddMinutes(5), true, true, "mx.b.test", "451 later"), (found.Attempts, found.LastAttempt, found.NextAttempt, found.IsSuspended, found.IsDelayReported, found.NextHop, found.LastReply));
        Assert.Equal(new QueueRecipient("two@b.test", "451 later"), found.Recipients.Single());
    }

    [Fact]
    public async Task Changes_of_what_is_gone_are_passed_over_and_nothing_is_numbered_twice()
    {
        var entry = (await Enqueue("x", "b.test", "one@b.test")).Entries.Single();
        Assert.Equal(Show(entry), Show((await Store.Queue.ChangeAsync([new QueueChange(entry.Id, _ => null)])).Single()));
        Assert.Empty(await Store.Queue.ChangeAsync([new QueueChange(entry.Id, e => e with { Attempts = 9 })]));
        Assert.Null(Store.Queue.Find(entry.Id));
        await ReopenAsync();
        Assert.NotEqual(entry.Id, (await Enqueue("y", "b.test", "one@b.test")).Entries.Single().Id);
    }

    [Fact]
    public async Task A_message_takes_the_place_of_an_entry_or_both_stay_as_they_were()
    {
        var entry = (await Enqueue("original", "b.test", "one@b.test")).Entries.Single();
        await using (var bounce = await Incoming("bounce"))
        {
            await Store.Queue.EnqueueAsync(bounce, [new DeliveryTarget(Inbox)], [], [new QueueChange(entry.Id, _ => null)]);
        }

        Assert.Equal((0, 1), (Store.Queue.Count, (await Snapshot()).Count));
        await using var late = await Incoming("late");
        await Fails("QueueMessageNotFound", () => Store.Queue.EnqueueAsync(late, [new DeliveryTarget(Inbox)], [], [new QueueChange(entry.Id, _ => null)]));
        Assert.Equal(1, (await Snapshot()).Count);
    }

    [Fact]
    public async Task A_watcher_hears_of_what_comes_changes_and_goes_in_order()
    {
        var heard = new List<QueueEntryChange>();
        var gone = new TaskCompletionSource();
        using var watch = Store.Watch(c =>
        {
            if (c is QueueChanged q)
            {
                heard.AddRange(q.Entries);
                if (q.Entries[^1].Entry is null)
                {
                    gone.SetResult();
                }
            }
        });
        var entry = (await Enqueue("x", "b.test", "one@b.test")).Entries.Single();
        await Store.Queue.ChangeAsync([new QueueChange(entry.Id, e => e with { Attempts = 1 })]);
        await Store.Queue.ChangeAsync([new QueueChange(entry.Id, _ => null)]);
        await gone.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, null], heard.Select(h => h.Entry?.Attempts));
        Assert.All(heard, h => Assert.Equal(entry.Id, h.Id));
    }

    [Fact]
    public async Task What_came_in_one_commit_is_heard_of_at_once()
    {
        var heard = new TaskCompletionSource<QueueChanged>();
        using var watch = Store.Watch(c =>
        {
            if (c is QueueChanged q)
            {
                heard.TrySetResult(q);
            }
        });
        await using var incoming = await Incoming("x");
        var entries = (await Store.Queue.EnqueueAsync(incoming, [], [New("a.test", "one@a.test"), New("b.test", "two@b.test")], [])).Entries;
        var change = await heard.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(entries.Select(e => e.Id), change.Entries.Select(e => e.Id));
    }

    private async Task<EnqueueResult> Enqueue(string text, string domain, params string[] recipients)
    {
        await using var incoming = await Incoming(text);
        return await Store.Queue.EnqueueAsync(incoming, [], [New(domain, recipients)], []);
    }

    private static NewQueueEntry New(string domain, params string[] recipients) =>
        new("ann@example.org", domain, recipients, Expiry) { Needs = QueueNeeds.EightBit | QueueNeeds.Utf8, Submitter = "ann@example.org" };

    private async Task<string> Content(QueueEntry entry)
    {
        using var content = await Store.Queue.OpenAsync(entry);
        using var reader = new StreamReader(content.OpenStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    // The log keeps milliseconds.
    private static string Show(QueueEntry e) =>
        $"{e with { ReceivedAt = Whole(e.ReceivedAt), NextAttempt = Whole(e.NextAttempt), Recipients = [] }} {string.Join(' ', e.Recipients)}";

    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
