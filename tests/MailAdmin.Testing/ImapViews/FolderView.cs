using System.Globalization;

namespace MailAdmin.Testing.ImapViews;

/// <summary>How a session talks.</summary>
public enum ViewMode
{
    Rev1, CondStore, QResync, Rev2, Rev2QResync,
}

/// <summary>A folder as one session knows it from the wire alone; every response is checked against what was told before.</summary>
public sealed class FolderView(string name, ViewMode mode, ViewRegistry registry, Dictionary<(uint Validity, string Counter), ulong> counters)
{
    private readonly HashSet<string> _flagNames = new(StringComparer.OrdinalIgnoreCase);
    private SortedDictionary<uint, ViewedMessage>? _resync;
    private List<(int Sequence, ViewedMessage Message)>? _fetched;
    private int _exists = -1;

    public string Name { get; } = name;
    public uint UidValidity { get; private set; }
    public uint UidNext { get; private set; }
    public ulong HighestModSeq { get; private set; }
    public List<ViewedMessage> Messages { get; private set; } = [];
    public int Recent { get; private set; }
    /// <summary>Nobody changes anything any more: what is asked must equal what is known.</summary>
    public bool IsSettled { get; set; }

    private bool UsesVanished => mode is ViewMode.QResync or ViewMode.Rev2QResync;
    private bool UsesModSeq => mode is not (ViewMode.Rev1 or ViewMode.Rev2);
    private bool IsRev2 => mode is ViewMode.Rev2 or ViewMode.Rev2QResync;

    /// <summary>Known from an earlier visit: what SELECT QRESYNC tells is laid over it.</summary>
    public void ResyncFrom(FolderView earlier)
    {
        _resync = new SortedDictionary<uint, ViewedMessage>(earlier.Messages.Where(m => m.Uid is not null).ToDictionary(m => m.Uid!.Value, m => m));
        _fetched = [];
        foreach (var message in earlier.Messages)
        {
            message.IsNew = false;
        }
    }

    /// <summary>Takes one untagged response; false where it says nothing of the folder.</summary>
    public bool Hear(string line, IReadOnlyList<ImapNode> nodes, ViewCommand? running, bool selecting)
    {
        var first = nodes[1].Text;
        if (first == "OK")
        {
            HearCode(line, selecting);
            return true;
        }

        if (first == "FLAGS")
        {
            _flagNames.Clear();
            _flagNames.UnionWith(nodes[2].Items!.Select(n => n.Text!));
            return true;
        }

        if (first == "VANISHED")
        {
            Vanished(nodes, running, selecting);
            return true;
        }

        if (nodes.Count < 3 || !uint.TryParse(first, out var number))
        {
            return false;
        }

        switch (nodes[2].Text)
        {
            case "EXISTS":
                Exists((int)number, selecting);
                return true;
            case "RECENT":
                Demand(!IsRev2, "RECENT is not of IMAP4rev2");
                Recent = (int)number;
                return true;
            case "EXPUNGE":
                Expunge((int)number, running);
                return true;
            case "FETCH":
                Fetch((int)number, nodes[3].Items!, running, selecting);
                return true;
            default:
                return false;
        }
    }

    /// <summary>SELECT is done: lays the changes over what was known.</summary>
    public void Selected(FolderView? earlier)
    {
        Demand(UidValidity > 0 && UidNext > 0 && _exists >= 0, "SELECT told no UIDVALIDITY, UIDNEXT or EXISTS");
        if (_resync is not null && earlier!.UidValidity == UidValidity)
        {
            foreach (var (_, message) in _fetched!)
            {
                _resync[message.Uid!.Value] = message;
            }

            Messages = [.. _resync.Values];
            Demand(Messages.Count == _exists, $"after QRESYNC {Messages.Count} messages are known and {_exists} exist: {string.Join(", ", Messages)}");
            foreach (var (sequence, message) in _fetched)
            {
                Demand(ReferenceEquals(Messages[sequence - 1], message), $"FETCH {sequence} is of UID {message.Uid}, which is not the {sequence}th");
            }
        }
        else
        {
            Messages = [.. Enumerable.Range(0, _exists).Select(_ => new ViewedMessage())];
            foreach (var (sequence, message) in _fetched ?? [])
            {
                Messages[sequence - 1] = message;
            }
        }

        (_resync, _fetched) = (null, null);
    }

    /// <summary>Notes a mod-sequence that the server says the client now knows everything up to.</summary>
    public void Reached(ulong modSeq)
    {
        Counted("HIGHESTMODSEQ", modSeq);
        HighestModSeq = modSeq;
    }

