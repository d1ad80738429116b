using System.Security.Cryptography;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Store.Tests.Reference;

namespace MailAdmin.Store.Tests.Model;

/// <summary>One engine and the reference, given the same random operations; what one answers or refuses, the other must as well.</summary>
internal sealed class StorePair(Random random, IMailStore engine) : IAsyncDisposable
{
    private static readonly ScramVerifier Verifier = ScramVerifier.Create("x", 4096);
    private static readonly string[] Words = ["$Forwarded", "$Label1", "work", "Later", "a", "B"];

    private readonly MemoryMailStore _reference = new();
    private readonly List<(MailboxId Mine, MailboxId Model)> _mailboxes = [];
    private readonly List<(FolderId Mine, FolderId Model)> _folders = [];
    private readonly List<(QueueId Mine, QueueId Model)> _queued = [];
    private (List<QueueId> Mine, List<QueueId> Model) _fresh = ([], []);

    public IMailStore Engine { get; set; } = engine;

    public async Task StartAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            var mailbox = new NewMailbox(MailboxAddress.Parse($"user{i}@example.org"), Verifier) { CreateDomain = true, QuotaBytes = i == 0 ? null : 60_000 };
            var mine = await Engine.Accounts.CreateMailboxAsync(mailbox);
            var model = await _reference.Accounts.CreateMailboxAsync(mailbox);
            _mailboxes.Add((mine.Id, model.Id));
            await MatchFoldersAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _reference.DisposeAsync();
    }

    /// <summary>One random operation on both.</summary>
    public async Task StepAsync()
    {
        var (a, b) = (Pick(_folders), Pick(_folders));
        switch (random.Next(24))
        {
            case >= 22:
                await EnqueueAsync(a);
                break;
            case >= 20:
                await ChangeQueueAsync();
                break;
            case < 6:
                await DeliverAsync(a, b);
                break;
            case < 8:
                await AppendAsync(a);
                break;
            case < 12:
                var change = new FlagsChange((FlagsMode)random.Next(3), new MessageFlags((ulong)random.Next(32)), Some(Words));
                var snapshot = await _reference.Messages.GetSnapshotAsync(a.Model);
                ulong? since = random.Next(4) == 0 ? (ulong)random.NextInt64((long)snapshot.HighestModSeq + 1) : null;
                var uids = await UidsAsync(a);
                await BothAsync(s => s.Messages, (m, f) => m.ChangeFlagsAsync(f, uids, change, since), a);
                break;
            case < 14:
                uids = await UidsAsync(a);
                Same(
                    await Outcome(() => Engine.Messages.CopyAsync(a.Mine, uids, b.Mine)), await Outcome(() => _reference.Messages.CopyAsync(a.Model, uids, b.Model)));
                break;
            case < 16:
                uids = await UidsAsync(a);
                Same(
                    await Outcome(() => Engine.Messages.MoveAsync(a.Mine, uids, b.Mine)), await Outcome(() => _reference.Messages.MoveAsync(a.Model, uids, b.Model)));
                break;
            case < 18:
                uids = await UidsAsync(a);
                var onlyDeleted = random.Next(2) == 0;
                await BothAsync(s => s.Messages, (m, f) => m.ExpungeAsync(f, random.Next(1) == 1 ? null : uids, onlyDeleted), a);
                break;
            default:
                await ChangeFoldersAsync(a);
                break;
        }
    }

    /// <summary>Fails where the two differ in anything that can be asked.</summary>
    public async Task CompareAsync()
    {
        foreach (var (mine, model) in _mailboxes)
        {
            var (x, y) = ((await Engine.Accounts.GetMailboxAsync(mine))!, (await _reference.Accounts.GetMailboxAsync(model))!);
            Assert.Equal((y.UsedBytes, y.MessageCount), (x.UsedBytes, x.MessageCount));
            Assert.Equal((await _reference.Folders.ListAsync(model)).Select(f => f.Name), (await Engine.Folders.ListAsync(mine)).Select(f => f.Name));
            Assert.Equal((await _reference.Folders.ListSubscriptionsAsync(model)).Order(), (await Engine.Folders.ListSubscriptionsAsync(mine)).Order());
        }

        Assert.Equal(await QueueAsync(_reference), await QueueAsync(Engine));
        foreach (var (mine, model) in _folders)
        {
            var (x, y) = (await Engine.Messages.GetSnapshotAsync(mine), await _reference.Messages.GetSnapshotAsync(model));
            Assert.Equal((y.UidNext, y.HighestModSeq, y.Count, y.UnseenCount, y.DeletedCount, y.TotalSize, y.FirstUnseen()), (x.UidNext, x.HighestModSeq, x.Count, x.UnseenCount, x.DeletedCount, x.TotalSize, x.FirstUnseen()));
            Assert.Equal(y.Keywords.Names, x.Keywords.Names);
            Assert.Equal(y.Enumerate().Select(m => (m.Uid, m.Size, m.Flags, m.ModSeq)), x.Enumerate().Select(m => (m.Uid, m.Size, m.Flags, m.ModSeq)));
            var since = (ulong)random.NextInt64((long)y.HighestModSeq + 1);
            Assert.Equal(await _reference.Messages.GetExpungedSinceAsync(model, since), await Engine.Messages.GetExpungedSinceAsync(mine, since));
            Assert.Equal(await ContentsAsync(_reference, model), await ContentsAsync(Engine, mine));
        }
    }

    private static async Task<List<string>> QueueAsync(IMailStore store)
    {
        var all = new List<string>();
        foreach (var entry in store.Queue.List())
        {
            using var content = await store.Queue.OpenAsync(entry);
            using var stream = content.OpenStream();
            var shown = entry with { Id = default, Content = default, ReceivedAt = default, NextAttempt = entry.LastAttempt is null ? default : entry.NextAttempt, Recipients = [] };
            all.Add($"{shown} {string.Join(' ', entry.Recipients)} {Convert.ToHexString(await SHA256.HashDataAsync(stream))}");
        }

        all.Sort(StringComparer.Ordinal);
        return all;
    }

    private async Task EnqueueAsync((FolderId Mine, FolderId Model) a)
    {
        var octets = Octets();
        await using var x = await IncomingAsync(Engine, octets);
        await using var y = await IncomingAsync(_reference, octets);
        var local = random.Next(2) == 0;
        var entries = Enumerable.Range(0, random.Next(local ? 0 : 1, 4)).Select(i => new NewQueueEntry("s@example.org", $"d{i}.test", [$"a@d{i}.test", $"b@d{i}.test"], Later())
        {
            Needs = (QueueNeeds)random.Next(8),
            Submitter = random.Next(2) == 0 ? null : "s@example.org",
        }).ToList();
        DeliveryTarget[] mine = local ? [new(a.Mine)] : [], model = local ? [new(a.Model)] : [];
        // One in three takes the place of an entry, as a bounce does.
        var ends = Queued();
        Func<QueueEntry, QueueEntry?> end = _ => null;
        QueueChange[] mineEnds = [], modelEnds = [];
        if (ends is { } pair && random.Next(3) == 0)
        {
            (mineEnds, modelEnds) = ([new QueueChange(pair.Mine, end)], [new QueueChange(pair.Model, end)]);
            _queued.Remove(pair);
        }

        Same(
            await Outcome(async () => Remember(await Engine.Queue.EnqueueAsync(x, mine, entries, mineEnds), true)),
            await Outcome(async () => Remember(await _reference.Queue.EnqueueAsync(y, model, entries, modelEnds), false)));
        Assert.Equal(_fresh.Mine.Count, _fresh.Model.Count);
        _queued.AddRange(_fresh.Mine.Zip(_fresh.Model));
        if (mineEnds.Length > 0 && Engine.Queue.Find(mineEnds[0].Id) is not null)
        {
            // It was refused, by a quota.
            _queued.Add((mineEnds[0].Id, modelEnds[0].Id));
        }

        _fresh = ([], []);
    }

    private async Task ChangeQueueAsync()
    {
        if (Queued() is not { } pair)
        {
            return;
        }

        var (at, next, attempts, suspended, reply) = (Later(), Later(), random.Next(9), random.Next(2) == 0, random.Next(2) == 0 ? null : "451 4.7.1 later");
        Func<QueueEntry, QueueEntry?> change = random.Next(3) == 0
            ? _ => null
            : e => e with
            {
                Attempts = attempts, LastAttempt = at, NextAttempt = next, IsSuspended = suspended, LastReply = reply, NextHop = "mx.test", IsDelayReported = suspended,
                Recipients = [.. e.Recipients.Take(1).Select(r => r with { LastReply = reply })],
            };
        var (x, y) = (await Engine.Queue.ChangeAsync([new QueueChange(pair.Mine, change)]), await _reference.Queue.ChangeAsync([new QueueChange(pair.Model, change)]));
        Assert.Equal(y.Count, x.Count);
        if (Engine.Queue.Find(pair.Mine) is null)
        {
            _queued.Remove(pair);
        }
    }

    private string Remember(EnqueueResult result, bool mine)
    {
        (mine ? _fresh.Mine : _fresh.Model).AddRange(result.Entries.Select(e => e.Id));
        return string.Join(' ', result.Places.Select(p => (p.Uid, p.ModSeq)));
    }

    private (QueueId Mine, QueueId Model)? Queued() => _queued.Count == 0 ? null : Pick(_queued);

    private DateTimeOffset Later() => DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(1_900_000_000_000));

    private static async Task<List<string>> ContentsAsync(IMailStore store, FolderId folder)
    {
        var all = new List<string>();
        await foreach (var message in store.Messages.ReadAsync(folder, UidSet.All, MessageParts.None))
        {
            using var content = await store.Messages.OpenAsync(message);
            using var stream = content.OpenStream();
            all.Add($"{message.Uid} {Convert.ToHexString(await SHA256.HashDataAsync(stream))}");
        }

        return all;
    }

    private async Task DeliverAsync((FolderId Mine, FolderId Model) a, (FolderId Mine, FolderId Model) b)
    {
        var octets = Octets();
        var (flags, words, two) = (new MessageFlags((ulong)random.Next(32)), Some(Words), random.Next(3) == 0);
        await using var x = await IncomingAsync(Engine, octets);
        await using var y = await IncomingAsync(_reference, octets);
        DeliveryTarget[] mine = [new(a.Mine, flags, words), .. two ? [new DeliveryTarget(b.Mine)] : Array.Empty<DeliveryTarget>()];
        DeliveryTarget[] model = [new(a.Model, flags, words), .. two ? [new DeliveryTarget(b.Model)] : Array.Empty<DeliveryTarget>()];
        Same(
            await Outcome(async () => string.Join(' ', (await Engine.Messages.DeliverAsync(x, mine)).Select(p => (p.Uid, p.ModSeq)))),
            await Outcome(async () => string.Join(' ', (await _reference.Messages.DeliverAsync(y, model)).Select(p => (p.Uid, p.ModSeq)))));
    }

    private async Task AppendAsync((FolderId Mine, FolderId Model) a)
    {
        List<AppendItem> mine = [], model = [];
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var octets = Octets();
            var (flags, words, at) = (new MessageFlags((ulong)random.Next(32)), Some(Words), DateTimeOffset.FromUnixTimeSeconds(random.Next()).ToOffset(TimeSpan.FromMinutes(random.Next(2) * random.Next(-840, 841))));
            mine.Add(new AppendItem(await IncomingAsync(Engine, octets), flags, words, at));
            model.Add(new AppendItem(await IncomingAsync(_reference, octets), flags, words, at));
        }

        Same(
            await Outcome(async () => (await Engine.Messages.AppendAsync(a.Mine, mine)) with { UidValidity = 0 }),
            await Outcome(async () => (await _reference.Messages.AppendAsync(a.Model, model)) with { UidValidity = 0 }));
        foreach (var item in mine)
        {
            await item.Content.DisposeAsync();
        }
    }

    private async Task ChangeFoldersAsync((FolderId Mine, FolderId Model) a)
    {
        var (mine, model) = Pick(_mailboxes);
        var name = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => "fgh"[random.Next(3)].ToString()));
        switch (random.Next(4))
        {
            case 0 when random.Next(3) > 0:
                Same(await Outcome(async () => (await Engine.Folders.RenameAsync(a.Mine, name)).Name), await Outcome(async () => (await _reference.Folders.RenameAsync(a.Model, name)).Name));
                break;
            case 0:
                var above = "fgh"[random.Next(3)].ToString();
                Same(
                    await Outcome(async () => { await Engine.Folders.RenameParentAsync(mine, above, name); return 0; }),
                    await Outcome(async () => { await _reference.Folders.RenameParentAsync(model, above, name); return 0; }));
                break;
            case 1 when random.Next(3) == 0:
                Same(await Outcome(async () => { await Engine.Folders.DeleteAsync(a.Mine); return 0; }), await Outcome(async () => { await _reference.Folders.DeleteAsync(a.Model); return 0; }));
                break;
            case 2:
                var on = random.Next(2) == 0;
                await Engine.Folders.SubscribeAsync(mine, name, on);
                await _reference.Folders.SubscribeAsync(model, name, on);
                break;
            default:
                Same(await Outcome(async () => (await Engine.Folders.CreateAsync(mine, name)).Name), await Outcome(async () => (await _reference.Folders.CreateAsync(model, name)).Name));
                break;
        }

        await MatchFoldersAsync();
    }

    private async Task MatchFoldersAsync()
    {
        _folders.Clear();
        foreach (var (mine, model) in _mailboxes)
        {
            _folders.AddRange((await Engine.Folders.ListAsync(mine)).Zip(await _reference.Folders.ListAsync(model), (x, y) => (x.Id, y.Id)));
        }
    }

    private async Task BothAsync<TResult>(Func<IMailStore, IMessageStore> of, Func<IMessageStore, FolderId, Task<TResult>> act, (FolderId Mine, FolderId Model) folder) =>
        Same(await Outcome(() => act(of(Engine), folder.Mine)), await Outcome(() => act(of(_reference), folder.Model)));

    private static async Task<string> Outcome<T>(Func<Task<T>> act)
    {
        try
        {
            var result = await act();
            return (result is TransferResult transfer ? transfer with { TargetUidValidity = 0 } : (object?)result)?.ToString() ?? string.Empty;
        }
        catch (MailAdminException e)
        {
            return e.ErrorId;
        }
    }

    private static void Same(string mine, string model) => Assert.Equal(model, mine);

    private async Task<UidSet> UidsAsync((FolderId Mine, FolderId Model) folder)
    {
        var next = (int)(await _reference.Messages.GetSnapshotAsync(folder.Model)).UidNext;
        return random.Next(5) == 0 ? UidSet.All : UidSet.Of(Enumerable.Range(0, random.Next(1, 5)).Select(_ => (uint)random.Next(1, next + 2)));
    }

    private byte[] Octets()
    {
        var octets = new byte[random.Next(12) switch { 0 => random.Next(60_000, 90_000), 1 => random.Next(200_000, 300_000), _ => random.Next(0, 3000) }];
        random.NextBytes(octets);
        return octets;
    }

    private static async Task<IncomingMessage> IncomingAsync(IMailStore store, byte[] octets)
    {
        var incoming = store.Messages.CreateIncoming();
        for (var at = 0; at < octets.Length; at += 50_000)
        {
            await incoming.WriteAsync(octets.AsMemory(at, Math.Min(50_000, octets.Length - at)));
        }

        if (octets.Length % 3 == 0)
        {
            await incoming.SetAsideAsync(fromMemory: octets.Length % 2 == 0);
        }

        return incoming;
    }

    private T Pick<T>(List<T> list) => list[random.Next(list.Count)];

    private List<string> Some(string[] words) => [.. words.Where(_ => random.Next(4) == 0)];
}
