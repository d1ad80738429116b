using MailAdmin.Addresses;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<MailBlock>> GetBlocksAsync(CancellationToken cancellationToken) => (await BlocksAsync(cancellationToken)).All();

    /// <inheritdoc/>
    public async Task<MailBlock> AddBlockAsync(string address, TimeSpan? duration, string? reason, CancellationToken cancellationToken)
    {
        var range = Range(address);
        if (range.PrefixLength == 0)
        {
            throw AdministrationErrors.BlockOfAll(address);
        }

        if (duration <= TimeSpan.Zero || duration > MaxBlockDuration)
        {
            throw AdministrationErrors.InvalidDuration(duration.Value);
        }

        if (reason?.Length > BlockRegister.MaxReason)
        {
            throw AdministrationErrors.ReasonTooLong(address, BlockRegister.MaxReason);
        }

        var block = await (await BlocksAsync(cancellationToken)).AddAsync(range, duration, reason, cancellationToken);
        foreach (var connection in host is null ? [] : Host.Table.All())
        {
            if (range.Contains(IpRange.Of(connection.Remote.Address)))
            {
                connection.RequestClose(ClosingReason.StoppedByAdmin);
            }
        }

        return block;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveBlockAsync(string address, CancellationToken cancellationToken) =>
        await (await BlocksAsync(cancellationToken)).RemoveAsync(Range(address), cancellationToken);

    // Far beyond any use, and within what a date can hold.
    private static readonly TimeSpan MaxBlockDuration = TimeSpan.FromDays(36_500);

    // A running server's list is the one its listeners ask; of a store at rest it is read for the call.
    private async ValueTask<BlockRegister> BlocksAsync(CancellationToken cancellationToken) =>
        host is not null ? Host.Blocks : await BlockRegister.OpenAsync(store.Accounts, new BlockList(TimeProvider.System), TimeProvider.System, cancellationToken);

    private static IpRange Range(string text) => IpRange.TryParse(text, out var range, out var reason) ? range : throw AdministrationErrors.InvalidIpAddress(text, reason);
}
