using MailAdmin.Administration;
using MailAdmin.Server.Administration;
using MailAdmin.Server.Hosting;
using StreamJsonRpc;

namespace MailAdmin.Server.Control;

/// <summary>What one connection of the control channel may call: <see cref="IMailAdministration"/>, with its streams sent in batches. Disposed of when the peer has gone.</summary>
internal sealed class ControlTarget(IMailAdministration inner, MailServerHost host) : IDisposable
{
    private readonly string _version = MailAdministration.Version;
    private readonly CancellationTokenSource _gone = new();

    /// <summary>Set once this connection has asked for the stop or restart: it is kept until its answer is out.</summary>
    public Task? LastAnswer { get; private set; }

    // Not by its own name: every public method can be called across.
    void IDisposable.Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <summary>The version of this server, asked for before anything else.</summary>
    public Task<string> GetVersionAsync() => Task.FromResult(_version);

    public Task<MailServerInfo> GetServerAsync(CancellationToken cancellationToken) => inner.GetServerAsync(cancellationToken);

    public Task<MailServerStatistics> GetStatisticsAsync(CancellationToken cancellationToken) => inner.GetStatisticsAsync(cancellationToken);

    public Task<MailServerInfo> SetServerAsync(MailServerChange change, CancellationToken cancellationToken) => inner.SetServerAsync(change, cancellationToken);

