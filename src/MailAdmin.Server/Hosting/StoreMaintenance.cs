using System.Threading.Channels;
using MailAdmin.Errors;
using MailAdmin.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// What is done for a store while nobody changes it: summaries of new messages, so that the first FETCH ENVELOPE need not make them, and compaction once
/// enough of it is dead. Nothing here is needed for the store to be right: a failure is a warning, and the work is left out.
/// </summary>
/// <remarks>Woken by commits and a clock that then runs once; a store that nothing happens in costs nothing.</remarks>
internal sealed partial class StoreMaintenance : IHostedService, IDisposable
{
    private readonly IMailStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly StoreMaintenanceBounds _bounds;
    private readonly SummaryBacklog _backlog;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _quiet;
    private readonly ITimer _again;
    private IDisposable? _watch;
    private Task _loop = Task.CompletedTask;
    private long _lastCommit;
    private long? _lastCompaction;
    private int _armed;
    private long _summarized, _compactions;

    public StoreMaintenance(IMailStore store, TimeProvider time, ILogger log, StoreMaintenanceBounds? bounds = null)
    {
        _store = store;
        _time = time;
        _log = log;
        _bounds = bounds ?? new StoreMaintenanceBounds();
        _backlog = new SummaryBacklog(_bounds.Folders, _bounds.MessagesOfFolder);
        _quiet = time.CreateTimer(_ => LookWhetherQuiet(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _again = time.CreateTimer(_ => _wakes.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Messages whose summary was looked up or made.</summary>
    public long Summarized => Volatile.Read(ref _summarized);
    /// <summary>Compactions that ended well.</summary>
    public long Compactions => Volatile.Read(ref _compactions);
    /// <summary>Messages waiting for their summary.</summary>
    public long Waiting => _backlog.Count;

    private bool IsQuiet => _time.GetElapsedTime(Volatile.Read(ref _lastCommit)) >= _bounds.Quiet;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _lastCommit, _time.GetTimestamp());
        _watch = _store.Watch(Note);
        _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
        // What died before the last stop is seen without anything having to happen first.
        Arm();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _watch?.Dispose();
        await _stop.CancelAsync();
        await _loop;
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _quiet.Dispose();
        _again.Dispose();
        _stop.Dispose();
    }

    private void Note(StoreChange change)
    {
        // In this order: whoever sees a message wait finds the clock set.
        Volatile.Write(ref _lastCommit, _time.GetTimestamp());
        Arm();
        if (change is MessagesAdded added)
        {
            _backlog.Add(added.Folder, added.Uids);
        }
    }

    /// <summary>Sets the clock unless it runs: not once for each commit.</summary>
    private void Arm()
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0)
        {
            _quiet.Change(_bounds.Quiet, Timeout.InfiniteTimeSpan);
        }
    }

    private void LookWhetherQuiet()
    {
        var rest = _bounds.Quiet - _time.GetElapsedTime(Volatile.Read(ref _lastCommit));
        if (rest > TimeSpan.Zero)
        {
            _quiet.Change(rest, Timeout.InfiniteTimeSpan);
            return;
        }

        // A commit that comes before this line does not set the clock; the worker does, when it finds that the store is not quiet.
        Volatile.Write(ref _armed, 0);
        _wakes.Writer.TryWrite(true);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in _wakes.Reader.ReadAllAsync(cancellationToken))
            {
                await SummarizeAsync(cancellationToken);
                if (IsQuiet)
                {
                    await CompactAsync(cancellationToken);
                }
                else
                {
                    Arm();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; what is not done is done when asked for, or by the next one.
        }
    }

    private async Task SummarizeAsync(CancellationToken cancellationToken)
    {
        while (IsQuiet && _backlog.Take(_bounds.Batch) is { } next)
        {
            try
            {
                // Reading them makes and keeps those that are missing.
                await foreach (var message in _store.Messages.ReadAsync(next.Folder, next.Uids, MessageParts.Summary, cancellationToken))
                {
                    if (message.Summary is not null)
                    {
                        Interlocked.Increment(ref _summarized);
                    }
                }
            }
            catch (MailAdminException e) when (e.ErrorId == "FolderNotFound")
            {
                _backlog.Remove(next.Folder);
            }
#pragma warning disable CA1031 // Work ahead of time: whatever went wrong is met again, and told, by who asks for these messages. The others of this round would fail alike.
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _backlog.Clear();
                NotSummarized(_log, e, e.Message);
            }

            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task CompactAsync(CancellationToken cancellationToken)
    {
        try
        {
            var totals = await _store.GetTotalsAsync(cancellationToken);
            if (totals.DeadBytes < _bounds.DeadOctets || totals.DeadBytes < totals.ContentBytes * _bounds.DeadShare)
            {
                return;
            }

            if (_lastCompaction is { } last && _bounds.CompactionInterval - _time.GetElapsedTime(last) is var rest && rest > TimeSpan.Zero)
            {
                _again.Change(rest, Timeout.InfiniteTimeSpan);
                return;
            }

            // Before it is tried: one that fails is not tried again at once either.
            _lastCompaction = _time.GetTimestamp();
            var gained = await _store.CompactAsync(cancellationToken);
            Interlocked.Increment(ref _compactions);
            Compacted(_log, gained);
        }
#pragma warning disable CA1031 // A store that was not compacted is as good as before; it must not take the server with it, whatever it was.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            NotCompacted(_log, e, e.Message);
        }
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Warning, Message = "New messages could not be summarised ahead; they are when they are asked for: {Reason}")]
    private static partial void NotSummarized(ILogger logger, Exception cause, string reason);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning, Message = "The store could not be compacted and stays as it is: {Reason}")]
    private static partial void NotCompacted(ILogger logger, Exception cause, string reason);

    [LoggerMessage(EventId = 6003, Level = LogLevel.Information, Message = "The store was compacted; {Octets} octets were given back")]
    private static partial void Compacted(ILogger logger, long octets);
}
