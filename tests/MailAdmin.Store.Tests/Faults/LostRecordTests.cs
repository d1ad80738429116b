using System.Collections.Concurrent;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Security;
using MailAdmin.Store.Journal;
using Xunit;
using static MailAdmin.Store.Tests.Faults.Scenes;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>The record that made a folder or a mailbox is lost: what came into it is there all the same, as an earlier index knows it, else under a made-up name where nobody reads another's mail.</summary>
public sealed class LostRecordTests : IDisposable
{
    private static readonly MailboxAddress Owner = MailboxAddress.Parse("a@example.org");
    private static readonly MailboxAddress LostAndFound = MailboxAddress.Parse("lost-and-found@lost.invalid");

    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    private string Index => Path.Combine(_path, "index.db");

    public void Dispose() => Directory.Delete(_path, true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_of_a_folder_whose_record_is_lost_are_kept(bool hasIndex)
    {
        FolderRecord lost;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 2);
            lost = await store.Folders.CreateAsync((await MailboxAsync(store)).Id, "work");
            await DeliverAsync(store, "work 1", "work");
            await DeliverAsync(store, "work 2", "work");
            await store.Messages.ChangeFlagsAsync(lost.Id, UidSet.Single(2), new FlagsChange(FlagsMode.Add, MessageFlags.Seen, ["urgent"]));
            await store.Messages.ExpungeAsync(lost.Id, UidSet.Single(1), false);
        }

