using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Server.Administration;
using StreamJsonRpc;

namespace MailAdmin.Server.Control;

/// <summary>The second route: administration of a server in another process.</summary>
internal sealed class ControlClient : IMailAdministration
{
    private readonly ControlRpc _rpc;

    private ControlClient(Stream stream)
    {
        _rpc = new ControlRpc(stream);
        _rpc.StartListening();
    }

    /// <summary>Connects to the server that has the store open; null where none has.</summary>
    /// <exception cref="MailAdminException"><c>ServerVersionMismatch</c>: what the two would say to each other could mean something else.</exception>
    public static async Task<ControlClient?> ConnectAsync(string storePath, CancellationToken cancellationToken)
    {
        if (await ControlAddress.ConnectAsync(storePath, cancellationToken) is not { } stream)
        {
            return null;
        }

        var client = new ControlClient(stream);
        try
        {
            var version = await client.CallAsync<string>(cancellationToken, [], nameof(ControlTarget.GetVersionAsync));
            return version == MailAdministration.Version ? client : throw OtherVersion(storePath, version);
        }
        catch (Exception e)
        {
            // Whatever it was, the caller hears of it; the connection must not stay.
            await client.DisposeAsync();
            if (e is RemoteMethodNotFoundException)
            {
                throw OtherVersion(storePath, null);
            }

            throw;
        }
    }

    private static MailAdminException OtherVersion(string storePath, string? version) => new(
        "ServerVersionMismatch", MailErrorCategory.InvalidOperation,
        $"The server of '{storePath}' is MailAdmin {version ?? "of another version"}, and this is {MailAdministration.Version}.", storePath,
        "Restart that server with this version, or administer it with its own.");

