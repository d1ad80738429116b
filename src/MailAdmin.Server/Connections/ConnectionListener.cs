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

    private readonly MailEndpoint _wanted;
    private readonly IProtocolHandler _handler;
    private readonly ConnectionTable _table;
    private readonly ConnectionServices _services;
    private readonly Action<ConnectionListener, string?, Exception?> _fault;
    private readonly Throttle _refused, _hindered;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isFaulty;
    private Socket? _socket;
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes the listener; it binds at <see cref="StartAsync"/>.</summary>
    /// <param name="endpoint">Where; port 0 for a free one.</param>
    /// <param name="handler">What is spoken there.</param>
    /// <param name="table">Where its connections are kept.</param>
    /// <param name="services">What they share.</param>
    /// <param name="fault">Told, with its cause, that it accepts nobody, for now or at all; and with null that it does again.</param>
    public ConnectionListener(
        MailEndpoint endpoint, IProtocolHandler handler, ConnectionTable table, ConnectionServices services, Action<ConnectionListener, string?, Exception?> fault)
    {
        _wanted = endpoint;
        Endpoint = endpoint;
        _handler = handler;
        _table = table;
        _services = services;
        _fault = fault;
        _refused = new Throttle(services.Clock.Time);
        _hindered = new Throttle(services.Clock.Time);
    }

    /// <summary>Where it listens; the port is known once it was started.</summary>
    public MailEndpoint Endpoint { get; private set; }

    /// <summary>How it accepts; tests let it fail.</summary>
    public Func<Socket, CancellationToken, ValueTask<Socket>> Accept { get; init; } = static (listener, stopping) => listener.AcceptAsync(stopping);

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

            // On Linux the sockets that it accepts have it from here.
            socket.NoDelay = true;
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
            await AcceptLoop.RunAsync(stopping => Accept(listener, stopping), Take, Hindered, _services.Clock.Time, _stopping.Token);
        }
        catch (Exception e)
        {
            // An endpoint that no longer answers must be seen, whatever the cause.
            _fault(this, $"{Endpoint} no longer accepts: {e.Message}", e);
        }
    }

    private void Hindered(int inARow, Exception? cause)
    {
        if (cause is null)
        {
            if (_isFaulty)
            {
                _fault(this, null, null);
            }

            _isFaulty = false;
        }
        else if (inARow == AcceptLoop.Many)
        {
            _isFaulty = true;
            _fault(this, $"{Endpoint} has accepted nobody for a while and goes on trying: {cause.Message}", cause);
        }
        else if (inARow == 1 && _hindered.Passes(out _))
        {
            _services.Events.Publish("Warning", MailEventSeverity.Warning, $"{Endpoint} cannot accept a connection and goes on trying: {cause.Message}",
                new ServerEventDetails(Protocol: Endpoint.Protocol, Cause: cause));
        }
    }

    private void Take(Socket socket)
    {
        SocketConnection? connection;
        ConnectionRefusal? refusal;
        IPAddress? address;
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                socket.NoDelay = true;
            }

            if (_table.TryAdd(socket, Endpoint, out connection, out refusal))
            {
                _services.Counters[Endpoint.Protocol].Connection();
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.listener.RunAsync(state.connection), (listener: this, connection), preferLocal: false);
                return;
            }

            address = (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            // Gone already.
            socket.Dispose();
            return;
        }

        TellRefused(address, refusal);
        _ = RefuseAsync(socket, refusal);
    }

    private async Task RunAsync(SocketConnection connection)
    {
        try
        {
            await connection.RunAsync(_handler, Admit);
        }
        finally
        {
            _table.Remove(connection);
        }

        if (connection.IsAdmitted)
        {
            _services.Events.Publish("SessionClosed", MailEventSeverity.Information, $"{Endpoint.Service} session closed", connection.Details());
        }
    }

    /// <summary>The client's address is known now, also behind a proxy, which the table could not judge.</summary>
    private ConnectionRefusal? Admit(SocketConnection connection)
    {
        if (connection.IsProxied && _table.Refusal(connection) is { } refusal)
        {
            TellRefused(connection.Remote.Address, refusal);
            return refusal;
        }

        _services.Events.Publish("SessionOpened", MailEventSeverity.Information, $"{Endpoint.Service} session opened from {connection.Remote}", connection.Details());
        return null;
    }

    private void TellRefused(IPAddress? address, ConnectionRefusal refusal)
    {
        if (_refused.Passes(out var held))
        {
            address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
            var others = held > 0 ? $" (and {held} others since the last that was told)" : "";
            _services.Events.Publish("ConnectionRefused", MailEventSeverity.Warning, $"{Endpoint.Service} refused a connection from {address}: {refusal.Reason}{others}",
                new ServerEventDetails(Protocol: Endpoint.Protocol, RemoteAddress: address?.ToString()));
        }
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
