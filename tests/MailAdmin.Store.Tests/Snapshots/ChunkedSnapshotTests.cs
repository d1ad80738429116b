using MailAdmin.Store.Snapshots;
using MailAdmin.Store.Tests.Reference;

namespace MailAdmin.Store.Tests.Snapshots;

/// <summary>Snapshots over many chunks against plain lists, through random appends, flag changes and removals; old ones stay what they were.</summary>
public sealed class ChunkedSnapshotTests
{
    private static readonly FolderId Folder = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));

    [Theory]
    [InlineData(1, 0UL)]
    [InlineData(2, 0UL)]
    [InlineData(3, 5_000_000_000UL)]
    public void Changes_over_many_chunks_come_out_as_in_a_plain_list(int seed, ulong firstModSeq)
    {
        var random = new Random(seed);
        List<MessageRow> rows = [];
        var snapshot = ChunkedSnapshot.Create(Head(1, firstModSeq), []);
        var (uidNext, modSeq) = (1u, firstModSeq);
        var kept = new List<(ChunkedSnapshot Snapshot, List<MessageRow> Rows)>();
        for (var step = 0; step < 400; step++)
        {
            modSeq += random.Next(20) == 0 ? (ulong)random.NextInt64(6_000_000_000) : 1;
            switch (random.Next(3))
            {
                case 0:
                    uidNext += random.Next(50) == 0 ? (uint)random.Next(100_000) : 0;
                    var added = Enumerable.Range(0, random.Next(1, 60)).Select(_ => new MessageRow(
                        uidNext++, (uint)random.Next(), (ulong)random.NextInt64(), modSeq, (uint)random.Next(), (uint)random.Next(), random.NextInt64(10_000_000_000),
                        random.Next(200) == 0 ? (short)random.Next(-840, 841) : (short)0)).ToArray();
                    rows = [.. rows, .. added];
                    snapshot = snapshot.Append(Head(uidNext, modSeq), added);
                    break;
                case 1:
                    var changes = rows.Where(_ => random.Next(100) == 0).Select(r => (r.Uid, (ulong)random.NextInt64())).ToList();
                    var byUid = changes.ToDictionary(c => c.Uid, c => c.Item2);
                    rows = rows.ConvertAll(r => byUid.TryGetValue(r.Uid, out var flags) ? r with { Flags = flags, ModSeq = modSeq } : r);
                    snapshot = SnapshotEditor.WithFlags(snapshot, Head(uidNext, modSeq), changes, modSeq);
                    break;
                default:
                    var from = (uint)random.Next((int)uidNext);
                    var gone = random.Next(2) == 0 ? UidSet.Range(from, from + (uint)random.Next(30)) : UidSet.Of(rows.Where(_ => random.Next(60) == 0).Select(r => r.Uid));
                    rows = rows.FindAll(r => !gone.Contains(r.Uid));
                    snapshot = SnapshotEditor.Without(snapshot, Head(uidNext, modSeq), gone);
                    break;
            }

            Same(rows, snapshot);
            if (step % 20 == 0)
            {
                kept.Add((snapshot, rows));
            }
        }

        var now = List(snapshot, rows);
        foreach (var (old, was) in kept)
        {
            Same(was, old);
            Assert.Equal(List(old, was).Compare(now), old.Compare(snapshot));
        }

        var chunks = Enumerable.Range(0, snapshot.ChunkCount).Select(i => SnapshotChunk.Decode(snapshot.Chunk(i).Encode())!).ToList();
        Same(rows, ChunkedSnapshot.Create(snapshot.Head, chunks));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-330)]
    public void A_damaged_chunk_is_not_decoded(short zone)
    {
        var blob = SnapshotChunk.Start(new MessageRow(1, 2, 3, 4, 5, 6, 7, zone)).Encode();
        for (var i = 0; i < blob.Length; i++)
        {
            blob[i] ^= 0x10;
            Assert.Null(SnapshotChunk.Decode(blob));
            blob[i] ^= 0x10;
        }
    }

    private static void Same(List<MessageRow> rows, ChunkedSnapshot snapshot)
    {
        Assert.Equal(rows.Count, snapshot.Count);
        Assert.True(snapshot.Enumerate().Select(m => (m.Uid, m.Flags.Bits, m.ModSeq, m.Size)).SequenceEqual(rows.Select(r => (r.Uid, r.Flags, r.ModSeq, r.Size))));
        var found = new List<MessageRow>();
        snapshot.Visit(UidSet.All, (chunk, _, i) => found.Add(chunk.Row(i)));
        Assert.True(found.SequenceEqual(rows));
        for (var i = 0; i < rows.Count; i += 97)
        {
            Assert.Equal(rows[i].Uid, snapshot[i].Uid);
            Assert.Equal(i, snapshot.IndexOf(rows[i].Uid));
        }
    }

    private static ListSnapshot List(ChunkedSnapshot snapshot, List<MessageRow> rows) => new(
        Folder, 1, snapshot.UidNext, snapshot.HighestModSeq, FolderKeywords.Empty, rows.ConvertAll(r => new MessageState(r.Uid, r.Size, new MessageFlags(r.Flags), r.ModSeq, r.Received, r.ReceivedZone)));

    internal static FolderHead Head(uint uidNext, ulong modSeq) => new(Folder, 1, uidNext, modSeq, 0, 0, 0, FolderKeywords.Empty);
}
