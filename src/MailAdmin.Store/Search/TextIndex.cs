using MailAdmin.Errors;

namespace MailAdmin.Store.Search;

/// <summary>
/// The text index of a store: trigrams of contents in sealed blocks under <c>search/</c> and, of the last contents, in memory.
/// </summary>
/// <remarks>
/// Invariants: it only ever says which contents cannot hold a text; what it does not know is read. Contents never change, so nothing in it grows
/// stale; what was deleted is a candidate that nobody asks for. It is not part of the store's truth: a damaged block is thrown away and made again,
/// and nothing is flushed. Nothing of it runs on a delivery's path: a folder is indexed when it is selected, when a search asked for it or when mail
/// came, once no mail has come for <see cref="QuietTime"/>.
/// </remarks>
internal sealed class TextIndex : ITextSearch, IDisposable
{
    /// <summary>Contents of a block: its making holds some 4 KiB for each in memory.</summary>
    public const int BlockContents = 2048;
    /// <summary>At the end fewer than these are not worth a file.</summary>
    private const int WorthKeeping = 128;
    /// <summary>Messages between two looks whether mail is coming.</summary>
    private const int Stretch = 64;
    /// <summary>Folders that wait at most; a folder that is left out is indexed when it is next searched.</summary>
    private const int MaxWaiting = 1000;
    /// <summary>Folders remembered as indexed at most, some 60 octets each; others are looked through again when they are asked for.</summary>
    private const int MaxDone = 10_000;

