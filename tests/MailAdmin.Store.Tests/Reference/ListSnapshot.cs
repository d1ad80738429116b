namespace MailAdmin.Store.Tests.Reference;

/// <summary>A snapshot as a plain list: slow, and right by inspection.</summary>
public sealed class ListSnapshot(
    FolderId folder, uint uidValidity, uint uidNext, ulong highestModSeq, FolderKeywords keywords, IReadOnlyList<MessageState> messages) : FolderSnapshot
{
    public override FolderId Folder => folder;
    public override uint UidValidity => uidValidity;
    public override uint UidNext => uidNext;
    public override ulong HighestModSeq => highestModSeq;
    public override int Count => messages.Count;
    public override int UnseenCount => messages.Count(m => !m.Flags.Has(MessageFlags.Seen));
    public override int DeletedCount => messages.Count(m => m.Flags.Has(MessageFlags.Deleted));
    public override long TotalSize => messages.Sum(m => (long)m.Size);
    public override FolderKeywords Keywords => keywords;
    public override MessageState this[int index] => messages[index];

    public override int IndexOf(uint uid)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Uid >= uid)
            {
                return messages[i].Uid == uid ? i : ~i;
            }
        }

        return ~messages.Count;
    }

    public override IEnumerable<MessageState> Enumerate(int fromIndex = 0) => messages.Skip(fromIndex);

    public override int FirstUnseen()
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (!messages[i].Flags.Has(MessageFlags.Seen))
            {
                return i;
            }
        }

        return -1;
    }

    public override SnapshotDifference Compare(FolderSnapshot newer)
    {
        var before = messages.ToDictionary(m => m.Uid);
        var after = newer.Enumerate().ToDictionary(m => m.Uid);
        return new SnapshotDifference(
            UidSet.Of(before.Keys.Where(u => !after.ContainsKey(u)).Order()),
            UidSet.Of(before.Where(m => after.TryGetValue(m.Key, out var now) && now != m.Value).Select(m => m.Key).Order()),
            UidSet.Of(after.Keys.Where(u => !before.ContainsKey(u)).Order()));
    }
}
