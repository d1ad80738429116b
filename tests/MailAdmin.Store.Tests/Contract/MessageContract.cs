using System.Security.Cryptography;

namespace MailAdmin.Store.Tests.Contract;

/// <summary>Messages: in, read, changed, gone.</summary>
public abstract class MessageContract : StoreContract
{
    private static readonly FlagsChange AddSeen = new(FlagsMode.Add, MessageFlags.Seen, []);

    [Fact]
    public async Task A_delivered_message_is_in_the_snapshot_and_reads_back_as_it_came()
    {
        var uid = await Deliver("Subject: a\r\n\r\nhello\r\n");
        var snapshot = await Snapshot();
        Assert.Equal(1, snapshot.Count);
        Assert.Equal(uid, snapshot[0].Uid);
        Assert.Equal(1, snapshot.UnseenCount);
        Assert.Equal(0, snapshot.FirstUnseen());
        Assert.Equal(uid + 1, snapshot.UidNext);
        Assert.Equal(21u, snapshot[0].Size);
        Assert.Equal("Subject: a\r\n\r\nhello\r\n", await Text(uid));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(300_001)]
    [InlineData(3_000_003)]
    public async Task A_message_of_any_size_survives_a_restart_octet_by_octet(int size)
    {
        var octets = RandomNumberGenerator.GetBytes(size);
        await using (var incoming = Store.Messages.CreateIncoming())
        {
            for (var at = 0; at < size; at += 10_000)
            {
                await incoming.WriteAsync(octets.AsMemory(at, Math.Min(10_000, size - at)));
            }

            using (var copy = new MemoryStream())
            {
                await incoming.OpenRead().CopyToAsync(copy);
                Assert.True(octets.AsSpan().SequenceEqual(copy.ToArray()));
            }

            await Store.Messages.DeliverAsync(incoming, [new DeliveryTarget(Inbox), new DeliveryTarget(await Folder("Archive"))]);
        }

        await Check();
        await ReopenAsync();
        await Check();

        async Task Check()
        {
            await foreach (var message in Store.Messages.ReadAsync(Inbox, UidSet.All, MessageParts.None))
            {
                Assert.Equal(size, message.Size);
                using var content = await Store.Messages.OpenAsync(message);
                using var copy = new MemoryStream();
                await content.OpenStream().CopyToAsync(copy);
                Assert.True(octets.AsSpan().SequenceEqual(copy.ToArray()));
                return;
            }

            Assert.Fail("The message is not there.");
        }
    }

