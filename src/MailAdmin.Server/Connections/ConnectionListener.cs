using System.Net;
using System.Net.Sockets;
using MailAdmin.Server.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace MailAdmin.Server.Connections;

/// <summary>One endpoint: binds, accepts, registers each connection before it is queued to run.</summary>
internal sealed class ConnectionListener : IHostedService, IDisposable
{
    /// <summary>Connections that may wait for the accept loop; the system cuts it to its own bound.</summary>
    private const int Backlog = 1024;

    /// <summary>Pause when the process is out of descriptors: accepting again at once would only spin.</summary>
    private static readonly TimeSpan ExhaustedPause = TimeSpan.FromMilliseconds(100);

    private readonly MailEndpoint _wanted;
    private readonly IProtocolHandler _handler;
    private readonly ConnectionTable _table;
    private readonly ConnectionServices _services;
    private readonly Action<ConnectionListener, Exception> _died;
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _socket;
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes the listener; it binds at <see cref="StartAsync"/>.</summary>
    /// <param name="endpoint">Where; port 0 for a free one.</param>
    /// <param name="handler">What is spoken there.</param>
    /// <param name="table">Where its connections are kept.</param>
    /// <param name="services">What they share.</param>
    /// <param name="died">Told when the accept loop ends without having been asked to.</param>
    public ConnectionListener(MailEndpoint endpoint, IProtocolHandler handler, ConnectionTable table, ConnectionServices services, Action<ConnectionListener, Exception> died)
    {
        _wanted = endpoint;
        Endpoint = endpoint;
        _handler = handler;
        _table = table;
        _services = services;
        _died = died;
    }

    /// <summary>Where it listens; the port is known once it was started.</summary>
    public MailEndpoint Endpoint { get; private set; }

    /// <summary>Binds and begins to accept.</summary>
    /// <exception cref="SocketException">The port is taken or may not be used, or the address is not ours.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var address = IPAddress.Parse(_wanted.Address);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            if (OperatingSystem.IsWindows())
            {
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(new IPEndPoint(address, _wanted.Port));
            socket.Listen(Backlog);
        }
        catch
        {
            // Whatever it was, the caller hears of it; the socket must not stay.
            socket.Dispose();
            throw;
        }

        _socket = socket;
        Endpoint = _wanted with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port };
        _loop = AcceptAsync(socket);
        return Task.CompletedTask;
    }

    /// <summary>Stops accepting; connections go on.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _socket?.Dispose();
        await _loop;
    }

    /// <summary>Closes the socket. Without a stop before it the accept loop dies of it, and says so.</summary>
    public void Dispose() => _socket?.Dispose();

    private async Task AcceptAsync(Socket listener)
    {
        // The caller starts its other listeners meanwhile.
        await Task.Yield();
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Socket socket;
                try
                {
                    socket = await listener.AcceptAsync(_stopping.Token);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
                {
                    // The client was gone before we came to it.
                    continue;
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    ConnectionLog.Exhausted(_services.Log, Endpoint.ToString());
                    await Task.Delay(ExhaustedPause, _services.Clock.Time, _stopping.Token);
                    continue;
                }

                Take(socket);
            }
        }
        catch (Exception e) when (_stopping.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Asked to.
        }
        catch (Exception e)
        {
            // An endpoint that no longer answers must be seen, whatever the cause.
            ConnectionLog.Died(_services.Log, e, Endpoint.ToString());
            _died(this, e);
        }
    }

    private void Take(Socket socket)
    {
        SocketConnection? connection;
        ConnectionRefusal? refusal;
        try
        {
            socket.NoDelay = true;
            if (_table.TryAdd(socket, Endpoint, out connection, out refusal))
            {
                _services.Counters[Endpoint.Protocol].Connection();
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.listener.RunAsync(state.connection), (listener: this, connection), preferLocal: false);
                return;
            }
        }
        catch (SocketException)
        {
            // Gone already.
            socket.Dispose();
            return;
        }

        ConnectionLog.Refused(_services.Log, Endpoint.ToString(), refusal.Reason);
        _ = RefuseAsync(socket, refusal);
    }

    private async Task RunAsync(SocketConnection connection)
    {
        var details = new ServerEventDetails(connection.Id, Endpoint.Protocol, RemoteAddress: connection.Remote.Address.ToString());
        _services.Events.Publish("SessionOpened", MailEventSeverity.Information, $"{Endpoint.Service} session opened from {connection.Remote}", details);
        try
        {
            await connection.RunAsync(_handler, _table.Refusal);
        }
        finally
        {
            _table.Remove(connection);
        }

        _services.Events.Publish("SessionClosed", MailEventSeverity.Information, $"{Endpoint.Service} session closed", details with { Mailbox = connection.Activity.Mailbox });
    }

    /// <summary>One line and the door closes; in TLS from the first octet there is nobody to read a line yet.</summary>
    private async Task RefuseAsync(Socket socket, ConnectionRefusal refusal)
    {
        using (socket)
        {
            if (Endpoint.TlsMode == MailTlsMode.Implicit)
            {
                return;
            }

            try
            {
                // A new connection's send buffer is empty: this does not wait.
                await socket.SendAsync(_handler.RefusalFor(refusal), SocketFlags.None);
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // It need not listen.
            }
        }
    }
}
