using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Reference;

public sealed partial class MemoryMailStore
{
    public IncomingMessage CreateIncoming() => new MemoryIncoming();

    public Task<IReadOnlyList<StoredPlace>> DeliverAsync(IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, CancellationToken cancellationToken = default) =>
        Change<IReadOnlyList<StoredPlace>>(changes => Deliver(content, targets, new ContentId(Guid.NewGuid()), changes));

    private List<StoredPlace> Deliver(IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, ContentId id, List<StoreChange> changes)
    {
        var octets = ((MemoryIncoming)content).ToArray();
        var folders = targets.Select(t => Folder(t.Folder)).ToList();
        foreach (var group in folders.GroupBy(f => f.Record.Mailbox))
        {
            RequireQuota(group.Key, (long)octets.Length * group.Count());
        }

        foreach (var group in targets.GroupBy(t => t.Folder))
        {
            RequireKeywords(Folder(group.Key), group.SelectMany(t => t.Keywords ?? []));
        }

        var places = new List<StoredPlace>();
        foreach (var target in targets)
        {
            var folder = Folder(target.Folder);
            var flags = (target.Flags & MessageFlags.System) | Keywords(folder, target.Keywords ?? []);
            folder.ModSeq++;
            Place(folder, flags, DateTimeOffset.UtcNow, id, octets);
            Charge(folder, octets.Length, 1);
            places.Add(new StoredPlace(target.Folder, folder.Record.UidValidity, folder.UidNext - 1, folder.ModSeq));
            changes.Add(new MessagesAdded(folder.Record.Mailbox, target.Folder, UidSet.Single(folder.UidNext - 1), folder.Snapshot(), DateTimeOffset.UtcNow));
        }

        return places;
    }