        LoseJournal(_path, e => e is FolderPut { Name: "work" });
        await RebuildTwiceAsync(hasIndex, messages: 3);
        await using var again = await OpenAsync();
        var mailbox = (await again.Accounts.FindMailboxAsync(hasIndex ? Owner : LostAndFound))!;
        Assert.Equal(hasIndex, mailbox.IsEnabled);
        Assert.Equal(hasIndex ? 3 : 1, mailbox.MessageCount);
        var folder = (await again.Folders.GetAsync(lost.Id))!;
        Assert.Equal(mailbox.Id, folder.Mailbox);
        Assert.StartsWith(hasIndex ? "work" : "folder (", folder.Name, StringComparison.Ordinal);
        Assert.True(!hasIndex || folder.UidValidity == lost.UidValidity);
        var snapshot = await again.Messages.GetSnapshotAsync(folder.Id);
        Assert.Equal([2u], snapshot.Enumerate().Select(m => m.Uid));
        Assert.True(snapshot[0].Flags.Has(MessageFlags.Seen) && snapshot[0].Flags.HasKeyword(snapshot.Keywords.IndexOf("urgent")));
        Assert.True(snapshot.UidNext > 3);
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
    }

    [Fact]
    public async Task A_folder_that_was_renamed_later_has_its_own_name_and_mailbox_again()
    {
        FolderRecord lost;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            lost = await store.Folders.CreateAsync((await MailboxAsync(store)).Id, "work");
            await DeliverAsync(store, "work 1", "work");
            await store.Folders.RenameAsync(lost.Id, "office");
            await DeliverAsync(store, "work 2", "office");
        }

        LoseJournal(_path, e => e is FolderPut { Name: "work" });
        await RebuildTwiceAsync(hasIndex: false, messages: 3);
        await using var again = await OpenAsync();
        var folder = (await again.Folders.FindAsync((await MailboxAsync(again)).Id, "office"))!;
        Assert.Equal((lost.Id, lost.UidValidity, lost.CreatedAt), (folder.Id, folder.UidValidity, folder.CreatedAt));
        Assert.Equal([1u, 2u], (await again.Messages.GetSnapshotAsync(folder.Id)).Enumerate().Select(m => m.Uid));
        Assert.Equal(3, (await MailboxAsync(again)).MessageCount);
        Assert.Null(await again.Accounts.FindMailboxAsync(LostAndFound));
        Assert.Null(await again.Accounts.FindDomainAsync(LostAndFound.Domain));
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
    }

    [Fact]
    public async Task A_folder_that_was_deleted_later_stays_so_and_leaves_nothing()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            var lost = await store.Folders.CreateAsync((await MailboxAsync(store)).Id, "work");
            await DeliverAsync(store, "work 1", "work");
            await store.Folders.DeleteAsync(lost.Id);
        }

        LoseJournal(_path, e => e is FolderPut { Name: "work" });
        await RebuildTwiceAsync(hasIndex: true, messages: 1);
        await using var again = await OpenAsync();
        Assert.Null(await again.Accounts.FindMailboxAsync(LostAndFound));
        Assert.Equal(1, (await again.GetTotalsAsync()).Mailboxes);
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_of_a_mailbox_whose_record_is_lost_are_kept(bool hasIndex)
    {
        MailboxRecord lost;
        FolderId inbox, work;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 2);
            lost = await MailboxAsync(store);
            inbox = await InboxAsync(store);
            work = (await store.Folders.CreateAsync(lost.Id, "work")).Id;
            await DeliverAsync(store, "work 1", "work");
        }

        LoseJournal(_path, e => e is MailboxPut);
        await RebuildTwiceAsync(hasIndex, messages: 3);
        await using var again = await OpenAsync();
        // "work" says whose it is: the mailbox has its identity, and its address where that is known.
        var mailbox = (await again.Accounts.GetMailboxAsync(lost.Id))!;
        Assert.Equal(hasIndex ? Owner.Domain : LostAndFound.Domain, mailbox.Address.Domain);
        Assert.Equal((hasIndex, hasIndex), (mailbox.IsEnabled, mailbox.Verifier.Verify("secret")));
        Assert.Equal(lost.Id, (await again.Folders.GetAsync(work))!.Mailbox);
        var other = hasIndex ? mailbox : (await again.Accounts.FindMailboxAsync(LostAndFound))!;
        Assert.Equal(other.Id, (await again.Folders.GetAsync(inbox))!.Mailbox);
        Assert.Equal(hasIndex ? (3, 3) : (1, 2), (mailbox.MessageCount, other.MessageCount));
        Assert.Equal([1u, 2u], (await again.Messages.GetSnapshotAsync(inbox)).Enumerate().Select(m => m.Uid));
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");

        // Who looks after it can read it, give it an address, and end it.
        if (!hasIndex)
        {
            await again.Messages.CopyAsync(inbox, UidSet.All, work);
            await again.Accounts.UpdateMailboxAsync(mailbox.Id, new MailboxUpdate { Address = MailboxAddress.Parse("mailbox-1@lost.invalid"), Verifier = ScramVerifier.Create("new", 4096), IsEnabled = true });
            await again.Accounts.DeleteMailboxAsync(other.Id);
            Assert.Equal(3, (await again.Accounts.GetMailboxAsync(mailbox.Id))!.MessageCount);
            Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
        }
    }

    [Fact]
    public async Task A_mailbox_that_an_earlier_index_knows_is_there_without_mail_as_well()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            await store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse("b@example.org"), ScramVerifier.Create("theirs", 4096)));
            await DeliverAsync(store, "behind it");
        }

        LoseJournal(_path, e => e is MailboxPut { Address: "b@example.org" });
        await RebuildTwiceAsync(hasIndex: true, messages: 2);
        await using var again = await OpenAsync();
        var mailbox = (await again.Accounts.FindMailboxAsync(MailboxAddress.Parse("b@example.org")))!;
        Assert.True(mailbox.IsEnabled && mailbox.Verifier.Verify("theirs"));
        Assert.NotNull(await again.Folders.FindAsync(mailbox.Id, "INBOX"));
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
    }

    [Fact]
    public async Task A_record_that_is_found_lost_when_the_store_is_opened_costs_no_messages_either()
    {
        FolderId work;
        var crashed = Path.Combine(_path, "crashed");
        using var io = new FailingStoreIO();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = Path.Combine(_path, "running"), IO = io, CheckpointInterval = TimeSpan.FromDays(1) }))
        {
            await FillAsync(store, 1);
            // The index as it was before the folder came, beside the log of now: what a power failure may leave.
            Copy(store.Location, crashed);
            work = (await store.Folders.CreateAsync((await MailboxAsync(store)).Id, "work")).Id;
            await DeliverAsync(store, "work 1", "work");
            await DeliverAsync(store, "elsewhere");
            Directory.Delete(Path.Combine(crashed, "content"), true);
            Copy(Path.Combine(store.Location, "content"), Path.Combine(crashed, "content"));
        }

        LoseJournal(crashed, e => e is FolderPut { Name: "work" });
        var noticed = new ConcurrentQueue<StoreFinding>();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = crashed, Noticed = noticed.Enqueue }))
        {
            Assert.Equal(1, (await store.Accounts.FindMailboxAsync(LostAndFound))!.MessageCount);
            Assert.Equal(1, (await store.Messages.GetSnapshotAsync(work)).Count);
            Assert.Contains(noticed, f => f.Kind == "LostFolder" && f.Location.StartsWith("mailbox lost-and-found@lost.invalid, folder folder (", StringComparison.Ordinal));
            Assert.DoesNotContain(await FindingsAsync(store), f => f.Kind != "DamagedRecord");
        }

        // What was made up is not made up again by an open that finds nothing new.
        noticed.Clear();
        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = crashed, Noticed = noticed.Enqueue });
        Assert.Empty(noticed);
        Assert.Equal(1, (await again.Accounts.FindMailboxAsync(LostAndFound))!.MessageCount);
    }

    private Task<SqliteMailStore> OpenAsync() => SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });

    /// <summary>Twice from the same: what was made up once is what is made up again, and what an index lent stays.</summary>
    private async Task RebuildTwiceAsync(bool hasIndex, long messages)
    {
        for (var i = 0; i < 2; i++)
        {
            if (!hasIndex)
            {
                Array.ForEach(Directory.GetFiles(_path, "index.*"), File.Delete);
            }

            var report = await StoreRepair.RebuildAsync(_path, TestContext.Current.CancellationToken);
            Assert.Equal((messages, 0L, 0L), (report.Messages, report.LostMessages, report.SkippedRecords));
            Assert.Contains(report.Findings, f => f.Kind == "LostOperations");
        }
    }
}
