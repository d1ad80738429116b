using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Net.Sockets;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Control;

/// <summary>Serves the control channel of one server; only the store's owner gets in.</summary>
internal sealed class ControlService : IHostedService, IDisposable
{
    /// <summary>Connections at once: shells and dashboards of one user.</summary>
    private const int MaxConnections = 100;

    /// <summary>How long who asked for the stop or restart may take to hear that it is done.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly MailServerHost _server;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Throttle _hindered;
    private readonly ConcurrentDictionary<ControlRpc, ControlTarget> _connections = new();
    private Socket? _socket;
    private string? _socketPath;
    private Task<string?> _note = Task.FromResult<string?>(null);
    private Task _loop = Task.CompletedTask;

    public ControlService(MailServerHost server, ILogger log)
    {
        _server = server;
        _log = log;
        _hindered = new Throttle(server.Time);
    }

    /// <summary>Completes once other processes find it by name.</summary>
    public Task Announced => _note;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var address = ControlAddress.Of(_server.StorePath);
        if (OperatingSystem.IsWindows())
        {
            _loop = AcceptAsync(stopping => NextPipeAsync(address, stopping));
        }
        else
        {
            StoreDirectory.CreatePrivate(Path.GetDirectoryName(address)!);
            // The store is ours alone, so a socket that is there was left behind by a process that was killed.
            File.Delete(address);
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(address));
            // Before anybody can connect.
            File.SetUnixFileMode(address, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(16);
            _socket = socket;
            _socketPath = address;
            _loop = AcceptAsync(async stopping => new NetworkStream(await socket.AcceptAsync(stopping), ownsSocket: true));
        }

        // A start does not wait for the note; only its removal must come after it.
        _note = Task.Run(() => RunDirectory.Leave(new ServerNote(_server.Name, Environment.ProcessId, _server.StorePath, _server.Settings.Ephemeral)), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>No longer accepts; who is connected stays, to hear of the stop.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        RunDirectory.Remove(await _note);
        await _stopping.CancelAsync();
        _socket?.Dispose();
        await _loop;
        if (_socketPath is not null)
        {
            File.Delete(_socketPath);
        }
    }

    /// <summary>Ends all connections; those that asked for the stop or restart hear first how it went.</summary>
    public async Task FinishAsync()
    {
        // First the others: a restart may take a while.
        foreach (var (rpc, target) in _connections.OrderBy(c => c.Value.LastAnswer is not null))
        {
            if (target.LastAnswer is { } answer)
            {
                // What came of it is the asker's.
                await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                // It closes when it has read the answer; however that ends, or does not, is no matter of ours.
                await rpc.Completion.WaitAsync(Farewell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            rpc.Dispose();
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _stopping.Dispose();
    }

    // Mail clients may take every descriptor; when they leave, an admin must still get in.
    private async Task AcceptAsync(Func<CancellationToken, ValueTask<Stream>> accept)
    {
        try
        {
            await AcceptLoop.RunAsync(accept, Serve, Hindered, _server.Time, _stopping.Token);
        }
        catch (Exception e)
        {
            // A channel that no longer answers must be seen, whatever the cause.
            ControlLog.Died(_log, e);
        }
    }

    private void Hindered(int inARow, Exception? cause)
    {
        if ((inARow == 1 && _hindered.Passes(out _)) || inARow == AcceptLoop.Many)
        {
            ControlLog.Hindered(_log, cause!);
        }
    }

    private static async ValueTask<Stream> NextPipeAsync(string name, CancellationToken stopping)
    {
        var pipe = new NamedPipeServerStream(
            name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.WaitForConnectionAsync(stopping);
            return pipe;
        }
        catch
        {
            // Whatever it was is the caller's; the pipe is nobody's.
            await pipe.DisposeAsync();
            throw;
        }
    }

    private void Serve(Stream stream)
    {
        if (_connections.Count >= MaxConnections)
        {
            stream.Dispose();
            return;
        }

        var rpc = new ControlRpc(stream);
        var target = new ControlTarget(_server.OpenAdministration(), _server);
        rpc.AddLocalRpcTarget(target, null);
        _connections[rpc] = target;
        rpc.Disconnected += (_, _) =>
        {
            _connections.TryRemove(rpc, out _);
            rpc.Dispose();
            ((IDisposable)target).Dispose();
        };
        rpc.StartListening();
    }
}

/// <summary>What the control channel says in the log.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(20, LogLevel.Error, "The control channel no longer accepts; other processes cannot administer this server")]
    public static partial void Died(ILogger logger, Exception exception);

    [LoggerMessage(22, LogLevel.Error, "The control channel cannot accept a connection and goes on trying")]
    public static partial void Hindered(ILogger logger, Exception exception);

    [LoggerMessage(21, LogLevel.Warning, "No control channel: {Reason}")]
    public static partial void Missing(ILogger logger, string reason);
}