    public Task<AppendResult> AppendAsync(FolderId folder, IReadOnlyList<AppendItem> items, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var target = Folder(folder);
        RequireQuota(target.Record.Mailbox, items.Sum(i => i.Content.Length));
        RequireKeywords(target, items.SelectMany(i => i.Keywords));
        var first = target.UidNext;
        target.ModSeq++;
        foreach (var item in items)
        {
            var octets = ((MemoryIncoming)item.Content).ToArray();
            Place(target, (item.Flags & MessageFlags.System) | Keywords(target, item.Keywords), item.ReceivedAt ?? DateTimeOffset.UtcNow, new ContentId(Guid.NewGuid()), octets);
            Charge(target, octets.Length, 1);
        }

        changes.Add(new MessagesAdded(target.Record.Mailbox, folder, UidSet.Range(first, target.UidNext - 1), target.Snapshot(), DateTimeOffset.UtcNow));
        return new AppendResult(target.Record.UidValidity, first, target.UidNext - 1, target.ModSeq);
    });

    public Task<FlagsResult> ChangeFlagsAsync(FolderId folder, UidSet uids, FlagsChange change, ulong? unchangedSince = null, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var target = Folder(folder);
        if (change.Mode != FlagsMode.Remove)
        {
            RequireKeywords(target, change.Keywords);
        }

        // Keywords are only taken on where some message comes to have them.
        var names = change.Keywords.Where(k => change.Mode != FlagsMode.Remove || target.Keywords.IndexOf(k) >= 0).ToList();
        var future = change.Mode == FlagsMode.Remove ? target.Keywords : With(target.Keywords, names);
        var bits = (change.Flags & MessageFlags.System) | Bits(future, names);
        List<uint> changed = [], modified = [];
        foreach (var message in target.Messages.Where(m => uids.Contains(m.Uid)).ToList())
        {
            if (message.ModSeq > unchangedSince)
            {
                modified.Add(message.Uid);
                continue;
            }

            var now = change.Mode switch
            {
                FlagsMode.Add => message.Flags | bits,
                FlagsMode.Remove => message.Flags & ~bits,
                _ => bits,
            };
            if (now != message.Flags)
            {
                changed.Add(message.Uid);
                target.Messages[target.Messages.IndexOf(message)] = message with { Flags = now, ModSeq = target.ModSeq + 1 };
            }
        }

        if (changed.Count > 0)
        {
            target.ModSeq++;
            target.Keywords = future;
            changes.Add(new FlagsChanged(target.Record.Mailbox, folder, UidSet.Of(changed), target.Snapshot(), DateTimeOffset.UtcNow));
        }

        return new FlagsResult(UidSet.Of(changed), UidSet.Of(modified), target.ModSeq);
    });

    public Task<TransferResult> CopyAsync(FolderId source, UidSet uids, FolderId target, bool whole = false, CancellationToken cancellationToken = default) =>
        Change(changes => Transfer(Folder(source), uids, Folder(target), false, whole, changes));

    public Task<TransferResult> MoveAsync(FolderId source, UidSet uids, FolderId target, bool whole = false, CancellationToken cancellationToken = default) =>
        Change(changes => Transfer(Folder(source), uids, Folder(target), true, whole, changes));

    public Task<ExpungeResult> ExpungeAsync(FolderId folder, UidSet? uids, bool onlyDeleted, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var target = Folder(folder);
        var gone = target.Messages.Where(m => uids?.Contains(m.Uid) != false && (!onlyDeleted || m.Flags.Has(MessageFlags.Deleted))).ToList();
        Remove(target, gone, changes);
        return new ExpungeResult(UidSet.Of(gone.Select(m => m.Uid)), target.ModSeq);
    });

    public ValueTask<FolderSnapshot> GetSnapshotAsync(FolderId folder, CancellationToken cancellationToken = default) => Ask<FolderSnapshot>(() => Folder(folder).Snapshot());

    public ValueTask<uint> ClaimRecentAsync(FolderId folder, CancellationToken cancellationToken = default) => Ask(() =>
    {
        var target = Folder(folder);
        var from = target.Recent;
        target.Recent = target.UidNext;
        return from;
    });

    public ValueTask<uint> PeekRecentAsync(FolderId folder, CancellationToken cancellationToken = default) => Ask(() => Folder(folder).Recent);

    public ValueTask<UidSet> GetExpungedSinceAsync(FolderId folder, ulong modSeq, CancellationToken cancellationToken = default) =>
        Ask(() => UidSet.Of(Folder(folder).Expunged.Where(e => e.ModSeq > modSeq).Select(e => e.Uid).Order()));

    public async IAsyncEnumerable<StoredMessage> ReadAsync(
        FolderId folder, UidSet uids, MessageParts parts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var m in await Ask(() => Folder(folder).Messages.Where(m => uids.Contains(m.Uid)).ToList()))
        {
            var summary = parts == MessageParts.None ? null : MessageSummary.Compute(new MemoryContent(m.Octets));
            yield return new StoredMessage(folder, m.Uid, m.Flags, m.ModSeq, m.Received, m.Saved, m.Octets.Length, m.Content, new ContentLocation(folder.GetHashCode(), m.Uid), summary);
        }
    }

    public ValueTask<MessageContent> OpenAsync(StoredMessage message, CancellationToken cancellationToken = default) => Ask<MessageContent>(() =>
        new MemoryContent(_folders.Values.SelectMany(f => f.Messages).FirstOrDefault(m => m.Content == message.Content)?.Octets ?? throw Error("MessageNotFound")));

    private TransferResult Transfer(MemoryFolder source, UidSet uids, MemoryFolder target, bool move, bool whole, List<StoreChange> changes)
    {
        var messages = source.Messages.Where(m => uids.Contains(m.Uid)).ToList();
        if (whole && messages.Count != uids.LongCount)
        {
            throw Error("MessageNotFound");
        }

        if (messages.Count == 0)
        {
            return new TransferResult(target.Record.UidValidity, UidSet.Empty, UidSet.Empty, target.ModSeq, source.ModSeq);
        }

        if (!move || source.Record.Mailbox != target.Record.Mailbox)
        {
            RequireQuota(target.Record.Mailbox, messages.Sum(m => (long)m.Octets.Length));
        }

        var names = source.Keywords.Names.Where((_, number) => messages.Exists(m => m.Flags.HasKeyword(number))).ToList();
        if (source != target)
        {
            RequireKeywords(target, names);
            target.Keywords = With(target.Keywords, names);
        }

        target.ModSeq++;
        var first = target.UidNext;
        foreach (var m in messages)
        {
            var keywords = Bits(target.Keywords, source.Keywords.Names.Where((_, number) => m.Flags.HasKeyword(number)));
            Place(target, (m.Flags & MessageFlags.System) | keywords, m.Received, m.Content, m.Octets);
            Charge(target, m.Octets.Length, 1);
        }

        changes.Add(new MessagesAdded(target.Record.Mailbox, target.Record.Id, UidSet.Range(first, target.UidNext - 1), target.Snapshot(), DateTimeOffset.UtcNow));
        var targetModSeq = target.ModSeq;
        var targetUids = UidSet.Range(first, target.UidNext - 1);
        if (move)
        {
            Remove(source, messages, changes);
        }

        return new TransferResult(target.Record.UidValidity, UidSet.Of(messages.Select(m => m.Uid)), targetUids, targetModSeq, source.ModSeq);
    }

    private void Remove(MemoryFolder folder, List<MemoryMessage> gone, List<StoreChange> changes)
    {
        if (gone.Count == 0)
        {
            return;
        }

        folder.ModSeq++;
        foreach (var m in gone)
        {
            folder.Messages.Remove(m);
            folder.Expunged.Add((folder.ModSeq, m.Uid));
            Charge(folder, -m.Octets.Length, -1);
        }

        changes.Add(new MessagesExpunged(folder.Record.Mailbox, folder.Record.Id, UidSet.Of(gone.Select(m => m.Uid)), folder.Snapshot(), DateTimeOffset.UtcNow));
    }

    private static void Place(MemoryFolder folder, MessageFlags flags, DateTimeOffset received, ContentId content, byte[] octets) =>
        folder.Messages.Add(new MemoryMessage(folder.UidNext++, flags, folder.ModSeq, received, DateTimeOffset.UtcNow, content, octets));

    private void Charge(MemoryFolder folder, long octets, int messages)
    {
        if (_mailboxes.TryGetValue(folder.Record.Mailbox, out var mailbox))
        {
            _mailboxes[mailbox.Id] = mailbox with { UsedBytes = mailbox.UsedBytes + octets, MessageCount = mailbox.MessageCount + messages };
        }
    }

    private void RequireQuota(MailboxId mailbox, long octets)
    {
        if (_mailboxes[mailbox] is { QuotaBytes: { } quota } record && record.UsedBytes + octets > quota)
        {
            throw Error("QuotaExceeded");
        }
    }

    private static void RequireKeywords(MemoryFolder folder, IEnumerable<string> names)
    {
        if (With(folder.Keywords, names).Count > FolderKeywords.MaxKeywords)
        {
            throw Error("TooManyKeywords");
        }
    }

    private static MessageFlags Keywords(MemoryFolder folder, IReadOnlyList<string> names)
    {
        folder.Keywords = With(folder.Keywords, names);
        return Bits(folder.Keywords, names);
    }

    private static FolderKeywords With(FolderKeywords keywords, IEnumerable<string> names) =>
        names.Aggregate(keywords, (all, name) => all.IndexOf(name) >= 0 ? all : new FolderKeywords([.. all.Names, name]));

    private static MessageFlags Bits(FolderKeywords keywords, IEnumerable<string> names) =>
        names.Aggregate(MessageFlags.None, (bits, name) => bits | MessageFlags.Keyword(keywords.IndexOf(name)));

    private sealed class MemoryIncoming : IncomingMessage
    {
        private readonly MemoryStream _octets = new();

        public override long Length => _octets.Length;
        public byte[] ToArray() => _octets.ToArray();
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken = default) => _octets.WriteAsync(octets, cancellationToken);
        public override ValueTask SetAsideAsync(bool fromMemory) => ValueTask.CompletedTask;
        public override Stream OpenRead() => new MemoryStream(ToArray(), false);
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class MemoryContent(byte[] octets) : MessageContent
    {
        public override long Length => octets.Length;

        public override int Read(long offset, Span<byte> destination)
        {
            var rest = octets.AsSpan((int)Math.Min(offset, octets.Length));
            var count = Math.Min(rest.Length, destination.Length);
            rest[..count].CopyTo(destination);
            return count;
        }
    }
}
