using System.Net.Sockets;
using MailAdmin.Server.Connections;
using MailAdmin.Store;
using Microsoft.Extensions.Hosting;

namespace MailAdmin.Server.Hosting;

/// <summary>The host lives as long as its owner says; it must not take Ctrl+C away from the shell it runs in.</summary>
internal sealed class OwnedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What is to be done before the first endpoint opens, as a hosted service.</summary>
internal sealed class HostedPreparation(Func<CancellationToken, Task> prepare) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => prepare(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>An endpoint as a hosted service: a bind that fails says what a person can do about it.</summary>
internal sealed class HostedEndpoint(ConnectionListener listener) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await listener.StartAsync(cancellationToken);
        }
        catch (SocketException e)
        {
            throw PortOwner.Explain(e, listener.Endpoint);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => listener.StopAsync(cancellationToken);
}

/// <summary>
/// The sessions as a hosted service: those of a mailbox that is deleted or disabled end; at the stop, once no endpoint accepts any more, all do.
/// </summary>
internal sealed class HostedSessions(ConnectionTable table, IMailStore store) : IHostedService
{
    private IDisposable? _watch;

    /// <summary>How long sessions have to say goodbye.</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(5);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = store.Watch(Look);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _watch?.Dispose();
        await table.CloseAllAsync(Drain, cancellationToken);
    }

    private void Look(StoreChange change)
    {
        if (change is not MailboxChanged { Kind: MailboxChangeKind.Deleted or MailboxChangeKind.Disabled } gone)
        {
            return;
        }

        foreach (var connection in table.All())
        {
            if (connection.Activity.Login?.Mailbox == gone.Mailbox)
            {
                connection.RequestClose(ClosingReason.MailboxGone);
            }
        }
    }
}
