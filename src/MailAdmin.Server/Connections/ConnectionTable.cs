using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using MailAdmin.Addresses;
using MailAdmin.Server.Diagnostics;

namespace MailAdmin.Server.Connections;

/// <summary>
/// All connections of a server: what <c>Get-MailSession</c> lists, what the limits count, and what one coarse timer walks over for the time
/// limits of all of them.
/// </summary>
internal sealed class ConnectionTable : IDisposable
{
    /// <summary>Time limits of minutes do not ask for more.</summary>
    public static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    /// <summary>What is said at the drain's end has this long to be handed to the system, which takes a line at once as a rule.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    /// <summary>Ended sessions whose transcripts are kept: what failed is over before anybody can look.</summary>
    private const int KeptTranscripts = 100;

    private readonly ConcurrentDictionary<string, SocketConnection> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<IpRange, int> _perAddress = [];
    private readonly ConcurrentQueue<(string Id, TranscriptRing Ring)> _ended = new();
    private readonly int[] _perProtocol = new int[4];
    private readonly ConnectionServices _services;
    private readonly ITimer _timer;
    private int _count;
    private long _lastId;

    public ConnectionTable(ConnectionServices services)
    {
        _services = services;
        _timer = services.Clock.Time.CreateTimer(static table => ((ConnectionTable)table!).Tick(), this, TickPeriod, TickPeriod);
    }

    /// <summary>Connections now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Connections now, of one protocol.</summary>
    public int CountOf(MailProtocol protocol) => Volatile.Read(ref _perProtocol[(int)protocol]);

    /// <summary>Takes a socket in, unless it is one too many; <paramref name="refusal"/> says so then and the socket is the caller's still.</summary>
    public bool TryAdd(Socket socket, MailEndpoint endpoint, [NotNullWhen(true)] out SocketConnection? connection, [NotNullWhen(false)] out ConnectionRefusal? refusal)
    {
        connection = null;
        if (Interlocked.Increment(ref _count) > _services.Limits.MaxConnections)
        {
            Interlocked.Decrement(ref _count);
            refusal = new("Too many connections; try again later");
            return false;
        }

        SocketConnection candidate;
        try
        {
            candidate = new SocketConnection(socket, $"s{Interlocked.Increment(ref _lastId)}", endpoint, _services);
        }
        catch
        {
            // The client was gone before its address could be asked for; its place is free again.
            Interlocked.Decrement(ref _count);
            throw;
        }

        // A proxy's own address says nothing; its client is looked at when the header has come.
        if (!candidate.IsProxied && Refusal(candidate) is { } reason)
        {
            Interlocked.Decrement(ref _count);
            refusal = reason;
            return false;
        }

        Interlocked.Increment(ref _perProtocol[(int)endpoint.Protocol]);
        _connections[candidate.Id] = candidate;
        connection = candidate;
        refusal = null;
        // Blocked between the look above and its place in the table, where who blocks looks for sessions to end.
        if (!candidate.IsProxied && _services.Blocks.Find(candidate.Remote.Address) is not null)
        {
            candidate.RequestClose(ClosingReason.StoppedByAdmin);
        }

        return true;
    }

    /// <summary>Why the client's address is not let in, or null, and then the connection counts for it.</summary>
    public ConnectionRefusal? Refusal(SocketConnection connection)
    {
        var address = connection.Remote.Address;
        if (_services.Blocks.Refuse(address) is { } block)
        {
            // One that ends is a reason to come again later, and a mail server will; one that does not is none.
            return new("Connections from your address are refused", IsPermanent: block.ExpiresAt is null);
        }

        if (!connection.IsLoopback)
        {
            if (!TryCount(address))
            {
                return new("Too many connections from your address");
            }

            connection.CountedAs = address;
        }

        return null;
    }

    /// <summary>Takes a connection out; once for each that was added.</summary>
    public void Remove(SocketConnection connection)
    {
        // Before it goes from the list, so that its transcript is found at every moment.
        _ended.Enqueue((connection.Id, connection.Ring));
        _connections.TryRemove(connection.Id, out _);
        if (_ended.Count > KeptTranscripts)
        {
            _ended.TryDequeue(out _);
        }

        Interlocked.Decrement(ref _perProtocol[(int)connection.Endpoint.Protocol]);
        Interlocked.Decrement(ref _count);
        if (connection.CountedAs is { } address)
        {
            lock (_perAddress)
            {
                var (single, network) = (IpRange.Of(address), PeerNetwork.Of(address));
                Lower(single);
                if (network != single)
                {
                    Lower(network);
                }
            }
        }
    }

    /// <summary>The connection of an id.</summary>
    public SocketConnection? Find(string id) => _connections.GetValueOrDefault(id);

    /// <summary>The transcript of an open session, or of one that ended a short while ago.</summary>
    public TranscriptRing? FindTranscript(string id) => Find(id)?.Ring ?? _ended.FirstOrDefault(e => e.Id == id).Ring;

    /// <summary>All of now.</summary>
    public IEnumerable<SocketConnection> All() => _connections.Select(c => c.Value);

    /// <summary>Addresses that are not let in.</summary>
    public BlockList Blocks => _services.Blocks;

    /// <summary>
    /// Asks all sessions to end, waits until they did or <paramref name="drain"/> is over, tells those that are still amid a message's content that it will not be
    /// taken (421, BYE), and cuts off who is left.
    /// </summary>
    public async Task CloseAllAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        var sessions = All().ToArray();
        foreach (var connection in sessions)
        {
            // Cut off by the loop below: the clock's tick, which might come first, is for the case that this is not reached.
            connection.RequestClose(ClosingReason.ServerStopping, drain + SocketConnection.ClosingGrace);
        }

        var over = Task.WhenAll(sessions.Select(c => c.Completion));
        try
        {
            await over.WaitAsync(drain, _services.Clock.Time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Out of patience, ours or the caller's: cut off below.
        }

        // RFC 5321 §3.8, RFC 9051 §7.1.5. Who does not even read what he asked for will not read this.
        var told = sessions.Where(c => c.EndContent()).Select(c => c.Completion).ToArray();
        try
        {
            await Task.WhenAll(told).WaitAsync(LastWord, _services.Clock.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // It does not get through to somebody.
        }

        foreach (var connection in All())
        {
            connection.Abort();
        }

        // A session that was cut off ends at its next step; one that computes for long does not hold up the stop.
        try
        {
            await over.WaitAsync(SocketConnection.ClosingGrace, _services.Clock.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _services.Events.Publish("Warning", MailEventSeverity.Warning, $"{Count} sessions did not end when the server stopped");
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var now = _services.Clock.Now;
        foreach (var (_, connection) in _connections)
        {
            connection.Tick(now);
        }
    }

    // An IPv6 address counts twice, for itself and for the network that its host may take other addresses of.
    private bool TryCount(IPAddress address)
    {
        var (single, network) = (IpRange.Of(address), PeerNetwork.Of(address));
        lock (_perAddress)
        {
            var ofSingle = _perAddress.GetValueOrDefault(single);
            var ofNetwork = _perAddress.GetValueOrDefault(network);
            if (ofSingle >= _services.Limits.MaxConnectionsPerAddress || (network != single && ofNetwork >= _services.Limits.MaxConnectionsPerNetwork))
            {
                return false;
            }

            _perAddress[network] = ofNetwork + 1;
            _perAddress[single] = ofSingle + 1;
            return true;
        }
    }

    private void Lower(IpRange peer)
    {
        if (--_perAddress[peer] == 0)
        {
            _perAddress.Remove(peer);
        }
    }
}
