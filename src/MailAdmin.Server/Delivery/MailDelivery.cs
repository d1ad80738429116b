using MailAdmin.Addresses;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Delivery;

/// <summary>
/// Delivery to the mailboxes of the store. Mail for elsewhere is refused, except that in development a logged-in sender's is captured: it
/// lands in the folder <see cref="CapturedFolder"/> of the sender's own mailbox, with the envelope in its header, and leaves the machine never.
/// </summary>
public sealed class MailDelivery : IMailDelivery, IDisposable
{
    private readonly DirectoryCache _directory;

    /// <summary>Where captured mail lies.</summary>
    public const string CapturedFolder = "Captured";

    /// <summary>Makes the delivery of a server.</summary>
    public MailDelivery(IMailStore store, MailServerSettings settings, IEventSink events, ServerCounters counters, OutboundPolicy outbound, ILoggerFactory loggers)
    {
        Store = store;
        Settings = settings;
        Events = events;
        Counters = counters;
        Outbound = outbound;
        Log = loggers.CreateLogger<MailDelivery>();
        _directory = new DirectoryCache(store);
        Resolver = new AddressResolver(store.Accounts, _directory, settings);
        Inboxes = new FolderCache(store);
    }

    internal IMailStore Store { get; }
    internal MailServerSettings Settings { get; }
    internal IEventSink Events { get; }
    internal ServerCounters Counters { get; }
    internal OutboundPolicy Outbound { get; }
    internal ILogger Log { get; }
    internal AddressResolver Resolver { get; }
    internal FolderCache Inboxes { get; }

    /// <summary>Stops watching the store.</summary>
    public void Dispose() => _directory.Dispose();

    /// <inheritdoc/>
    public IMailTransaction Begin(DeliveryContext context) => new MailTransaction(this, context);

    /// <inheritdoc/>
    public async ValueTask<bool> MaySendAsAsync(MailboxRecord submitter, string sender, CancellationToken cancellationToken) =>
        MailboxAddress.TryParse(sender, out var address) && await Resolver.LeadsToAsync(address, submitter, cancellationToken);
}
