using System.Globalization;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Store;

namespace MailAdmin.Benchmarks.Store;

/// <summary>
/// The process that is killed: several threads change the store at random and say on standard output what they are about to do and what was
/// acknowledged. Each thread has a mailbox of its own, so that its changes have one order; all deliver to a shared one.
/// </summary>
internal sealed class StoreKillWorkerVerb : IBenchmarkVerb
{
    public const int Threads = 4;

    private static readonly Lock Output = new();

    public string Name => "store-kill-worker";

    public string Usage => "--path DIR --seed N (started by store-kill)";

    public static StoreOptions Options(string path) => new()
    {
        Path = path,
        // Small, so that rotation, checkpoints and compaction are killed as well.
        SegmentSize = 2 * 1024 * 1024,
        CheckpointMessages = 100,
        CompactionShare = 0.3,
    };

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var seed = (int)options.Number("seed", 1);
        await using var store = await SqliteMailStore.OpenAsync(Options(options.Text("path", string.Empty)));
        var verifier = ScramVerifier.Create("kill", 4096);
        for (var i = 0; i <= Threads; i++)
        {
            var address = MailboxAddress.Parse(Address(i));
            if (await store.Accounts.FindMailboxAsync(address) is null)
            {
                await store.Accounts.CreateMailboxAsync(new NewMailbox(address, verifier) { CreateDomain = true });
            }
        }

        Say($"ready");
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() => WorkAsync(store, t, seed))));
        return 0;
    }

    /// <summary>Mailbox of a thread; the one after the last is shared.</summary>
    public static string Address(int thread) => string.Create(CultureInfo.InvariantCulture, $"kill{thread}@example.org");

    /// <summary>Domain of a thread's queue entries.</summary>
    public static string Domain(int thread) => string.Create(CultureInfo.InvariantCulture, $"t{thread}.test");

    /// <summary>Sender that names a queue entry's content.</summary>
    public static string Sender(long number) => string.Create(CultureInfo.InvariantCulture, $"{number}@kill.test");

    public static async Task<FolderId> FolderAsync(IMailStore store, int thread, string name)
    {
        var mailbox = (await store.Accounts.FindMailboxAsync(MailboxAddress.Parse(Address(thread))))!;
        return (await store.Folders.FindAsync(mailbox.Id, name))!.Id;
    }

    private static async Task WorkAsync(SqliteMailStore store, int thread, int seed)
    {
        var random = new Random((seed * 31) + thread);
        FolderId[] folders = [await FolderAsync(store, thread, FolderName.Inbox), await FolderAsync(store, thread, "Archive")];
        var shared = await FolderAsync(store, Threads, FolderName.Inbox);
        var mailbox = (await store.Accounts.FindMailboxAsync(MailboxAddress.Parse(Address(thread))))!.Id;
        // Numbers are unique over all rounds: the round, the thread, a count.
        var number = (((long)seed * Threads) + thread) * 1_000_000;
        for (var step = 0; ; step++)
        {
            var at = random.Next(2);
            var snapshot = await store.Messages.GetSnapshotAsync(folders[at]);
            var uid = snapshot.Count == 0 ? 0 : snapshot[random.Next(snapshot.Count)].Uid;
            // As many go as come, so that the store stays small over a thousand rounds.
            var queued = store.Queue.List().Where(e => e.Domain == Domain(thread)).ToList();
            if (queued.Count > 20 || (queued.Count > 0 && random.Next(20) == 0))
            {
                var entry = queued[random.Next(queued.Count)];
                Say($"B {thread} Z 0 {entry.Sender.Split('@')[0]} 0");
                // Put off first, as an attempt that failed does.
                await store.Queue.ChangeAsync([new QueueChange(entry.Id, e => e with { Attempts = e.Attempts + 1, LastReply = "451 4.7.1 later" })]);
                await store.Queue.ChangeAsync([new QueueChange(entry.Id, _ => null)]);
                Say($"A {thread} 0 0 0");
            }

            var choice = snapshot.Count > 60 ? 90 + random.Next(10) : random.Next(100);
            if (choice < 45 || uid == 0)
            {
                // One in four to the shared mailbox too, one in four to the queue too: whole or not at all.
                var more = random.Next(4);
                var n = ++number;
                Say($"B {thread} D {at} {n} {(more < 3 ? more : 0)}");
                await using var incoming = await KillContent.IncomingAsync(store, n);
                DeliveryTarget[] targets = more == 1 ? [new(folders[at]), new(shared)] : [new(folders[at])];
                var places = more == 2
                    ? (await store.Queue.EnqueueAsync(incoming, targets, [new NewQueueEntry(Sender(n), Domain(thread), [$"a@{Domain(thread)}"], DateTimeOffset.UtcNow.AddDays(5))], [])).Places
                    : await store.Messages.DeliverAsync(incoming, targets);
                Say($"A {thread} {places[0].Uid} {places[0].ModSeq} {(more == 1 ? places[1].Uid : 0)}");
            }
            else if (choice < 65)
            {
                var bits = random.Next(1, 32);
                Say($"B {thread} F {at} {uid} {bits}");
                var result = await store.Messages.ChangeFlagsAsync(folders[at], UidSet.Single(uid), new FlagsChange(FlagsMode.Replace, new MessageFlags((ulong)bits), []));
                Say($"A {thread} {uid} {result.ModSeq} 0");
            }
            else if (choice < 75)
            {
                Say($"B {thread} C {at} {uid} 0");
                var result = await store.Messages.CopyAsync(folders[at], UidSet.Single(uid), folders[1 - at]);
                Say($"A {thread} {result.Target.First} {result.TargetModSeq} 0");
            }
            else if (choice < 85)
            {
                Say($"B {thread} M {at} {uid} 0");
                var result = await store.Messages.MoveAsync(folders[at], UidSet.Single(uid), folders[1 - at]);
                Say($"A {thread} {result.Target.First} {result.TargetModSeq} {result.SourceModSeq}");
            }
            else if (choice < 98)
            {
                Say($"B {thread} X {at} {uid} 0");
                var result = await store.Messages.ExpungeAsync(folders[at], UidSet.Single(uid), onlyDeleted: false);
                Say($"A {thread} {uid} {result.ModSeq} 0");
            }
            else
            {
                Say($"B {thread} K 0 {step} 0");
                var folder = await store.Folders.CreateAsync(mailbox, $"f{seed}-{step}");
                await store.Folders.DeleteAsync(folder.Id);
                Say($"A {thread} 0 0 0");
                if (thread == 0)
                {
                    await store.CompactAsync();
                }
            }
        }
    }

    private static void Say(FormattableString line)
    {
        lock (Output)
        {
            Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
        }
    }
}
