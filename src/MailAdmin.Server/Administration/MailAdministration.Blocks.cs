using System.Net;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<MailBlock>> GetBlocksAsync(CancellationToken cancellationToken) => Task.FromResult(Host.Table.Blocks.All());

    /// <inheritdoc/>
    public Task<MailBlock> AddBlockAsync(string address, TimeSpan? duration, string? reason, CancellationToken cancellationToken)
    {
        var table = Host.Table;
        var wanted = IpAddress(address);
        if (duration <= TimeSpan.Zero)
        {
            throw AdministrationErrors.InvalidDuration(duration.Value);
        }

        var block = table.Blocks.Add(wanted, duration, reason) ?? throw AdministrationErrors.TooManyBlocks(address);
        foreach (var connection in table.All())
        {
            if (BlockList.Canonical(connection.Remote.Address).Equals(wanted))
            {
                connection.RequestClose(ClosingReason.StoppedByAdmin);
            }
        }

        return Task.FromResult(block);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveBlockAsync(string address, CancellationToken cancellationToken) => Task.FromResult(Host.Table.Blocks.Remove(IpAddress(address)));

    private static IPAddress IpAddress(string text) =>
        IPAddress.TryParse(text, out var address) ? BlockList.Canonical(address) : throw AdministrationErrors.InvalidIpAddress(text);
}
