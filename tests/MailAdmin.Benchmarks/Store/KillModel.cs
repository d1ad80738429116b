using System.Globalization;

namespace MailAdmin.Benchmarks.Store;

/// <summary>What must be in the store: everything acknowledged, and of each thread at most the one change it was about to make.</summary>
internal sealed class KillModel
{
    public KillFolder[,] Folders { get; } = new KillFolder[StoreKillWorkerVerb.Threads, 2];

    /// <summary>Content numbers of each thread's queue entries.</summary>
    public HashSet<long>[] Queue { get; } = [.. Enumerable.Range(0, StoreKillWorkerVerb.Threads).Select(_ => new HashSet<long>())];

    /// <summary>UID to content number in the shared folder.</summary>
    public Dictionary<uint, long> Shared { get; } = [];

    public KillChange?[] Pending { get; } = new KillChange?[StoreKillWorkerVerb.Threads];

    public KillModel()
    {
        for (var t = 0; t < StoreKillWorkerVerb.Threads; t++)
        {
            Folders[t, 0] = new KillFolder();
            Folders[t, 1] = new KillFolder();
        }
    }

    /// <summary>Takes a line of the worker; true for an acknowledgement. A cut last line is not one.</summary>
    public bool Take(string line)
    {
        var words = line.Split(' ');
        if (words.Length < 2 || !int.TryParse(words[1], CultureInfo.InvariantCulture, out var thread))
        {
            return false;
        }

        if (words is ["B", _, var kind, var at, var what, var more])
        {
            Pending[thread] = new KillChange(kind[0], Number(at), what.Length == 0 ? 0 : long.Parse(what, CultureInfo.InvariantCulture), Number(more));
            return false;
        }

        if (words is not ["A", _, var uid, var modSeq, var other] || Pending[thread] is not { } change)
        {
            return false;
        }

        Pending[thread] = null;
        Apply(thread, change, (uint)Number(uid), ulong.Parse(modSeq, CultureInfo.InvariantCulture), (uint)Number(other));
        return true;
    }

    /// <summary>A thread's folders after its pending change, as it would have come out.</summary>
    public (KillFolder First, KillFolder Second) WithPending(int thread)
    {
        var (first, second) = (Folders[thread, 0].Clone(), Folders[thread, 1].Clone());
        if (Pending[thread] is { Kind: not ('K' or 'Z') } change)
        {
            Apply([first, second], change, change.At == 0 ? first.UidNext : second.UidNext, change.Kind is 'C' or 'M' ? (change.At == 0 ? second : first).UidNext : 0, null);
        }

        return (first, second);
    }

    private void Apply(int thread, KillChange change, uint uid, ulong modSeq, uint other)
    {
        if (change.Kind == 'Z')
        {
            Queue[thread].Remove(change.What);
        }

        if (change.Kind is 'K' or 'Z')
        {
            return;
        }

        KillFolder[] pair = [Folders[thread, 0], Folders[thread, 1]];
        var changed = change.Kind is 'C' or 'M' ? pair[1 - change.At] : pair[change.At];
        if (modSeq <= changed.ModSeq && change.Kind != 'F')
        {
            throw new KillException($"thread {thread}: mod-sequence went back from {changed.ModSeq} to {modSeq}");
        }

        if (change.Kind is 'D' or 'C' or 'M' && uid < changed.UidNext)
        {
            throw new KillException($"thread {thread}: UID {uid} was given again");
        }

        Apply(pair, change, uid, uid, modSeq);
        if (change.Kind == 'M')
        {
            pair[change.At].ModSeq = Math.Max(pair[change.At].ModSeq, other);
        }

        if (change.Kind == 'D' && change.More == 2)
        {
            Queue[thread].Add(change.What);
        }

        if (change.Kind == 'D' && change.More == 1 && !Shared.TryAdd(other, change.What))
        {
            throw new KillException($"UID {other} was given twice in the shared folder");
        }
    }

    private static void Apply(KillFolder[] pair, KillChange change, uint delivered, uint transferred, ulong? modSeq)
    {
        var (here, there) = (pair[change.At], pair[1 - change.At]);
        switch (change.Kind)
        {
            case 'D':
                here.Add(delivered, 0, change.What, modSeq);
                break;
            case 'F':
                here.Messages[(uint)change.What] = here.Messages[(uint)change.What] with { Flags = (ulong)change.More };
                here.ModSeq = modSeq ?? here.ModSeq;
                break;
            case 'C' or 'M':
                var message = here.Messages[(uint)change.What];
                there.Add(transferred, message.Flags, message.Content, modSeq);
                if (change.Kind == 'M')
                {
                    here.Messages.Remove((uint)change.What);
                }

                break;
            case 'X':
                here.Messages.Remove((uint)change.What);
                here.ModSeq = modSeq ?? here.ModSeq;
                break;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A change a thread announced: what it is of depends on the kind, a content number or a UID.</summary>
internal sealed record KillChange(char Kind, int At, long What, int More);

/// <summary>A folder as it must be.</summary>
internal sealed class KillFolder
{
    public SortedDictionary<uint, (ulong Flags, long Content)> Messages { get; private init; } = [];
    public uint UidNext { get; set; } = 1;
    public ulong ModSeq { get; set; } = 1;

    public KillFolder Clone() => new() { Messages = new SortedDictionary<uint, (ulong, long)>(Messages), UidNext = UidNext, ModSeq = ModSeq };

    public void Add(uint uid, ulong flags, long content, ulong? modSeq)
    {
        Messages.Add(uid, (flags, content));
        UidNext = uid + 1;
        ModSeq = modSeq ?? ModSeq;
    }
}

/// <summary>The store broke its promise.</summary>
internal sealed class KillException(string message) : Exception(message);