    /// <summary>No mail for this long is quiet.</summary>
    internal static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);

    private readonly IMailStore _store;
    private readonly TrigramFiles _files;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    // Apart from the other, which is held while blocks are read and written: the store's broadcaster, and with it every session, would wait for those.
    private readonly Lock _requests = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _watch;
    private readonly HashSet<FolderId> _waiting = [];
    private readonly Dictionary<FolderId, uint> _done = [];
    private readonly List<TrigramBlock> _blocks = [];
    private readonly KeySet _known = new();
    private List<(long Key, ushort[] Buckets)> _open = [];
    private Task _work = Task.CompletedTask;
    private bool _isLoaded, _isWorking, _isLost;
    private long _lastMail;

    public TextIndex(IMailStore store, StoreOptions options, ulong storeTag)
    {
        _store = store;
        _files = new TrigramFiles(options.IO, Path.Combine(options.Path, "search"), storeTag);
        _time = options.TimeProvider;
        _watch = store.Watch(Heard);
    }

    /// <summary>The background work, for tests to wait for.</summary>
    internal Task Work
    {
        get
        {
            lock (_requests)
            {
                return _work;
            }
        }
    }

    /// <inheritdoc/>
    public ITextFilter? Find(string text)
    {
        var set = new TrigramSet();
        set.Add(text);
        var buckets = set.Take();
        if (buckets.Length == 0)
        {
            return null;
        }

        TrigramBlock[] blocks;
        KeySet known;
        var candidates = new KeySet();
        lock (_gate)
        {
            // Blocks, open contents and what is known are of one moment: a content that comes to be known later is no candidate of this answer.
            Load();
            blocks = [.. _blocks];
            known = _known.Copy();
            foreach (var (key, has) in _open)
            {
                if (HasAll(has, buckets))
                {
                    candidates.Add(key);
                }
            }
        }

        foreach (var block in blocks)
        {
            try
            {
                foreach (var key in block.Find(buckets))
                {
                    candidates.Add(key);
                }
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                Forget(block);
                foreach (var key in block.Keys)
                {
                    known.Remove(key);
                }
            }
        }

        return new Filter(known, candidates);
    }

    /// <inheritdoc/>
    public void Request(FolderId folder)
    {
        lock (_requests)
        {
            if (_stop.IsCancellationRequested || _waiting.Count >= MaxWaiting)
            {
                return;
            }

            _waiting.Add(folder);
            if (!_isWorking)
            {
                _isWorking = true;
                _work = Task.Run(WorkAsync);
            }
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _stop.Cancel();
        // The work ends at its next message; what it holds is kept where it is worth a file.
        Task.WhenAny(Work).Wait();
        lock (_gate)
        {
            if (_open.Count >= WorthKeeping)
            {
                Seal();
            }
        }

        _stop.Dispose();
    }

    /// <summary>On the store's broadcaster: notes and returns.</summary>
    private void Heard(StoreChange change)
    {
        if (change is MessagesAdded added)
        {
            Volatile.Write(ref _lastMail, _time.GetTimestamp());
            Request(added.Folder);
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                await QuietAsync();
                FolderId folder;
                lock (_requests)
                {
                    if (_waiting.Count == 0)
                    {
                        _isWorking = false;
                        return;
                    }

                    folder = _waiting.First();
                    _waiting.Remove(folder);
                }

                try
                {
                    await IndexAsync(folder);
                }
                catch (MailAdminException)
                {
                    // The folder is gone, or the store cannot be read now: its messages are read when they are searched.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The store closes.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // No space, or no right to write: contents go on being read. The next request tries again.
            lock (_requests)
            {
                _isWorking = false;
            }
        }
    }

    /// <summary>Waits until no mail has come for a while.</summary>
    private async Task QuietAsync()
    {
        while (true)
        {
            _stop.Token.ThrowIfCancellationRequested();
            var since = Volatile.Read(ref _lastMail) is > 0 and var last ? _time.GetElapsedTime(last) : QuietTime;
            if (since >= QuietTime)
            {
                return;
            }

            await Task.Delay(QuietTime - since, _time, _stop.Token);
        }
    }

    private async Task IndexAsync(FolderId folder)
    {
        // UIDs only grow: below the UIDNEXT of the time it was last looked through nothing has come since.
        var next = (await _store.Messages.GetSnapshotAsync(folder, _stop.Token)).UidNext;
        uint first;
        lock (_gate)
        {
            Load();
            first = _done.GetValueOrDefault(folder, 1u);
            _isLost = false;
        }

        var missing = new List<uint>();
        await foreach (var message in _store.Messages.ReadAsync(folder, UidSet.Range(first, next - 1), MessageParts.None, _stop.Token))
        {
            if (!IsKnown(message.Location.Offset))
            {
                missing.Add(message.Uid);
            }
        }

        var set = new TrigramSet();
        for (var at = 0; at < missing.Count; at += Stretch)
        {
            await QuietAsync();
            var uids = UidSet.Of(missing.GetRange(at, Math.Min(Stretch, missing.Count - at)));
            await foreach (var message in _store.Messages.ReadAsync(folder, uids, MessageParts.Summary, _stop.Token))
            {
                if (message.Summary is null || IsKnown(message.Location.Offset))
                {
                    continue;
                }

                var collector = new Collector(set);
                try
                {
                    using var content = await _store.Messages.OpenAsync(message, _stop.Token);
                    _ = MessageText.Visit(content, message.Summary.Root, withHeader: true, overlap: 2, ref collector);
                }
                catch (Exception fault) when (fault is MailAdminException or EndOfStreamException)
                {
                    // Damaged: it stays unknown.
                    _ = set.Take();
                    continue;
                }

                Add(message.Location.Offset, set.Take());
            }
        }

        lock (_gate)
        {
            if (_done.Count >= MaxDone)
            {
                _done.Clear();
            }

            if (!_isLost)
            {
                _done[folder] = next;
            }
        }
    }

    private bool IsKnown(long key)
    {
        lock (_gate)
        {
            return _known.Contains(key);
        }
    }

    private void Add(long key, ushort[] buckets)
    {
        lock (_gate)
        {
            _open.Add((key, buckets));
            _known.Add(key);
            if (_open.Count >= BlockContents)
            {
                Seal();
            }
        }
    }

    /// <summary>Makes a block of what is held. Called with the gate held; some milliseconds, and nobody but searches waits for it.</summary>
    private void Seal()
    {
        if (_files.Write(_open) is { } block)
        {
            _blocks.Add(block);
        }
        else
        {
            // It cannot be kept, so it is not known; memory must not grow with what cannot be written.
            foreach (var (key, _) in _open)
            {
                _known.Remove(key);
            }

            _isLost = true;
            _done.Clear();
        }

        _open = [];
    }

    /// <summary>Finds the blocks of earlier runs. Called with the gate held.</summary>
    private void Load()
    {
        if (_isLoaded)
        {
            return;
        }

        _isLoaded = true;
        foreach (var block in _files.Load())
        {
            _blocks.Add(block);
            foreach (var key in block.Keys)
            {
                _known.Add(key);
            }
        }
    }

    private void Forget(TrigramBlock block)
    {
        lock (_gate)
        {
            if (!_blocks.Remove(block))
            {
                return;
            }

            _isLost = true;
            _done.Clear();
            foreach (var key in block.Keys)
            {
                _known.Remove(key);
            }

            _files.Delete(block);
        }
    }

    private static bool HasAll(ushort[] has, ushort[] buckets)
    {
        foreach (var bucket in buckets)
        {
            if (Array.BinarySearch(has, bucket) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private readonly struct Collector(TrigramSet set) : ITextVisitor
    {
        public bool Visit(scoped ReadOnlySpan<char> text)
        {
            set.Add(text);
            return false;
        }
    }

    private sealed class Filter(KeySet known, KeySet candidates) : ITextFilter
    {
        public bool MayHold(StoredMessage message, out bool isKnown)
        {
            isKnown = known.Contains(message.Location.Offset);
            return !isKnown || candidates.Contains(message.Location.Offset);
        }
    }
}
