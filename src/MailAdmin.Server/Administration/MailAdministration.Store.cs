using MailAdmin.Administration;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public IAsyncEnumerable<StoreFinding> TestStoreAsync(CancellationToken cancellationToken) => store.VerifyAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<long> OptimizeStoreAsync(CancellationToken cancellationToken) => store.CompactAsync(cancellationToken);
}