    public ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        return default;
    }

    public Task<MailServerInfo> GetServerAsync(CancellationToken cancellationToken) => CallAsync<MailServerInfo>(cancellationToken);

    public Task<MailServerStatistics> GetStatisticsAsync(CancellationToken cancellationToken) => CallAsync<MailServerStatistics>(cancellationToken);

    public Task<MailServerInfo> SetServerAsync(MailServerChange change, CancellationToken cancellationToken) => CallAsync<MailServerInfo>(cancellationToken, [change]);

    public Task StopServerAsync(TimeSpan drain, CancellationToken cancellationToken) => CallAsync<object?>(cancellationToken, [drain]);

    public Task<MailServerInfo> RestartServerAsync(TimeSpan drain, CancellationToken cancellationToken) => CallAsync<MailServerInfo>(cancellationToken, [drain]);

    public IAsyncEnumerable<MailDomain> GetDomainsAsync(string? pattern, CancellationToken cancellationToken) => StreamAsync<MailDomain>([pattern], cancellationToken);

    public Task<MailDomain> NewDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) => CallAsync<MailDomain>(cancellationToken, [name, catchAll]);

    public Task<MailDomain> SetDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) => CallAsync<MailDomain>(cancellationToken, [name, catchAll]);

    public Task RemoveDomainAsync(string name, CancellationToken cancellationToken) => CallAsync<object?>(cancellationToken, [name]);

    public IAsyncEnumerable<Mailbox> GetMailboxesAsync(string? pattern, CancellationToken cancellationToken) => StreamAsync<Mailbox>([pattern], cancellationToken);

    public Task<Mailbox> NewMailboxAsync(NewMailboxRequest request, CancellationToken cancellationToken) => CallAsync<Mailbox>(cancellationToken, [request]);

    public Task<Mailbox> SetMailboxAsync(string identity, MailboxChange change, CancellationToken cancellationToken) => CallAsync<Mailbox>(cancellationToken, [identity, change]);

    public Task RemoveMailboxAsync(string identity, CancellationToken cancellationToken) => CallAsync<object?>(cancellationToken, [identity]);

    public IAsyncEnumerable<MailAlias> GetAliasesAsync(string? pattern, CancellationToken cancellationToken) => StreamAsync<MailAlias>([pattern], cancellationToken);

    public Task<AddressUses> GetUsesAsync(string address, CancellationToken cancellationToken) => CallAsync<AddressUses>(cancellationToken, [address]);

    public Task<MailAlias> SetAliasAsync(string address, IReadOnlyList<string> targets, bool replace, CancellationToken cancellationToken) =>
        CallAsync<MailAlias>(cancellationToken, [address, targets, replace]);

    public Task RemoveAliasAsync(string address, CancellationToken cancellationToken) => CallAsync<object?>(cancellationToken, [address]);

    public IAsyncEnumerable<MailboxFolder> GetFoldersAsync(string mailbox, string? pattern, CancellationToken cancellationToken) =>
        StreamAsync<MailboxFolder>([mailbox, pattern], cancellationToken);

    public Task<MailboxFolder> NewFolderAsync(string mailbox, string name, string? specialUse, CancellationToken cancellationToken) =>
        CallAsync<MailboxFolder>(cancellationToken, [mailbox, name, specialUse]);

    public Task<MailboxFolder> RenameFolderAsync(string mailbox, string name, string newName, CancellationToken cancellationToken) =>
        CallAsync<MailboxFolder>(cancellationToken, [mailbox, name, newName]);

    public Task RemoveFolderAsync(string mailbox, string name, CancellationToken cancellationToken) => CallAsync<object?>(cancellationToken, [mailbox, name]);

    public IAsyncEnumerable<MailboxMessage> GetMessagesAsync(MessageQuery query, CancellationToken cancellationToken) => StreamAsync<MailboxMessage>([query], cancellationToken);

    public Task<byte[]> ReadMessageAsync(string mailbox, string folder, uint uid, long offset, int count, CancellationToken cancellationToken) =>
        CallAsync<byte[]>(cancellationToken, [mailbox, folder, uid, offset, count]);

    public Task<MailboxMessage> ImportMessageAsync(
        string mailbox, string folder, IAsyncEnumerable<byte[]> content, IReadOnlyList<string> flags, DateTimeOffset? receivedAt, CancellationToken cancellationToken) =>
        CallAsync<MailboxMessage>(cancellationToken, [mailbox, folder, content, flags, receivedAt]);

    public Task<int> SetMessageFlagsAsync(
        string mailbox, string folder, IReadOnlyList<uint> uids, MessageFlagsMode mode, IReadOnlyList<string> flags, CancellationToken cancellationToken) =>
        CallAsync<int>(cancellationToken, [mailbox, folder, uids, mode, flags]);

    public Task<IReadOnlyList<UidPair>> TransferMessagesAsync(
        string mailbox, string folder, IReadOnlyList<uint> uids, string targetMailbox, string targetFolder, bool move, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<UidPair>>(cancellationToken, [mailbox, folder, uids, targetMailbox, targetFolder, move]);

    public Task<int> RemoveMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, CancellationToken cancellationToken) =>
        CallAsync<int>(cancellationToken, [mailbox, folder, uids]);

    public Task<IReadOnlyList<MailSession>> GetSessionsAsync(CancellationToken cancellationToken) => CallAsync<IReadOnlyList<MailSession>>(cancellationToken);

    public Task<bool> StopSessionAsync(string id, CancellationToken cancellationToken) => CallAsync<bool>(cancellationToken, [id]);

    public IAsyncEnumerable<TranscriptLine> GetTranscriptAsync(string sessionId, bool follow, CancellationToken cancellationToken) =>
        StreamAsync<TranscriptLine>([sessionId, follow], cancellationToken);

    public IAsyncEnumerable<MailEvent> WatchEventsAsync(long afterSequence, CancellationToken cancellationToken) => StreamAsync<MailEvent>([afterSequence], cancellationToken);

    public Task<IReadOnlyList<MailBlock>> GetBlocksAsync(CancellationToken cancellationToken) => CallAsync<IReadOnlyList<MailBlock>>(cancellationToken);

    public Task<MailBlock> AddBlockAsync(string address, TimeSpan? duration, string? reason, CancellationToken cancellationToken) =>
        CallAsync<MailBlock>(cancellationToken, [address, duration, reason]);

    public Task<bool> RemoveBlockAsync(string address, CancellationToken cancellationToken) => CallAsync<bool>(cancellationToken, [address]);

    public IAsyncEnumerable<MailQueueMessage> GetQueueMessagesAsync(MailQueueQuery query, CancellationToken cancellationToken) => StreamAsync<MailQueueMessage>([query], cancellationToken);

    public Task<IReadOnlyList<MailQueueDestination>> GetQueueDestinationsAsync(string? pattern, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<MailQueueDestination>>(cancellationToken, [pattern]);

    public Task<byte[]> ReadQueueMessageAsync(string id, long offset, int count, CancellationToken cancellationToken) =>
        CallAsync<byte[]>(cancellationToken, [id, offset, count]);

    public Task<IReadOnlyList<MailQueueMessage>> ChangeQueueMessagesAsync(IReadOnlyList<string> ids, MailQueueAction action, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<MailQueueMessage>>(cancellationToken, [ids, action]);

    public Task<IReadOnlyList<MailRoute>> GetRoutesAsync(string? pattern, CancellationToken cancellationToken) => CallAsync<IReadOnlyList<MailRoute>>(cancellationToken, [pattern]);

    public Task<MailRoute> NewRouteAsync(string name, MailRouteChange route, CancellationToken cancellationToken) => CallAsync<MailRoute>(cancellationToken, [name, route]);

    public Task<MailRoute> SetRouteAsync(string name, MailRouteChange change, CancellationToken cancellationToken) => CallAsync<MailRoute>(cancellationToken, [name, change]);

    public Task RemoveRouteAsync(string name, CancellationToken cancellationToken) => CallAsync<object?>(cancellationToken, [name]);

    public IAsyncEnumerable<StoreFinding> TestStoreAsync(CancellationToken cancellationToken) => StreamAsync<StoreFinding>([], cancellationToken);

    public Task<long> OptimizeStoreAsync(CancellationToken cancellationToken) => CallAsync<long>(cancellationToken);

    private async Task<T> CallAsync<T>(CancellationToken cancellationToken, object?[]? arguments = null, [CallerMemberName] string method = "")
    {
        try
        {
            return await _rpc.InvokeWithCancellationAsync<T>(method, arguments, cancellationToken);
        }
        catch (Exception e) when (e is RemoteRpcException or ObjectDisposedException or IOException)
        {
            throw ControlRpc.Translate(e);
        }
    }

    /// <summary>Asks at once, so that a watcher sees what happens from its call on; the items come when they are read.</summary>
    private IAsyncEnumerable<T> StreamAsync<T>(object?[] arguments, CancellationToken cancellationToken, [CallerMemberName] string method = "")
    {
        var asking = CallAsync<IAsyncEnumerable<T>>(cancellationToken, arguments, method);
        return ReadAsync(asking, cancellationToken);
    }

    private static async IAsyncEnumerable<T> ReadAsync<T>(Task<IAsyncEnumerable<T>> asking, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = (await asking).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync(items))
            {
                yield return items.Current;
            }
        }
        finally
        {
            await EndAsync(items);
        }
    }

    private static async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (e is RemoteRpcException or ObjectDisposedException or IOException)
        {
            throw ControlRpc.Translate(e);
        }
    }

    private static async ValueTask EndAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            await items.DisposeAsync();
        }
        catch (Exception e) when (e is RemoteRpcException or ObjectDisposedException or IOException)
        {
            // The server is gone, and with it what it would be asked to end. Whoever reads has been told.
        }
    }
}
