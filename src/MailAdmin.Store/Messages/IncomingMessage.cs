using System.Buffers;

namespace MailAdmin.Store;

/// <summary>
/// A message being received: written once, front to back, then handed to the store. It counts as it grows and never holds more than
/// one buffer of <see cref="InMemoryLimit"/> octets; what is larger lies in a spool record that the store adopts.
/// </summary>
public abstract class IncomingMessage : IAsyncDisposable
{
    /// <summary>Octets kept in memory before a message goes to the spool.</summary>
    public const int InMemoryLimit = 64 * 1024;

    /// <summary>Octets written so far.</summary>
    public abstract long Length { get; }

    /// <summary>Appends octets; copies them before it returns.</summary>
    /// <exception cref="Errors.MailAdminException"><c>StoreDiskFull</c>, <c>StoreIOError</c></exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken = default);

    /// <summary>Appends a sequence.</summary>
    public async ValueTask WriteAsync(ReadOnlySequence<byte> octets, CancellationToken cancellationToken = default)
    {
        foreach (var segment in octets)
        {
            await WriteAsync(segment, cancellationToken);
        }
    }

    /// <summary>
    /// The message is whole, and others of one operation come before it is stored: it lets its file be closed until then, and where
    /// <paramref name="fromMemory"/> it leaves its buffer for a file. Nothing is written to it any more.
    /// </summary>
    /// <exception cref="Errors.MailAdminException"><c>StoreDiskFull</c>, <c>StoreIOError</c></exception>
    public abstract ValueTask SetAsideAsync(bool fromMemory);

    /// <summary>Reads back what was written (for DKIM, filters); any number of times, before it is stored.</summary>
    public abstract Stream OpenRead();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
