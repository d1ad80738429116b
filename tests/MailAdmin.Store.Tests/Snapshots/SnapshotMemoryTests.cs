using MailAdmin.Store.Snapshots;

namespace MailAdmin.Store.Tests.Snapshots;

/// <summary>Measures what stays in memory, so nothing else of this process may run beside it.</summary>
[CollectionDefinition(nameof(SnapshotMemoryTests), DisableParallelization = true)]
[Collection(nameof(SnapshotMemoryTests))]
public sealed class SnapshotMemoryTests
{
    [Fact]
    public void A_message_takes_at_most_32_octets()
    {
        var rows = Enumerable.Range(1, 100_000).Select(i => new MessageRow((uint)i, 1, 0, (ulong)i, 1, 1, i)).ToArray();
        var before = GC.GetTotalMemory(true);
        var snapshot = ChunkedSnapshot.Create(ChunkedSnapshotTests.Head(1, 1), []).Append(ChunkedSnapshotTests.Head(100_001, 100_000), rows);
        var octets = (GC.GetTotalMemory(true) - before) / (double)snapshot.Count;
        Assert.InRange(octets, 20, 32);
    }
}
