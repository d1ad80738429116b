using System.Collections.Concurrent;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Sqlite;

/// <summary>Connections for questions, made as needed and kept. A question takes one, asks, and gives it back; none is held across an await.</summary>
internal sealed class ReaderPool(IStoreIO io, string path) : IDisposable
{
    // Connections beyond this are closed when they come back: more than the machine has cores bring nothing.
    internal static readonly int MaxKept = Math.Max(4, Environment.ProcessorCount * 2);

    private readonly ConcurrentBag<IndexReader> _idle = [];
    private int _kept;
    private volatile bool _disposed;

    public T Ask<T>(Func<IndexReader, T> question)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_idle.TryTake(out var reader))
        {
            Interlocked.Decrement(ref _kept);
        }
        else
        {
            reader = new IndexReader(new IndexConnection(io, path, create: false));
        }

        try
        {
            return question(reader);
        }
        finally
        {
            GiveBack(reader);
        }
    }

    private void GiveBack(IndexReader reader)
    {
        if (Interlocked.Increment(ref _kept) <= MaxKept && !_disposed)
        {
            _idle.Add(reader);
            if (_disposed)
            {
                // Closed in between: who closed may have looked before this one lay there.
                CloseIdle();
            }

            return;
        }

        // Counted for a moment, and not kept.
        Interlocked.Decrement(ref _kept);
        reader.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }
}
