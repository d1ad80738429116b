using MailAdmin.Administration;
using MailAdmin.Store.IO;

namespace MailAdmin.Store;

/// <summary>How a store is opened. Every bound has its default and its reason here.</summary>
public sealed record StoreOptions
{
    /// <summary>Directory of the store; made, open to its owner alone, where it is missing.</summary>
    public required string Path { get; init; }
    /// <summary>Clock; tests bring their own.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
    /// <summary>Octets after which a new segment is begun: large enough that files stay few, small enough that compaction moves little at a time.</summary>
    public long SegmentSize { get; init; } = 128L * 1024 * 1024;
    /// <summary>Octets of zeros written ahead of the log at most, so that most flushes need not make the file grow: at 1 MiB growing costs a hundredth of them anything.</summary>
    public long WriteAhead { get; init; } = 1024 * 1024;
    /// <summary>Share of dead octets from which compaction rewrites a segment: at a half, it writes at most as much as it gives back.</summary>
    public double CompactionShare { get; init; } = 0.5;
    /// <summary>Octets from which a spooled message keeps its file instead of being copied into the log: there the copy costs more than a file's own flush.</summary>
    public long AdoptionSize { get; init; } = 256 * 1024;
    /// <summary>Changed messages after which the index catches up with the log; bounds the memory of what it has yet to take and the work of a restart.</summary>
    public int CheckpointMessages { get; init; } = 8192;
    /// <summary>The index also catches up when the log has been ahead this long.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>Queue entries at most: they are kept in memory, about 1 KB each, and a queue longer than this is a fault that somebody should look into. Reports of what it holds may take a tenth more.</summary>
    public int QueueEntries { get; init; } = 100_000;
    /// <summary>Operations that may wait for the writer; callers beyond wait for a place.</summary>
    public int QueueLength { get; init; } = 4096;
    /// <summary>Operations of one commit at most, so that no caller waits for a batch without end.</summary>
    public int BatchOperations { get; init; } = 512;
    /// <summary>Octets of content of one commit at most, for the same reason.</summary>
    public long BatchOctets { get; init; } = 16L * 1024 * 1024;
    /// <summary>Folders of a mailbox at most: keeps what a LIST walks bounded.</summary>
    public int MaxFolders { get; init; } = 10_000;
    /// <summary>Messages whose folder state may stay in memory, about 32 octets each, before folders that nobody uses are let go.</summary>
    public long CachedMessages { get; init; } = 2_000_000;
    /// <summary>Octets of summaries kept in memory.</summary>
    public long SummaryCacheOctets { get; init; } = 64L * 1024 * 1024;
    /// <summary>Told of what the store notices by itself: damage met at opening, an index that cannot follow. On any thread; must return at once and not throw.</summary>
    public Action<StoreFinding>? Noticed { get; init; }

    /// <summary>The file system; tests bring one that fails.</summary>
    internal IStoreIO IO { get; init; } = SystemStoreIO.Instance;
}
