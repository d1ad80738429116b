using MailAdmin.Administration;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public IAsyncEnumerable<MailQueueMessage> GetQueueMessagesAsync(MailQueueQuery query, CancellationToken cancellationToken) => AsyncEnumerable.Empty<MailQueueMessage>();

    /// <inheritdoc/>
    public Task<IReadOnlyList<MailQueueDestination>> GetQueueDestinationsAsync(string? pattern, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MailQueueDestination>>([]);

    /// <inheritdoc/>
    public Task<byte[]> ReadQueueMessageAsync(string id, long offset, int count, CancellationToken cancellationToken) => throw AdministrationErrors.QueueMessageNotFound(id);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MailQueueMessage>> ChangeQueueMessagesAsync(IReadOnlyList<string> ids, MailQueueAction action, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MailQueueMessage>>([]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MailRoute>> GetRoutesAsync(string? pattern, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<MailRoute>>([]);

    /// <inheritdoc/>
    public Task<MailRoute> NewRouteAsync(string name, MailRouteChange route, CancellationToken cancellationToken) => throw AdministrationErrors.RouteNotFound(name);

    /// <inheritdoc/>
    public Task<MailRoute> SetRouteAsync(string name, MailRouteChange change, CancellationToken cancellationToken) => throw AdministrationErrors.RouteNotFound(name);

    /// <inheritdoc/>
    public Task RemoveRouteAsync(string name, CancellationToken cancellationToken) => throw AdministrationErrors.RouteNotFound(name);
}