    [Fact]
    public async Task Flags_and_keywords_change_with_one_mod_sequence_and_only_where_they_differ()
    {
        for (var i = 0; i < 3; i++)
        {
            await Deliver("x");
        }

        var first = await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.Single(2), new FlagsChange(FlagsMode.Add, MessageFlags.Seen, ["$Label"]));
        Assert.Equal("2", first.Changed.ToString());
        var second = await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.All, AddSeen);
        Assert.Equal("1,3", second.Changed.ToString());
        Assert.True(second.ModSeq > first.ModSeq);
        var snapshot = await Snapshot();
        Assert.Equal(0, snapshot.UnseenCount);
        Assert.Equal(-1, snapshot.FirstUnseen());
        Assert.Equal("$Label", snapshot.Keywords[0]);
        Assert.True(snapshot[1].Flags.HasKeyword(0));
        Assert.Equal(first.ModSeq, snapshot[1].ModSeq);
        Assert.Equal(second.ModSeq, snapshot.HighestModSeq);

        var third = await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.All, new FlagsChange(FlagsMode.Remove, MessageFlags.None, ["$LABEL", "unknown"]));
        Assert.Equal("2", third.Changed.ToString());
        Assert.Equal(1, (await Snapshot()).Keywords.Count);
        var none = await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.All, AddSeen);
        Assert.True(none.Changed.IsEmpty);
        Assert.Equal(third.ModSeq, none.ModSeq);
    }

    [Fact]
    public async Task Unchangedsince_leaves_newer_messages_alone_and_reports_them()
    {
        await Deliver("a");
        await Deliver("b");
        var since = (await Snapshot()).HighestModSeq;
        await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.Single(1), AddSeen);
        var result = await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.All, new FlagsChange(FlagsMode.Add, MessageFlags.Flagged, []), since);
        Assert.Equal("2", result.Changed.ToString());
        Assert.Equal("1", result.Modified.ToString());
    }

    [Fact]
    public async Task The_57th_keyword_of_a_folder_is_refused_and_changes_nothing()
    {
        await Deliver("a");
        await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.All, new FlagsChange(FlagsMode.Add, MessageFlags.None, [.. Enumerable.Range(0, 56).Select(i => $"k{i}")]));
        var before = (await Snapshot()).HighestModSeq;
        await Fails("TooManyKeywords", () => Store.Messages.ChangeFlagsAsync(Inbox, UidSet.All, new FlagsChange(FlagsMode.Add, MessageFlags.Seen, ["one-more"])));
        Assert.Equal(before, (await Snapshot()).HighestModSeq);
        Assert.True((await Snapshot())[0].Flags.HasKeyword(55));
    }

    [Fact]
    public async Task A_copy_shares_the_content_and_takes_keywords_by_name()
    {
        var archive = await Folder("Archive");
        await Deliver("other", archive, MessageFlags.None, "first");
        var uid = await Deliver("text", null, MessageFlags.Flagged, "mine");
        var result = await Store.Messages.CopyAsync(Inbox, UidSet.Single(uid), archive);
        Assert.Equal("2", result.Target.ToString());
        var snapshot = await Snapshot(archive);
        Assert.Equal("mine", snapshot.Keywords[1]);
        Assert.True(snapshot[1].Flags.HasKeyword(1) && snapshot[1].Flags.Has(MessageFlags.Flagged) && !snapshot[1].Flags.HasKeyword(0));
        await Store.Messages.ExpungeAsync(Inbox, null, false);
        await ReopenAsync();
        Assert.Equal("text", await Text(2, archive));
    }

    [Fact]
    public async Task A_move_is_copy_and_removal_in_one_commit()
    {
        var archive = await Folder("Archive");
        for (var i = 0; i < 5; i++)
        {
            await Deliver($"m{i}");
        }

        await Fails("MessageNotFound", () => Store.Messages.MoveAsync(Inbox, UidSet.Of([2, 4, 99]), archive, whole: true));
        await Fails("MessageNotFound", () => Store.Messages.CopyAsync(Inbox, UidSet.Of([2, 4, 99]), archive, whole: true));
        var result = await Store.Messages.MoveAsync(Inbox, UidSet.Of([2, 4, 99]), archive);
        Assert.Equal("2,4", result.Source.ToString());
        Assert.Equal("1:2", result.Target.ToString());
        Assert.Equal("1,3,5", Uids(await Snapshot()));
        Assert.Equal("2,4", (await Store.Messages.GetExpungedSinceAsync(Inbox, result.SourceModSeq - 1)).ToString());
        Assert.Equal("m3", await Text(2, archive));
    }

    [Fact]
    public async Task Expunged_uids_are_known_for_as_long_as_the_folder_lives_and_never_used_again()
    {
        for (var i = 0; i < 4; i++)
        {
            await Deliver("x");
        }

        await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.Of([1, 4]), new FlagsChange(FlagsMode.Add, MessageFlags.Deleted, []));
        Assert.Equal(2, (await Snapshot()).DeletedCount);
        var start = (await Snapshot()).HighestModSeq;
        var first = await Store.Messages.ExpungeAsync(Inbox, UidSet.Range(2, 4), onlyDeleted: true);
        Assert.Equal("4", first.Expunged.ToString());
        var second = await Store.Messages.ExpungeAsync(Inbox, null, onlyDeleted: true);
        Assert.Equal("1", second.Expunged.ToString());
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("1,4", (await Store.Messages.GetExpungedSinceAsync(Inbox, start)).ToString());
            Assert.Equal("1", (await Store.Messages.GetExpungedSinceAsync(Inbox, first.ModSeq)).ToString());
            Assert.True((await Store.Messages.GetExpungedSinceAsync(Inbox, second.ModSeq)).IsEmpty);
            await ReopenAsync();
        }

        Assert.Equal(5u, await Deliver("new"));
        Assert.Equal(0, (await Snapshot()).DeletedCount);
    }

    [Fact]
    public async Task Append_takes_dates_flags_and_consecutive_uids()
    {
        await using var one = await Incoming("one");
        await using var two = await Incoming("two");
        var at = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));
        var result = await Store.Messages.AppendAsync(Inbox, [new AppendItem(one, MessageFlags.Seen, ["x"], at), new AppendItem(two, MessageFlags.Draft, [], null)]);
        Assert.Equal((1u, 2u), (result.FirstUid, result.LastUid));
        var messages = new List<StoredMessage>();
        await foreach (var message in Store.Messages.ReadAsync(Inbox, UidSet.All, MessageParts.None))
        {
            messages.Add(message);
        }

        Assert.Equal(at, messages[0].ReceivedAt);
        Assert.Equal(at.Offset, messages[0].ReceivedAt.Offset);
        Assert.True(messages[0].SavedAt > at.AddYears(1));
        Assert.Equal(result.ModSeq, messages[1].ModSeq);
        Assert.Equal("two", await Text(2));
    }

    [Fact]
    public async Task Quota_is_checked_over_all_an_operation_brings_and_a_failed_one_changes_nothing()
    {
        var bob = await Mailbox("bob@example.org", quota: 10);
        var inbox = await Folder("INBOX", bob);
        await using (var incoming = await Incoming("123456"))
        {
            await Fails("QuotaExceeded", () => Store.Messages.DeliverAsync(incoming, [new DeliveryTarget(Inbox), new DeliveryTarget(inbox), new DeliveryTarget(inbox)]));
            Assert.Equal(0, (await Snapshot()).Count);
            await Store.Messages.DeliverAsync(incoming, [new DeliveryTarget(Inbox), new DeliveryTarget(inbox)]);
        }

        await Fails("QuotaExceeded", () => Store.Messages.CopyAsync(inbox, UidSet.All, inbox));
        Assert.Equal(6, (await Store.Accounts.GetMailboxAsync(bob.Id))!.UsedBytes);
        await Store.Messages.ExpungeAsync(inbox, null, false);
        Assert.Equal(0, (await Store.Accounts.GetMailboxAsync(bob.Id))!.UsedBytes);
    }

    [Fact]
    public async Task Snapshots_do_not_change_and_tell_their_differences()
    {
        for (var i = 0; i < 1500; i++)
        {
            await using var incoming = await Incoming("x");
            await Store.Messages.AppendAsync(Inbox, [.. Enumerable.Repeat(0, 1).Select(_ => new AppendItem(incoming, default, [], null))]);
            if (i == 20)
            {
                i = 1490;
            }
        }

        var old = await Snapshot();
        await Store.Messages.ExpungeAsync(Inbox, UidSet.Of([3, 4, 9]), false);
        await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.Of([5, 9, 10]), AddSeen);
        var added = await Deliver("new");
        var now = await Snapshot();
        var difference = old.Compare(now);
        Assert.Equal("3:4,9", difference.Expunged.ToString());
        Assert.Equal("5,10", difference.Changed.ToString());
        Assert.Equal($"{added}", difference.Added.ToString());
        Assert.Equal(old.Count - 2, now.Count);
        Assert.Equal(3u, old[2].Uid);
        Assert.False(old[4].Flags.Has(MessageFlags.Seen));
        Assert.Equal(~2, now.IndexOf(3));
        Assert.Equal(2, now.IndexOf(5));
        Assert.Equal(~now.Count, now.IndexOf(added + 1));
    }

    [Fact]
    public async Task A_watcher_finds_the_change_in_the_snapshot_that_comes_with_it()
    {
        var changes = System.Threading.Channels.Channel.CreateUnbounded<StoreChange>();
        using var all = Store.Watch(c => changes.Writer.TryWrite(c));
        var uid = await Deliver("x");
        var added = Assert.IsType<MessagesAdded>(await changes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(Inbox, added.Folder);
        Assert.True(added.After.IndexOf(uid) >= 0);
        await Store.Messages.ChangeFlagsAsync(Inbox, UidSet.Single(uid), AddSeen);
        Assert.IsType<FlagsChanged>(await changes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        await Store.Messages.ExpungeAsync(Inbox, null, false);
        Assert.Equal("1", Assert.IsType<MessagesExpunged>(await changes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10))).Uids.ToString());
    }

    [Fact]
    public async Task Messages_that_were_set_aside_are_stored_as_they_are()
    {
        var texts = new[] { 10, 64 * 1024, 100_000, 300_000, 20 }.Select((size, n) => new string((char)('a' + n), size)).ToArray();
        var items = new List<AppendItem>();
        foreach (var text in texts)
        {
            var incoming = await Incoming(text);
            await incoming.SetAsideAsync(fromMemory: text[0] != 'a');
            items.Add(new AppendItem(incoming, default, [], null));
            using var reader = new StreamReader(incoming.OpenRead());
            Assert.Equal(text, await reader.ReadToEndAsync());
        }

        await Store.Messages.AppendAsync(Inbox, items);
        foreach (var item in items)
        {
            await item.Content.DisposeAsync();
        }

        await ReopenAsync();
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(texts[i], await Text((uint)i + 1));
        }
    }

    [Fact]
    public async Task Recent_is_claimed_once_and_stays_claimed_over_a_restart()
    {
        await Deliver("a");
        Assert.Equal(1u, await Store.Messages.ClaimRecentAsync(Inbox));
        Assert.Equal(2u, await Store.Messages.ClaimRecentAsync(Inbox));
        await Deliver("b");
        Assert.Equal(2u, await Store.Messages.PeekRecentAsync(Inbox));
        Assert.Equal(2u, await Store.Messages.ClaimRecentAsync(Inbox));
        await ReopenAsync();
        Assert.Equal(3u, await Store.Messages.ClaimRecentAsync(Inbox));
    }

    [Fact]
    public async Task An_open_content_stays_readable_after_its_message_is_gone()
    {
        await Deliver("still here");
        StoredMessage? message = null;
        await foreach (var found in Store.Messages.ReadAsync(Inbox, UidSet.All, MessageParts.None))
        {
            message = found;
        }

        using var content = await Store.Messages.OpenAsync(message!);
        await Store.Messages.ExpungeAsync(Inbox, null, false);
        using var reader = new StreamReader(content.OpenStream());
        Assert.Equal("still here", await reader.ReadToEndAsync());
    }
}
