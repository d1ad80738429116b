using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <summary>Octets of one <see cref="ReadMessageAsync"/> at most: a larger message takes several calls, so that none holds it whole.</summary>
    internal const int MaxReadOctets = 4 * 1024 * 1024;

    /// <summary>Messages looked at in one sweep from the newest back, when only the newest matches are wanted.</summary>
    private const int NewestSweep = 256;

    /// <inheritdoc/>
    public async IAsyncEnumerable<MailboxMessage> GetMessagesAsync(MessageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (owner, folder) = await FolderAsync(query.Mailbox, query.Folder, cancellationToken);
        var snapshot = await store.Messages.GetSnapshotAsync(folder.Id, cancellationToken);
        var uids = MessageSelection.ByState(query, snapshot);
        if (query.Newest > 0 && !MessageSelection.NeedsSummary(query) && uids.Count > query.Newest)
        {
            uids.RemoveRange(0, uids.Count - query.Newest);
        }

        var mailbox = owner.Address.ToString();
        if (query.Newest > 0 && MessageSelection.NeedsSummary(query))
        {
            foreach (var message in await NewestAsync(query, folder.Id, uids, cancellationToken))
            {
                yield return MessageSelection.ToMessage(mailbox, folder.Name, message, snapshot.Keywords);
            }

            yield break;
        }

        await foreach (var message in store.Messages.ReadAsync(folder.Id, UidSet.Of(uids), MessageParts.Summary, cancellationToken))
        {
            if (MessageSelection.Matches(query, message))
            {
                yield return MessageSelection.ToMessage(mailbox, folder.Name, message, snapshot.Keywords);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadMessageAsync(string mailbox, string folder, uint uid, long offset, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var (owner, place) = await FolderAsync(mailbox, folder, cancellationToken);
        using var content = await store.Messages.OpenAsync(await MessageAsync(owner, place, uid, MessageParts.None, cancellationToken), cancellationToken);
        if (offset >= content.Length)
        {
            return [];
        }

        var octets = new byte[Math.Min(Math.Min(count, MaxReadOctets), content.Length - offset)];
        var filled = 0;
        while (filled < octets.Length)
        {
            var read = content.Read(offset + filled, octets.AsSpan(filled));
            if (read <= 0)
            {
                break;
            }

            filled += read;
        }

        return filled == octets.Length ? octets : octets[..filled];
    }

    /// <inheritdoc/>
    public async Task<MailboxMessage> ImportMessageAsync(
        string mailbox, string folder, IAsyncEnumerable<byte[]> content, IReadOnlyList<string> flags, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(flags);
        var (system, keywords) = FlagNames.Parse(flags);
        var (owner, place) = await FolderAsync(mailbox, folder, cancellationToken);
        await using var incoming = store.Messages.CreateIncoming();
        await foreach (var piece in content.WithCancellation(cancellationToken))
        {
            await incoming.WriteAsync(piece, cancellationToken);
        }

        if (incoming.Length == 0)
        {
            throw AdministrationErrors.EmptyMessage();
        }

        var stored = await store.Messages.AppendAsync(place.Id, [new AppendItem(incoming, system, keywords, receivedAt)], cancellationToken);
        var message = await MessageAsync(owner, place, stored.FirstUid, MessageParts.Summary, cancellationToken);
        var snapshot = await store.Messages.GetSnapshotAsync(place.Id, cancellationToken);
        return MessageSelection.ToMessage(owner.Address.ToString(), place.Name, message, snapshot.Keywords);
    }

    /// <inheritdoc/>
    public async Task<int> SetMessageFlagsAsync(
        string mailbox, string folder, IReadOnlyList<uint> uids, MessageFlagsMode mode, IReadOnlyList<string> flags, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uids);
        ArgumentNullException.ThrowIfNull(flags);
        var (system, keywords) = FlagNames.Parse(flags);
        var (_, place) = await FolderAsync(mailbox, folder, cancellationToken);
        var change = new FlagsChange(
            mode switch
            {
                MessageFlagsMode.Add => FlagsMode.Add,
                MessageFlagsMode.Remove => FlagsMode.Remove,
                _ => FlagsMode.Replace,
            },
            system,
            keywords);
        return (await store.Messages.ChangeFlagsAsync(place.Id, UidSet.Of(uids), change, cancellationToken: cancellationToken)).Changed.Count;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UidPair>> TransferMessagesAsync(
        string mailbox, string folder, IReadOnlyList<uint> uids, string targetMailbox, string targetFolder, bool move, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uids);
        var (_, source) = await FolderAsync(mailbox, folder, cancellationToken);
        var (_, target) = await FolderAsync(targetMailbox, targetFolder, cancellationToken);
        var set = UidSet.Of(uids);
        var result = move
            ? await store.Messages.MoveAsync(source.Id, set, target.Id, cancellationToken: cancellationToken)
            : await store.Messages.CopyAsync(source.Id, set, target.Id, cancellationToken: cancellationToken);
        return [.. result.Source.Zip(result.Target, (s, t) => new UidPair(s, t))];
    }

    /// <inheritdoc/>
    public async Task<int> RemoveMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uids);
        var (_, place) = await FolderAsync(mailbox, folder, cancellationToken);
        return (await store.Messages.ExpungeAsync(place.Id, UidSet.Of(uids), onlyDeleted: false, cancellationToken)).Expunged.Count;
    }

    private async ValueTask<StoredMessage> MessageAsync(MailboxRecord owner, FolderRecord folder, uint uid, MessageParts parts, CancellationToken cancellationToken)
    {
        if (uid > 0)
        {
            await foreach (var message in store.Messages.ReadAsync(folder.Id, UidSet.Single(uid), parts, cancellationToken))
            {
                return message;
            }
        }

        throw AdministrationErrors.MessageNotFound(owner.Address.ToString(), folder.Name, uid);
    }

    private async Task<List<StoredMessage>> NewestAsync(MessageQuery query, FolderId folder, List<uint> uids, CancellationToken cancellationToken)
    {
        var found = new List<StoredMessage>();
        for (var end = uids.Count; end > 0 && found.Count < query.Newest; end -= NewestSweep)
        {
            var start = Math.Max(0, end - NewestSweep);
            var sweep = new List<StoredMessage>();
            await foreach (var message in store.Messages.ReadAsync(folder, UidSet.Of(uids.GetRange(start, end - start)), MessageParts.Summary, cancellationToken))
            {
                if (MessageSelection.Matches(query, message))
                {
                    sweep.Add(message);
                }
            }

            found.InsertRange(0, sweep);
        }

        return found.Count <= query.Newest ? found : found.GetRange(found.Count - query.Newest, query.Newest);
    }
}
