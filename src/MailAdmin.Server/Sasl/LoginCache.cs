using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MailAdmin.Store;

namespace MailAdmin.Server.Sasl;

/// <summary>
/// Remembers passwords that were right, for a short time, so that a client that reconnects costs microseconds. Holds neither passwords nor anything that
/// outlives the process: a keyed hash under a random key.
/// </summary>
internal sealed class LoginCache(TimeProvider time)
{
    /// <summary>How long a login is remembered since it was last proved in full.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    /// <summary>Mailboxes remembered; above that it starts over.</summary>
    private const int Max = 20_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<MailboxId, Entry> _entries = new();

    /// <summary>True where this password was right for the verifier that the mailbox has now.</summary>
    public bool Holds(MailboxRecord mailbox, string password)
    {
        if (!_entries.TryGetValue(mailbox.Id, out var entry))
        {
            return false;
        }

        if (time.GetElapsedTime(entry.At) > Lifetime || !entry.StoredKey.AsSpan().SequenceEqual(mailbox.Verifier.StoredKey))
        {
            _entries.TryRemove(mailbox.Id, out _);
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(entry.Digest, Digest(mailbox.Id, password));
    }

    /// <summary>Remembers a password that was right.</summary>
    public void Add(MailboxRecord mailbox, string password)
    {
        if (_entries.Count >= Max)
        {
            _entries.Clear();
        }

        _entries[mailbox.Id] = new Entry(Digest(mailbox.Id, password), mailbox.Verifier.StoredKey, time.GetTimestamp());
    }

    /// <summary>Forgets a mailbox.</summary>
    public void Drop(MailboxId mailbox) => _entries.TryRemove(mailbox, out _);

    private byte[] Digest(MailboxId mailbox, string password)
    {
        var message = Encoding.UTF8.GetBytes($"{mailbox.Value:N}{password}");
        var digest = HMACSHA256.HashData(_key, message);
        CryptographicOperations.ZeroMemory(message);
        return digest;
    }

    private readonly record struct Entry(byte[] Digest, byte[] StoredKey, long At);
}
