using System.Threading.Channels;
using MailAdmin.Administration;
using MailAdmin.Errors;

namespace MailAdmin.Store.Tests.Reference;

/// <summary>The contract in dictionaries and one lock: what an engine is compared with. Nothing here is fast, and nothing is on disk.</summary>
public sealed partial class MemoryMailStore : IMailStore, IMessageStore, IFolderStore, IAccountStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MailboxId, MailboxRecord> _mailboxes = [];
    private readonly Dictionary<FolderId, MemoryFolder> _folders = [];
    private readonly Dictionary<string, DomainRecord> _domains = [];
    private readonly Dictionary<string, AliasRecord> _aliases = [];
    private readonly Dictionary<string, string> _settings = [];
    private readonly HashSet<(MailboxId, string)> _subscriptions = [];
    private readonly List<Action<StoreChange>> _watchers = [];
    private readonly Channel<Action> _broadcast = Channel.CreateUnbounded<Action>();
    private MemoryQueue? _queue;
    private uint _uidValidity;

    public MemoryMailStore() => _ = Task.Run(async () =>
    {
        await foreach (var tell in _broadcast.Reader.ReadAllAsync())
        {
            tell();
        }
    });

    public Guid Id { get; } = Guid.NewGuid();
    public string Location => "memory";
    public IAccountStore Accounts => this;
    public IFolderStore Folders => this;
    public IMessageStore Messages => this;
    public IQueueStore Queue => _queue ??= new MemoryQueue(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public IDisposable Watch(Action<StoreChange> handler)
    {
        lock (_lock)
        {
            _watchers.Add(handler);
            return new Subscription(() => _watchers.Remove(handler));
        }
    }

    public IDisposable Watch(FolderId folder, Action<StoreChange> handler) => Watch(c =>
    {
        if (c is FolderContentChange content && content.Folder == folder || c is FolderChanged changed && changed.Folder == folder)
        {
            handler(c);
        }
    });

    public ValueTask<StoreTotals> GetTotalsAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var contents = _folders.Values.SelectMany(f => f.Messages).Select(m => m.Octets).Distinct().Sum(o => (long)o.Length);
            return new(new StoreTotals(_mailboxes.Count, _folders.Values.Sum(f => (long)f.Messages.Count), contents, 0, contents));
        }
    }

    public async IAsyncEnumerable<StoreFinding> VerifyAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task<long> CompactAsync(CancellationToken cancellationToken = default) => Task.FromResult(0L);

    private Task<T> Change<T>(Func<List<StoreChange>, T> change)
    {
        lock (_lock)
        {
            var changes = new List<StoreChange>();
            try
            {
                var result = change(changes);
                Action<StoreChange>[] watchers = [.. _watchers];
                _broadcast.Writer.TryWrite(() => changes.ForEach(c => Array.ForEach(watchers, w => w(c))));
                return Task.FromResult(result);
            }
            catch (MailAdminException e)
            {
                return Task.FromException<T>(e);
            }
        }
    }

    private ValueTask<T> Ask<T>(Func<T> question)
    {
        lock (_lock)
        {
            try
            {
                return new(question());
            }
            catch (MailAdminException e)
            {
                return ValueTask.FromException<T>(e);
            }
        }
    }

    private static MailAdminException Error(string id) => new(id, MailErrorCategory.NotSpecified, id);

    private MemoryFolder Folder(FolderId id) => _folders.GetValueOrDefault(id) ?? throw Error("FolderNotFound");

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

internal sealed class MemoryFolder(FolderRecord record)
{
    public FolderRecord Record { get; set; } = record;
    public List<MemoryMessage> Messages { get; } = [];
    public List<(ulong ModSeq, uint Uid)> Expunged { get; } = [];
    public FolderKeywords Keywords { get; set; } = FolderKeywords.Empty;
    public uint UidNext { get; set; } = 1;
    public ulong ModSeq { get; set; } = 1;
    public uint Recent { get; set; } = 1;

    public ListSnapshot Snapshot() => new(
        Record.Id, Record.UidValidity, UidNext, ModSeq, Keywords,
        [.. Messages.Select(m => new MessageState(m.Uid, (uint)m.Octets.Length, m.Flags, m.ModSeq, (uint)m.Received.ToUnixTimeSeconds(), (short)m.Received.Offset.TotalMinutes))]);
}

internal sealed record MemoryMessage(uint Uid, MessageFlags Flags, ulong ModSeq, DateTimeOffset Received, DateTimeOffset Saved, ContentId Content, byte[] Octets);
