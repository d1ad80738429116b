using System.Threading.Channels;
using MailAdmin.Store;
using Microsoft.Extensions.Hosting;

namespace MailAdmin.Server.Diagnostics;

/// <summary>Turns what the store commits into events with names a person knows. Off the store's broadcaster, which must not wait for it.</summary>
internal sealed class StoreEvents : IHostedService
{
    /// <summary>Changes that may wait; beyond that the oldest are left out of the events (never out of the store) and counted.</summary>
    private const int Queue = 20_000;
    /// <summary>UIDs of one change that get an event each; a larger change gets one for all.</summary>
    private const int EventsPerChange = 100;
    /// <summary>Folder names remembered; forgotten all at once beyond that.</summary>
    private const int Names = 10_000;

    private readonly IMailStore _store;
    private readonly IEventSink _events;
    private readonly Channel<StoreChange> _queue;
    private readonly Dictionary<FolderId, (string? Mailbox, string? Folder)> _names = [];
    private IDisposable? _watch;
    private Task _loop = Task.CompletedTask;
    private long _dropped;

    public StoreEvents(IMailStore store, IEventSink events)
    {
        _store = store;
        _events = events;
        _queue = Channel.CreateBounded<StoreChange>(
            new BoundedChannelOptions(Queue) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref _dropped));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = _store.Watch(change => _queue.Writer.TryWrite(change));
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _watch?.Dispose();
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        await foreach (var change in _queue.Reader.ReadAllAsync())
        {
            try
            {
                await TellAsync(change);
            }
#pragma warning disable CA1031 // The names could not be read. The change itself is committed and told to those it concerns; later ones are to be shown.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _events.Publish("Warning", MailEventSeverity.Warning, $"A change of the store could not be shown: {e.Message}");
            }

            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                _events.Publish("Warning", MailEventSeverity.Warning, $"{dropped} changes of the store came too fast to be shown.");
            }
        }
    }

    private async ValueTask TellAsync(StoreChange change)
    {
        switch (change)
        {
            case MessagesAdded added:
                await TellAsync(added, "MessageAdded", added.Uids, "came into");
                break;
            case FlagsChanged flags:
                await TellAsync(flags, "FlagsChanged", flags.Uids, "changed flags in");
                break;
            case MessagesExpunged expunged:
                await TellAsync(expunged, "Expunged", expunged.Uids, "went from");
                break;
            case FolderChanged folder:
                _names.Remove(folder.Folder);
                var mailbox = await AddressAsync(folder.Mailbox);
                var text = folder.Kind switch
                {
                    FolderChangeKind.Renamed => $"Folder {folder.OldName} of {mailbox} is now {folder.Name}",
                    FolderChangeKind.SubscriptionChanged => $"Subscription of {folder.Name} of {mailbox} changed",
                    _ => $"Folder {folder.Name} of {mailbox} {(folder.Kind == FolderChangeKind.Created ? "created" : "deleted")}",
                };
                if (folder.Kind == FolderChangeKind.Renamed)
                {
                    // Those below it have new names as well.
                    _names.Clear();
                }

                _events.Publish("FolderChanged", MailEventSeverity.Information, text, new ServerEventDetails(Mailbox: mailbox, Folder: folder.Name));
                break;
            case MailboxChanged box:
                _names.Clear();
                _events.Publish("MailboxChanged", MailEventSeverity.Information, $"Mailbox {box.Address}: {box.Kind}", new ServerEventDetails(Mailbox: box.Address));
                break;
        }
    }

    private async ValueTask TellAsync(FolderContentChange change, string kind, UidSet uids, string did)
    {
        var (mailbox, folder) = await NameAsync(change);
        var details = new ServerEventDetails(Mailbox: mailbox, Folder: folder);
        if (uids.LongCount > EventsPerChange)
        {
            _events.Publish(kind, MailEventSeverity.Information, $"{uids.LongCount} messages {did} {mailbox}/{folder}", details);
            return;
        }

        foreach (var uid in uids)
        {
            _events.Publish(kind, MailEventSeverity.Information, $"Message {uid} {did} {mailbox}/{folder}", details with { Uid = uid });
        }
    }

    private async ValueTask<(string? Mailbox, string? Folder)> NameAsync(FolderContentChange change)
    {
        if (_names.TryGetValue(change.Folder, out var known))
        {
            return known;
        }

        var folder = await _store.Folders.GetAsync(change.Folder);
        var name = (await AddressAsync(change.Mailbox), folder?.Name);
        if (_names.Count >= Names)
        {
            _names.Clear();
        }

        return _names[change.Folder] = name;
    }

    private async ValueTask<string?> AddressAsync(MailboxId id) => (await _store.Accounts.GetMailboxAsync(id))?.Address.ToString();
}
