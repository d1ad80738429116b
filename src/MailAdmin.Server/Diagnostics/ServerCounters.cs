namespace MailAdmin.Server.Diagnostics;

/// <summary>Counters of a server since start. Interlocked, one cache line per protocol is not worth its complexity at these rates.</summary>
public sealed class ServerCounters
{
    private readonly ProtocolCounters[] _protocols = [new(), new(), new(), new()];
    private long _delivered, _refused, _loginsSucceeded, _loginsFailed, _relayed, _deferred, _bounced;

    /// <summary>Counters of one protocol.</summary>
    public ProtocolCounters this[MailProtocol protocol] => _protocols[(int)protocol];
    /// <summary>Messages committed to mailboxes, one per recipient.</summary>
    public long MessagesDelivered => Volatile.Read(ref _delivered);
    /// <summary>Refusals of mail: senders, recipients and contents.</summary>
    public long MessagesRefused => Volatile.Read(ref _refused);
    /// <summary>Logins that succeeded.</summary>
    public long LoginsSucceeded => Volatile.Read(ref _loginsSucceeded);
    /// <summary>Logins that failed.</summary>
    public long LoginsFailed => Volatile.Read(ref _loginsFailed);

    /// <summary>Messages taken by other servers, one per recipient.</summary>
    public long MessagesRelayed => Volatile.Read(ref _relayed);
    /// <summary>Attempts that were put off.</summary>
    public long MessagesDeferred => Volatile.Read(ref _deferred);
    /// <summary>Recipients given up.</summary>
    public long MessagesBounced => Volatile.Read(ref _bounced);

    /// <summary>Counts deliveries.</summary>
    public void Delivered(int recipients) => Interlocked.Add(ref _delivered, recipients);
    /// <summary>Counts a refusal.</summary>
    public void Refused() => Interlocked.Increment(ref _refused);
    /// <summary>Counts recipients that another server took.</summary>
    public void Relayed(int recipients) => Interlocked.Add(ref _relayed, recipients);
    /// <summary>Counts attempts put off.</summary>
    public void Deferred(int attempts) => Interlocked.Add(ref _deferred, attempts);
    /// <summary>Counts recipients given up.</summary>
    public void Bounced(int recipients) => Interlocked.Add(ref _bounced, recipients);
    /// <summary>Counts a login.</summary>
    public void Login(bool succeeded) => Interlocked.Increment(ref succeeded ? ref _loginsSucceeded : ref _loginsFailed);
}

/// <summary>Counters of one protocol.</summary>
public sealed class ProtocolCounters
{
    private long _connections, _commands, _messages, _bytesIn, _bytesOut;

    /// <summary>Connections accepted.</summary>
    public long Connections => Volatile.Read(ref _connections);
    /// <summary>Commands carried out.</summary>
    public long Commands => Volatile.Read(ref _commands);
    /// <summary>Messages taken in or given out.</summary>
    public long Messages => Volatile.Read(ref _messages);
    /// <summary>Octets received.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);
    /// <summary>Octets sent.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Counts a connection.</summary>
    public void Connection() => Interlocked.Increment(ref _connections);
    /// <summary>Counts a command.</summary>
    public void Command() => Interlocked.Increment(ref _commands);
    /// <summary>Counts messages.</summary>
    public void Message(int count = 1) => Interlocked.Add(ref _messages, count);
    /// <summary>Counts octets received.</summary>
    public void Received(long octets) => Interlocked.Add(ref _bytesIn, octets);
    /// <summary>Counts octets sent.</summary>
    public void Sent(long octets) => Interlocked.Add(ref _bytesOut, octets);
}
