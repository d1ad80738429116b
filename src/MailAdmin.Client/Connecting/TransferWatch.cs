using MailKit;

namespace MailAdmin.Client.Connecting;

/// <summary>Hears how content moves: counts it, and says each time that it still does.</summary>
internal sealed class TransferWatch(Action moved) : ITransferProgress
{
    /// <summary>Octets so far.</summary>
    public long Octets { get; private set; }

    /// <inheritdoc/>
    public void Report(long bytesTransferred, long totalSize) => Report(bytesTransferred);

    /// <inheritdoc/>
    public void Report(long bytesTransferred)
    {
        Octets = bytesTransferred;
        moved();
    }
}