    public Task StopServerAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        LastAnswer = host.StoreClosed;
        // Not the stop itself: that ends with this connection.
        _ = host.StopAsync(drain, CancellationToken.None);
        return host.StoreClosed.WaitAsync(cancellationToken);
    }

    public Task<MailServerInfo> RestartServerAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        var answer = inner.RestartServerAsync(drain, cancellationToken);
        LastAnswer = answer;
        return answer;
    }

    public IAsyncEnumerable<MailDomain> GetDomainsAsync(string? pattern, CancellationToken cancellationToken) => Stream(inner.GetDomainsAsync(pattern, cancellationToken));

    public Task<MailDomain> NewDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) => inner.NewDomainAsync(name, catchAll, cancellationToken);

    public Task<MailDomain> SetDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) => inner.SetDomainAsync(name, catchAll, cancellationToken);

    public Task RemoveDomainAsync(string name, CancellationToken cancellationToken) => inner.RemoveDomainAsync(name, cancellationToken);

    public IAsyncEnumerable<Mailbox> GetMailboxesAsync(string? pattern, CancellationToken cancellationToken) => Stream(inner.GetMailboxesAsync(pattern, cancellationToken));

    public Task<Mailbox> NewMailboxAsync(NewMailboxRequest request, CancellationToken cancellationToken) => inner.NewMailboxAsync(request, cancellationToken);

    public Task<Mailbox> SetMailboxAsync(string identity, MailboxChange change, CancellationToken cancellationToken) => inner.SetMailboxAsync(identity, change, cancellationToken);

    public Task RemoveMailboxAsync(string identity, CancellationToken cancellationToken) => inner.RemoveMailboxAsync(identity, cancellationToken);

    public IAsyncEnumerable<MailAlias> GetAliasesAsync(string? pattern, CancellationToken cancellationToken) => Stream(inner.GetAliasesAsync(pattern, cancellationToken));

    public Task<AddressUses> GetUsesAsync(string address, CancellationToken cancellationToken) => inner.GetUsesAsync(address, cancellationToken);

    public Task<MailAlias> SetAliasAsync(string address, IReadOnlyList<string> targets, bool replace, CancellationToken cancellationToken) =>
        inner.SetAliasAsync(address, targets, replace, cancellationToken);

    public Task RemoveAliasAsync(string address, CancellationToken cancellationToken) => inner.RemoveAliasAsync(address, cancellationToken);

    public IAsyncEnumerable<MailboxFolder> GetFoldersAsync(string mailbox, string? pattern, CancellationToken cancellationToken) =>
        Stream(inner.GetFoldersAsync(mailbox, pattern, cancellationToken));

    public Task<MailboxFolder> NewFolderAsync(string mailbox, string name, string? specialUse, CancellationToken cancellationToken) =>
        inner.NewFolderAsync(mailbox, name, specialUse, cancellationToken);

    public Task<MailboxFolder> RenameFolderAsync(string mailbox, string name, string newName, CancellationToken cancellationToken) =>
        inner.RenameFolderAsync(mailbox, name, newName, cancellationToken);

    public Task RemoveFolderAsync(string mailbox, string name, CancellationToken cancellationToken) => inner.RemoveFolderAsync(mailbox, name, cancellationToken);

    public IAsyncEnumerable<MailboxMessage> GetMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => Stream(inner.GetMessagesAsync(query, cancellationToken));

    public Task<byte[]> ReadMessageAsync(string mailbox, string folder, uint uid, long offset, int count, CancellationToken cancellationToken) =>
        inner.ReadMessageAsync(mailbox, folder, uid, offset, count, cancellationToken);

    public Task<MailboxMessage> ImportMessageAsync(
        string mailbox, string folder, IAsyncEnumerable<byte[]> content, IReadOnlyList<string> flags, DateTimeOffset? receivedAt, CancellationToken cancellationToken) =>
        inner.ImportMessageAsync(mailbox, folder, content, flags, receivedAt, cancellationToken);

    public Task<int> SetMessageFlagsAsync(
        string mailbox, string folder, IReadOnlyList<uint> uids, MessageFlagsMode mode, IReadOnlyList<string> flags, CancellationToken cancellationToken) =>
        inner.SetMessageFlagsAsync(mailbox, folder, uids, mode, flags, cancellationToken);

    public Task<IReadOnlyList<UidPair>> TransferMessagesAsync(
        string mailbox, string folder, IReadOnlyList<uint> uids, string targetMailbox, string targetFolder, bool move, CancellationToken cancellationToken) =>
        inner.TransferMessagesAsync(mailbox, folder, uids, targetMailbox, targetFolder, move, cancellationToken);

    public Task<int> RemoveMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, CancellationToken cancellationToken) =>
        inner.RemoveMessagesAsync(mailbox, folder, uids, cancellationToken);

    public Task<IReadOnlyList<MailSession>> GetSessionsAsync(CancellationToken cancellationToken) => inner.GetSessionsAsync(cancellationToken);

    public Task<bool> StopSessionAsync(string id, CancellationToken cancellationToken) => inner.StopSessionAsync(id, cancellationToken);

    public IAsyncEnumerable<TranscriptLine> GetTranscriptAsync(string sessionId, bool follow, CancellationToken cancellationToken) =>
        Stream(inner.GetTranscriptAsync(sessionId, follow, cancellationToken));

    // Until the peer has gone: the call's own token ends with its answer, and a watch that the peer never reads has nothing else to end it.
    public IAsyncEnumerable<MailEvent> WatchEventsAsync(long afterSequence, CancellationToken cancellationToken) => Stream(inner.WatchEventsAsync(afterSequence, _gone.Token));

    public Task<IReadOnlyList<MailBlock>> GetBlocksAsync(CancellationToken cancellationToken) => inner.GetBlocksAsync(cancellationToken);

    public Task<MailBlock> AddBlockAsync(string address, TimeSpan? duration, string? reason, CancellationToken cancellationToken) =>
        inner.AddBlockAsync(address, duration, reason, cancellationToken);

    public Task<bool> RemoveBlockAsync(string address, CancellationToken cancellationToken) => inner.RemoveBlockAsync(address, cancellationToken);

    public IAsyncEnumerable<MailQueueMessage> GetQueueMessagesAsync(MailQueueQuery query, CancellationToken cancellationToken) =>
        Stream(inner.GetQueueMessagesAsync(query, cancellationToken));

    public Task<IReadOnlyList<MailQueueDestination>> GetQueueDestinationsAsync(string? pattern, CancellationToken cancellationToken) =>
        inner.GetQueueDestinationsAsync(pattern, cancellationToken);

    public Task<byte[]> ReadQueueMessageAsync(string id, long offset, int count, CancellationToken cancellationToken) =>
        inner.ReadQueueMessageAsync(id, offset, count, cancellationToken);

    public Task<IReadOnlyList<MailQueueMessage>> ChangeQueueMessagesAsync(IReadOnlyList<string> ids, MailQueueAction action, CancellationToken cancellationToken) =>
        inner.ChangeQueueMessagesAsync(ids, action, cancellationToken);

    public Task<IReadOnlyList<MailRoute>> GetRoutesAsync(string? pattern, CancellationToken cancellationToken) => inner.GetRoutesAsync(pattern, cancellationToken);

    public Task<MailRoute> NewRouteAsync(string name, MailRouteChange route, CancellationToken cancellationToken) => inner.NewRouteAsync(name, route, cancellationToken);

    public Task<MailRoute> SetRouteAsync(string name, MailRouteChange change, CancellationToken cancellationToken) => inner.SetRouteAsync(name, change, cancellationToken);

    public Task RemoveRouteAsync(string name, CancellationToken cancellationToken) => inner.RemoveRouteAsync(name, cancellationToken);

    public IAsyncEnumerable<StoreFinding> TestStoreAsync(CancellationToken cancellationToken) => Stream(inner.TestStoreAsync(cancellationToken));

    public Task<long> OptimizeStoreAsync(CancellationToken cancellationToken) => inner.OptimizeStoreAsync(cancellationToken);

    private static IAsyncEnumerable<T> Stream<T>(IAsyncEnumerable<T> items) => items.WithJsonRpcSettings(ControlRpc.Streaming);
}