    /// <summary>Counters of a folder are never 0 and never go back, in any of a session's visits.</summary>
    public void Counted(string counter, ulong value)
    {
        Demand(value > 0 && value >= counters.GetValueOrDefault((UidValidity, counter)), $"{counter} is {value}; it was {counters.GetValueOrDefault((UidValidity, counter))}");
        counters[(UidValidity, counter)] = value;
    }

    /// <summary>Flags that the client reckons itself.</summary>
    public void Reckon(ViewedMessage message, string flags)
    {
        message.Flags = flags;
        Agree(message);
    }

    private void HearCode(string line, bool selecting)
    {
        if (Code(line, "UIDVALIDITY") is { } validity)
        {
            UidValidity = (uint)validity;
        }
        else if (Code(line, "UIDNEXT") is { } next)
        {
            UidNext = (uint)next;
            Counted("UIDNEXT", next);
        }
        else if (Code(line, "HIGHESTMODSEQ") is { } highest && (selecting || HighestModSeq == 0))
        {
            Reached(highest);
        }
    }

    private void Exists(int count, bool selecting)
    {
        if (selecting)
        {
            _exists = count;
            return;
        }

        Demand(count >= Messages.Count, $"{count} EXISTS, but {Messages.Count} are known");
        while (Messages.Count < count)
        {
            Messages.Add(new ViewedMessage { IsNew = true });
        }
    }

    private void Expunge(int sequence, ViewCommand? running)
    {
        Demand(!UsesVanished, "EXPUNGE where VANISHED is meant");
        Demand(running is { MayExpunge: true }, "EXPUNGE is not allowed here");
        Demand(sequence >= 1 && sequence <= Messages.Count, $"{sequence} EXPUNGE of {Messages.Count}");
        Remove(sequence - 1);
    }

    private void Vanished(IReadOnlyList<ImapNode> nodes, ViewCommand? running, bool selecting)
    {
        var earlier = nodes[2].Items is [{ Text: "EARLIER" }];
        Demand(UsesVanished, "VANISHED without QRESYNC");
        Demand(earlier || !selecting, "VANISHED without (EARLIER) within SELECT");
        var uids = Numbers(nodes[earlier ? 3 : 2].Text!).ToList();
        if (selecting)
        {
            uids.ForEach(u => _resync?.Remove(u));
            return;
        }

        Demand(earlier || running is { MayExpunge: true }, "VANISHED is not allowed here");
        foreach (var uid in uids)
        {
            if (earlier)
            {
                Demand(!Messages.Exists(m => m.Uid == uid), $"VANISHED (EARLIER) {uid}, which counts as there");
                continue;
            }

            var index = Messages.FindIndex(m => m.Uid == uid);
            Remove(index < 0 ? Unnamed(uid) : index);
        }
    }

    /// <summary>
    /// A message whose UID was never told and may be this one. Where there are several side by side nobody can say which of them went, so
    /// nothing is known of any of them any more.
    /// </summary>
    private int Unnamed(uint uid)
    {
        var first = Messages.FindLastIndex(m => m.Uid < uid) + 1;
        var after = Messages.FindIndex(m => m.Uid > uid);
        var last = after < 0 ? Messages.Count : after;
        Demand(first < last, $"VANISHED {uid}, which was not there");
        foreach (var message in Messages[first..last])
        {
            (message.Flags, message.ModSeq, message.IsRecent) = (null, 0, null);
        }

        return first;
    }

    private void Remove(int index)
    {
        Messages[index].IsGone = true;
        Messages.RemoveAt(index);
    }

    private void Fetch(int sequence, IReadOnlyList<ImapNode> pairs, ViewCommand? running, bool selecting)
    {
        Demand(pairs.Count % 2 == 0, "FETCH without pairs");
        Demand(sequence >= 1 && sequence <= (selecting ? _exists : Messages.Count), $"FETCH of {sequence}, but {(selecting ? _exists : Messages.Count)} exist");
        var message = selecting ? new ViewedMessage() : Messages[sequence - 1];
        var items = new Dictionary<string, ImapNode>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < pairs.Count; i += 2)
        {
            Demand(items.TryAdd(pairs[i].Text!, pairs[i + 1]), $"{pairs[i].Text} twice");
        }

        if (items.TryGetValue("UID", out var uid))
        {
            Identify(message, sequence, uint.Parse(uid.Text!, CultureInfo.InvariantCulture), selecting);
        }

