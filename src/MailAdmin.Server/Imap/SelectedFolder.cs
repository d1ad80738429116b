using System.Runtime.InteropServices;
using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>
/// A folder as one session's client knows it. <see cref="View"/> is the shared snapshot of the last moment the client was told of everything;
/// sequence numbers are its index + 1 and shift only when <see cref="Advance"/> moves on to a newer one.
/// </summary>
internal sealed class SelectedFolder(FolderRecord folder, FolderSnapshot view, bool isReadOnly) : IDisposable
{
    /// <summary>Own changes kept apart at most; beyond it the client is told of its own changes twice, which is harmless.</summary>
    private const int MaxOwnChanges = 256;

    private List<ulong>? _own;
    private bool _isHeldBack;
    private FolderSnapshot? _ahead;
    private Dictionary<uint, MessageState>? _gone;

    public FolderRecord Folder { get; } = folder;
    /// <summary>What the client knows.</summary>
    public FolderSnapshot View { get; private set; } = view;
    /// <summary>EXAMINE: nothing changes, not even \Seen.</summary>
    public bool IsReadOnly { get; } = isReadOnly;
    /// <summary>Keywords the client was told of; numbers never change, so older flags are written with them too.</summary>
    public FolderKeywords Keywords { get; set; } = view.Keywords;
    /// <summary>UIDs that are \Recent to this session. RFC 3501 §2.3.2.</summary>
    public UidSet Recent { get; set; } = UidSet.Empty;
    /// <summary>The saved search result, <c>$</c>. RFC 5182. Changed by SEARCH; expunged messages leave it.</summary>
    public UidSet SavedResult { get; set; } = UidSet.Empty;
    /// <summary>The watch on the folder's changes.</summary>
    public IDisposable? Watch { get; set; }

    /// <summary>Moves on to a newer snapshot, of which the client was just told.</summary>
    public void Advance(FolderSnapshot newer, SnapshotDifference difference)
    {
        View = newer;
        _own = null;
        _ahead = null;
        _gone = null;
        IsLagging = false;
        if (!difference.Expunged.IsEmpty && !SavedResult.IsEmpty)
        {
            SavedResult = SavedResult.Except(difference.Expunged);
        }

        if (!difference.Expunged.IsEmpty && !Recent.IsEmpty)
        {
            Recent = Recent.Except(difference.Expunged);
        }
    }

    /// <summary>
    /// The client could not be told of a newer snapshot, for messages went and EXPUNGE may not be sent now. Until it is told, what it knows of flags
    /// lies between the two: nothing is kept back from it, and all of it is told again then.
    /// </summary>
    public void Lag(FolderSnapshot latest)
    {
        Look(latest);
        IsLagging = true;
        _own = null;
    }

    /// <summary>
    /// States of messages are told from a newer snapshot. Those that went since the last one are kept as they stood there: for the client they are
    /// still there, and what it was told of them does not go back.
    /// </summary>
    public void Look(FolderSnapshot latest)
    {
        var last = _ahead ?? View;
        if (ReferenceEquals(last, latest))
        {
            return;
        }

        foreach (var uid in last.Compare(latest).Expunged)
        {
            if (last.IndexOf(uid) is >= 0 and var index)
            {
                (_gone ??= [])[uid] = last[index];
            }
        }

        _ahead = latest;
    }

    /// <summary>The highest mod-sequence told with a message since the client was last told what it knows everything up to.</summary>
    public ulong ToldModSeq { get; private set; }

    /// <summary>Notes a mod-sequence told with a message.</summary>
    public void NoteTold(ulong modSeq) => ToldModSeq = Math.Max(ToldModSeq, modSeq);

