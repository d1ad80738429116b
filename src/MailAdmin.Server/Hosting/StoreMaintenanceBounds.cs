namespace MailAdmin.Server.Hosting;

/// <summary>Bounds of the work on a quiet store, each with its reason. Tests bring smaller ones.</summary>
internal sealed record StoreMaintenanceBounds
{
    /// <summary>Time without a commit after which the store is quiet: longer than the index takes to catch up with the log, so that its figures are of now.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>Messages summarised between two looks at whether the store is still quiet: some milliseconds, which is what a delivery may find the processor taken for.</summary>
    public int Batch { get; init; } = 16;
    /// <summary>Folders with new messages that are remembered; about 100 octets each. Others are summarised when first asked for.</summary>
    public int Folders { get; init; } = 10_000;
    /// <summary>New messages of one folder that are remembered, the last ones: what a client shows first. After a mass import the rest waits until asked for.</summary>
    public int MessagesOfFolder { get; init; } = 10_000;
    /// <summary>Dead octets below which compaction is not worth its reading and writing: half a segment, and compaction takes only segments more than half dead.</summary>
    public long DeadOctets { get; init; } = 64L * 1024 * 1024;
    /// <summary>Share of the living content that the dead must reach as well: a large store would otherwise be rewritten for a gain nobody notices.</summary>
    public double DeadShare { get; init; } = 0.25;
    /// <summary>Time between two compactions: what is dead but spread too thinly to be worth a rewrite is not looked at all day.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromHours(1);
}
