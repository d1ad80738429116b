using MailAdmin.Addresses;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Queue;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Delivery;

/// <summary>
/// Delivery to the mailboxes of the store, and of mail for elsewhere to its queue. Elsewhere may send only who is logged in, and what an alias of ours leads to. Where the
/// server captures, a logged-in sender's mail for elsewhere lands in the folder <see cref="CapturedFolder"/> of the sender's own mailbox, with the envelope in its header,
/// and leaves the machine never; where it refuses, it is refused.
/// </summary>
public sealed class MailDelivery : IMailDelivery, IDisposable
{
    private readonly DirectoryCache _directory;

    /// <summary>Where captured mail lies.</summary>
    public const string CapturedFolder = "Captured";

    /// <summary>Makes the delivery of a server.</summary>
    public MailDelivery(IMailStore store, MailServerSettings settings, IEventSink events, ServerCounters counters, OutboundPolicy outbound, QueueOptions queue, Func<string> hostName, TimeProvider time, ILoggerFactory loggers)
    {
        Time = time;
        Queue = queue;
        HostName = hostName;
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
    /// <summary>When mail that is queued now is given up.</summary>
    internal DateTimeOffset Expiry => Time.GetUtcNow() + Queue.Lifetime;
    internal TimeProvider Time { get; }
    internal QueueOptions Queue { get; }
    /// <summary>Ours, as it is now.</summary>
    internal Func<string> HostName { get; }
    internal AddressResolver Resolver { get; }
    internal FolderCache Inboxes { get; }

    /// <summary>Stops watching the store.</summary>
    public void Dispose() => _directory.Dispose();

    /// <inheritdoc/>
    public IMailTransaction Begin(DeliveryContext context) => new MailTransaction(this, context);

    /// <inheritdoc/>
    public async ValueTask<(IReadOnlyList<DeliveryTarget> Targets, IReadOnlyList<NewQueueEntry> Entries)> FindReportTargetsAsync(string sender, CancellationToken cancellationToken)
    {
        if (!MailboxAddress.TryParse(sender, out var address))
        {
            return ([], []);
        }

        var resolution = await Resolver.ResolveAsync(address, cancellationToken);
        var targets = new List<DeliveryTarget>();
        foreach (var mailbox in resolution.Mailboxes)
        {
            if (await Inboxes.FindAsync(mailbox.Id, cancellationToken) is { } inbox)
            {
                targets.Add(new DeliveryTarget(inbox));
            }
        }

        var elsewhere = new OutboundRecipients();
        foreach (var target in resolution.Elsewhere)
        {
            elsewhere.Add(target, target == address ? sender : null);
        }

        return (targets, elsewhere.ToEntries("", Expiry, QueueNeeds.None, null));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> MaySendAsAsync(MailboxRecord submitter, string sender, CancellationToken cancellationToken) =>
        MailboxAddress.TryParse(sender, out var address) && await Resolver.LeadsToAsync(address, submitter, cancellationToken);
}