    /// <summary>
    /// The mod-sequence to tell the client now, so that it does not take one that came with a message for all it knows: it would never hear of
    /// what waits to be told. Null where there is nothing to say; each is given once.
    /// </summary>
    public ulong? TakeCoverage()
    {
        var isAhead = IsLagging && ToldModSeq > View.HighestModSeq;
        if (!isAhead && (IsLagging || !_isHeldBack))
        {
            ToldModSeq = IsLagging ? ToldModSeq : 0;
            return null;
        }

        (_isHeldBack, ToldModSeq) = (isAhead, 0);
        return View.HighestModSeq;
    }

    /// <summary>The client is behind; see <see cref="Lag"/>.</summary>
    public bool IsLagging { get; private set; }

    /// <summary>A message of the view as it was last looked at: as it stands now, or stood before it went.</summary>
    public MessageState Current(in MessageState message)
    {
        if (_ahead is null)
        {
            return message;
        }

        var index = _ahead.IndexOf(message.Uid);
        return index >= 0 ? _ahead[index] : _gone is not null && _gone.TryGetValue(message.Uid, out var before) ? before : message;
    }

    /// <summary>
    /// Notes that the command itself told (or was asked not to tell) the client of the change with this mod-sequence, so that it is not told again.
    /// A mod-sequence names one change.
    /// </summary>
    public void NoteOwnChange(ulong modSeq)
    {
        _own ??= [];
        if (!IsLagging && _own.Count < MaxOwnChanges)
        {
            _own.Add(modSeq);
        }
    }

    /// <summary>The change with this mod-sequence was this session's own and is known to the client.</summary>
    public bool IsOwnChange(ulong modSeq) => _own is not null && CollectionsMarshal.AsSpan(_own).Contains(modSeq);

    /// <summary>
    /// The places in <see cref="View"/> that a set names: half-open index ranges, ascending. UIDs that are not there are left out; a sequence
    /// number that is not there makes it null: the command is BAD (RFC 9051 §9 seq-number).
    /// </summary>
    public List<Range>? Locate(SequenceSet set, bool uid)
    {
        var ranges = new List<Range>();
        if (set.IsSaved)
        {
            foreach (var range in SavedResult.Ranges)
            {
                AddUids(ranges, range.First, range.Last);
            }

            return ranges;
        }

        var count = (uint)View.Count;
        if (!uid && (set.LargestNumber > count || count == 0))
        {
            return null;
        }

        foreach (var range in set.Resolve(uid ? LargestUid : count))
        {
            if (uid)
            {
                AddUids(ranges, range.First, range.Last);
            }
            else
            {
                ranges.Add((int)(range.First - 1)..(int)range.Last);
            }
        }

        return ranges;
    }

    /// <summary>The UIDs that a set names, of messages in <see cref="View"/>; null as in <see cref="Locate"/>.</summary>
    public UidSet? Resolve(SequenceSet set, bool uid)
    {
        if (Locate(set, uid) is not { } ranges)
        {
            return null;
        }

        var builder = new UidSet.Builder();
        foreach (var range in ranges)
        {
            var (from, to) = (range.Start.Value, range.End.Value);
            uint first = View[from].Uid, last = View[to - 1].Uid;
            if (last - first == to - 1 - from)
            {
                builder.AddRange(first, last);
                continue;
            }

            foreach (var message in View.Enumerate(from).Take(to - from))
            {
                builder.Add(message.Uid);
            }
        }

        return builder.Build();
    }

    /// <summary>The highest UID in the view; 0 where it is empty.</summary>
    public uint LargestUid => View.Count == 0 ? 0 : View[View.Count - 1].Uid;

    /// <summary>Sequence number of a UID in the view; 0 where it is not there.</summary>
    public uint SequenceOf(uint uid)
    {
        var index = View.IndexOf(uid);
        return index < 0 ? 0 : (uint)index + 1;
    }

    public void Dispose() => Watch?.Dispose();

    private void AddUids(List<Range> ranges, uint first, uint last)
    {
        var from = View.IndexOf(first);
        var to = View.IndexOf(last);
        from = from < 0 ? ~from : from;
        to = to < 0 ? ~to : to + 1;
        if (from < to)
        {
            ranges.Add(from..to);
        }
    }
}