        Demand(items.ContainsKey("UID") || running is not { ByUid: true } && !(IsRev2 || UsesVanished) || running is { IsFetch: true, ByUid: false }, "FETCH without UID");
        if (items.TryGetValue("MODSEQ", out var modSeq))
        {
            var value = ulong.Parse(modSeq.Items![0].Text!, CultureInfo.InvariantCulture);
            Demand(value > 0 && value >= message.ModSeq, $"MODSEQ {value}, but it was {message.ModSeq}");
            message.ModSeq = value;
        }

        if (items.TryGetValue("FLAGS", out var flags))
        {
            Demand(!UsesModSeq || items.ContainsKey("MODSEQ") || running is { IsFetch: true }, "FLAGS without MODSEQ");
            HearFlags(message, flags);
            if (items.ContainsKey("MODSEQ"))
            {
                Agree(message);
            }
        }

        if (message.Uid is { } known && !selecting)
        {
            foreach (var (item, node) in items.Where(i => i.Key is "RFC822.SIZE" or "INTERNALDATE" or "ENVELOPE" or "EMAILID" or "BODYSTRUCTURE" || i.Key.StartsWith("BODY[", StringComparison.Ordinal)))
            {
                registry.Static(UidValidity, known, item, Flat(node));
            }
        }

        if (selecting)
        {
            Demand(message.Uid is not null && message.Flags is not null && message.ModSeq > 0, "QRESYNC tells UID, FLAGS and MODSEQ");
            _fetched?.Add((sequence, message));
        }
        else if (running is not null)
        {
            if (!running.Told.TryGetValue(message, out var told))
            {
                running.Told[message] = told = new(StringComparer.OrdinalIgnoreCase);
            }

            told.UnionWith(items.Keys);
        }
    }

    private void Identify(ViewedMessage message, int sequence, uint uid, bool selecting)
    {
        Demand(message.Uid is null || message.Uid == uid, $"{sequence} has UID {uid}, but it was {message.Uid}");
        message.Uid = uid;
        Demand(!message.IsNew || uid >= UidNext, $"UID {uid} is new, but UIDNEXT was {UidNext}");
        if (!selecting)
        {
            Demand(!Messages.Take(sequence - 1).Any(m => m.Uid >= uid) && !Messages.Skip(sequence).Any(m => m.Uid <= uid), $"UID {uid} of {sequence} is out of order");
        }
    }

    private void HearFlags(ViewedMessage message, ImapNode list)
    {
        var names = list.Items!.Select(n => n.Text!).ToList();
        foreach (var flag in names.Where(f => f != "\\Recent"))
        {
            Demand(_flagNames.Contains(flag), $"{flag} was not among FLAGS");
        }

        var isRecent = names.Contains("\\Recent");
        Demand(!isRecent || !IsRev2, "\\Recent is not of IMAP4rev2");
        Demand(message.IsRecent is not false || !isRecent, "\\Recent came back");
        var flags = ViewedMessage.Sort(names);
        Demand(!IsSettled || message.Flags is null || message.Flags == flags, $"flags of {message} are ({flags}), which was not told");
        message.IsRecent = isRecent;
        message.Flags = flags;
    }

    private void Agree(ViewedMessage message)
    {
        if (message is { Uid: { } uid, Flags: { } flags, ModSeq: > 0 })
        {
            registry.Flags(UidValidity, uid, message.ModSeq, flags);
        }
    }

    private static string Flat(ImapNode node) => node.Text ?? $"({string.Join(' ', node.Items!.Select(Flat))})";

    internal static ulong? Code(string line, string name)
    {
        var at = line.IndexOf($"[{name} ", StringComparison.Ordinal);
        return at < 0 ? null : ulong.Parse(line.AsSpan(at + name.Length + 2, line.IndexOf(']', at) - at - name.Length - 2), CultureInfo.InvariantCulture);
    }

    /// <summary>What MODIFIED names in a reply to STORE. RFC 7162 §3.1.3.</summary>
    internal static HashSet<uint> Modified(string reply)
    {
        const string Code = "[MODIFIED ";
        var at = reply.IndexOf(Code, StringComparison.Ordinal);
        return at < 0 ? [] : [.. Numbers(reply[(at + Code.Length)..reply.IndexOf(']', at)])];
    }

    internal static IEnumerable<uint> Numbers(string set)
    {
        foreach (var part in set.Split(','))
        {
            var ends = part.Split(':').Select(n => uint.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            for (ulong number = ends[0]; number <= ends[^1]; number++)
            {
                yield return (uint)number;
            }
        }
    }

    internal static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ViewMismatchException(otherwise);
        }
    }
}
