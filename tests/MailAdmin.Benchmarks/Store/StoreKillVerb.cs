using System.Diagnostics;
using System.Globalization;
using MailAdmin.Store;

namespace MailAdmin.Benchmarks.Store;

/// <summary>
/// Kills a process that changes a store, many times, and after each kill holds the store against everything that was acknowledged:
/// messages there and octet by octet the same, flags, no UID given again, no mod-sequence gone back. With repair the index is deleted after each kill
/// and made anew from the log.
/// </summary>
internal sealed class StoreKillVerb : IBenchmarkVerb
{
    public string Name => "store-kill";

    public string Usage => "--rounds 1000 --seed 1 [--repair 1] [--path DIR]";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var path = options.Text("path", Path.Combine(Path.GetTempPath(), "mailadmin-kill-" + Guid.NewGuid().ToString("N")));
        var rounds = (int)options.Number("rounds", 1000);
        try
        {
            var acknowledged = await RunAsync(path, rounds, (int)options.Number("seed", 1), options.Number("repair", 0) != 0, Console.WriteLine);
            Console.WriteLine($"{rounds} kills, {acknowledged} acknowledged changes, nothing lost.");
            Directory.Delete(path, true);
            return 0;
        }
        catch (KillException e)
        {
            Console.WriteLine($"LOST: {e.Message}; the store is left in {path}");
            return 1;
        }
    }

    /// <summary>Runs rounds; returns how many changes were acknowledged.</summary>
    /// <exception cref="KillException">Something acknowledged is not there.</exception>
    public static async Task<long> RunAsync(string path, int rounds, int seed, bool repair, Action<string> tell)
    {
        var model = new KillModel();
        var random = new Random(seed);
        long acknowledged = 0;
        for (var round = 1; round <= rounds; round++)
        {
            // Now and then at once, so that opening and recovery are killed too.
            var after = random.Next(8) == 0 ? 0 : random.Next(1, 1200);
            acknowledged += await KillAsync(path, (seed * 100_000) + round, after, model);
            // A store that was killed while it was made has nothing that could say which it is, and no mail.
            if (repair && acknowledged > 0)
            {
                await RepairAsync(path);
            }

            await using (var store = await SqliteMailStore.OpenAsync(StoreKillWorkerVerb.Options(path)))
            {
                await JudgeAsync(store, model, thorough: round % 10 == 0 || round == rounds);
            }

            if (round % 50 == 0)
            {
                tell($"round {round}: {acknowledged} acknowledged changes");
            }
        }

        return acknowledged;
    }

    private static async Task<long> KillAsync(string path, int seed, int after, KillModel model)
    {
        // The program beside this assembly, whichever process the judge runs in.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[typeof(StoreKillVerb).Assembly.Location, "store-kill-worker", "--path", path, "--seed", seed.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using var worker = Process.Start(start)!;
        long acknowledged = 0;
        var killed = after == 0;
        if (killed)
        {
            worker.Kill();
        }

        // What lies in the pipe was said before the kill and counts.
        while (await worker.StandardOutput.ReadLineAsync() is { } line)
        {
            acknowledged += model.Take(line) ? 1 : 0;
            if (!killed && acknowledged >= after)
            {
                killed = true;
                worker.Kill();
            }
        }

        await worker.WaitForExitAsync();
        return killed ? acknowledged : throw new KillException("the worker ended by itself");
    }

    private static async Task RepairAsync(string path)
    {
        foreach (var index in Directory.GetFiles(path, "index.*"))
        {
            File.Delete(index);
        }

        var report = await StoreRepair.RebuildAsync(path);
        // What the kill tore is one damaged place; whatever else is told of was acknowledged.
        if (report.LostMessages + report.SkippedRecords > 0 || report.DamagedPlaces > 1)
        {
            throw new KillException($"the repair tells of losses: {report}");
        }
    }

    private static async Task JudgeAsync(SqliteMailStore store, KillModel model, bool thorough)
    {
        if (await store.Accounts.FindMailboxAsync(Addresses.MailboxAddress.Parse(StoreKillWorkerVerb.Address(StoreKillWorkerVerb.Threads))) is null)
        {
            // Killed before the mailboxes were made.
            return;
        }

        for (var t = 0; t < StoreKillWorkerVerb.Threads; t++)
        {
            FolderId[] ids = [await StoreKillWorkerVerb.FolderAsync(store, t, FolderName.Inbox), await StoreKillWorkerVerb.FolderAsync(store, t, "Archive")];
            FolderSnapshot[] snapshots = [await store.Messages.GetSnapshotAsync(ids[0]), await store.Messages.GetSnapshotAsync(ids[1])];
            var (first, second) = model.WithPending(t);
            KillFolder[] acknowledged = [model.Folders[t, 0], model.Folders[t, 1]];
            KillFolder[] pending = [first, second];
            var found = Fits(snapshots, acknowledged) ? acknowledged : Fits(snapshots, pending) ? pending
                : throw new KillException($"thread {t}: the folders are neither what was acknowledged nor that with the change {model.Pending[t]}: {Describe(snapshots, acknowledged)}");
            await JudgeQueueAsync(store, model, t, hasPending: found == pending);
            for (var f = 0; f < 2; f++)
            {
                if (snapshots[f].HighestModSeq < acknowledged[f].ModSeq || snapshots[f].UidNext < acknowledged[f].UidNext)
                {
                    throw new KillException($"thread {t}: UIDNEXT or HIGHESTMODSEQ went back");
                }

                await JudgeContentsAsync(store, ids[f], uid => found[f].Messages[uid].Content);
                found[f].ModSeq = snapshots[f].HighestModSeq;
                found[f].UidNext = snapshots[f].UidNext;
                model.Folders[t, f] = found[f];
            }
        }

        await JudgeSharedAsync(store, model);
        Array.Clear(model.Pending);
        if (thorough)
        {
            await foreach (var finding in store.VerifyAsync())
            {
                throw new KillException(finding.ToString());
            }
        }
    }

    private static async Task JudgeQueueAsync(SqliteMailStore store, KillModel model, int thread, bool hasPending)
    {
        var there = new HashSet<long>();
        foreach (var entry in store.Queue.List().Where(e => e.Domain == StoreKillWorkerVerb.Domain(thread)))
        {
            var number = long.Parse(entry.Sender.Split('@')[0], CultureInfo.InvariantCulture);
            using var content = await store.Queue.OpenAsync(entry);
            var octets = new byte[content.Length];
            if (!there.Add(number) || content.Read(0, octets) != octets.Length || !octets.AsSpan().SequenceEqual(KillContent.Make(number)))
            {
                throw new KillException($"thread {thread}: queue entry {number} is there twice or is not octet by octet what was queued");
            }
        }

        var must = new HashSet<long>(model.Queue[thread]);
        var pending = model.Pending[thread];
        if (hasPending && pending is { Kind: 'D', More: 2 })
        {
            // It came into the folder, so into the queue as well.
            must.Add(pending.What);
        }

        if (!there.SetEquals(must) && !(pending is { Kind: 'Z' } && must.Remove(pending.What) && there.SetEquals(must)))
        {
            throw new KillException($"thread {thread}: the queue has {string.Join(' ', there)} instead of {string.Join(' ', must)}");
        }

        model.Queue[thread] = there;
    }

    private static async Task JudgeSharedAsync(SqliteMailStore store, KillModel model)
    {
        var shared = await StoreKillWorkerVerb.FolderAsync(store, StoreKillWorkerVerb.Threads, FolderName.Inbox);
        var there = (await store.Messages.GetSnapshotAsync(shared)).Enumerate().Select(m => m.Uid).ToHashSet();
        if (model.Shared.Keys.FirstOrDefault(u => !there.Contains(u)) is > 0 and var lost)
        {
            throw new KillException($"UID {lost} of the shared folder is gone");
        }

        // One more of each thread may have come without a word.
        var open = model.Pending.Where(p => p is { Kind: 'D', More: 1 }).Select(p => p!.What).ToHashSet();
        await foreach (var message in store.Messages.ReadAsync(shared, UidSet.All, MessageParts.None))
        {
            using var content = await store.Messages.OpenAsync(message);
            var octets = new byte[content.Length];
            content.Read(0, octets);
            var number = model.Shared.TryGetValue(message.Uid, out var known) ? known : BitConverter.ToInt64(octets);
            if ((known == 0 && !open.Remove(number)) || !octets.AsSpan().SequenceEqual(KillContent.Make(number)))
            {
                throw new KillException($"UID {message.Uid} of the shared folder is not what was delivered");
            }
        }

        // Emptied between rounds, so that a thousand of them stay quick.
        await store.Messages.ExpungeAsync(shared, null, onlyDeleted: false);
        model.Shared.Clear();
    }

    private static bool Fits(FolderSnapshot[] snapshots, KillFolder[] folders) => snapshots.Zip(folders).All(p =>
        p.First.Enumerate().Select(m => (m.Uid, m.Flags.Bits)).SequenceEqual(p.Second.Messages.Select(m => (m.Key, m.Value.Flags))));

    private static string Describe(FolderSnapshot[] snapshots, KillFolder[] folders) => string.Join("; ", snapshots.Zip(folders, (snapshot, folder) =>
        $"there only {string.Join(' ', snapshot.Enumerate().Select(m => (m.Uid, m.Flags.Bits)).Except(folder.Messages.Select(m => (m.Key, m.Value.Flags))))}"
        + $" of {snapshot.Count} messages"
        + $" missing {string.Join(' ', folder.Messages.Select(m => (m.Key, m.Value.Flags)).Except(snapshot.Enumerate().Select(m => (m.Uid, m.Flags.Bits))))}"));

    private static async Task JudgeContentsAsync(SqliteMailStore store, FolderId folder, Func<uint, long> expected)
    {
        await foreach (var message in store.Messages.ReadAsync(folder, UidSet.All, MessageParts.None))
        {
            using var content = await store.Messages.OpenAsync(message);
            var octets = new byte[content.Length];
            if (content.Read(0, octets) != octets.Length || !octets.AsSpan().SequenceEqual(KillContent.Make(expected(message.Uid))))
            {
                throw new KillException($"UID {message.Uid} is not octet by octet what was acknowledged");
            }
        }
    }
}
