using System.Runtime.InteropServices;
using MailAdmin.Errors;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store;

/// <summary>Brings the summaries of a run of messages: from memory, then from the index in one sweep, then computed and noted for the index.</summary>
internal sealed class SummaryReader(StoreOptions options, ReaderPool readers, PendingNotes notes, Func<long, MessageContent> open)
{
    // Keys of one folder mostly lie close together; a sweep may read this many rows in vain for each one it wants before single look-ups are cheaper.
    private const int SweepSlack = 8;

    private readonly SummaryCache _cache = new(options.SummaryCacheOctets);

    /// <summary>Summaries in the order of the keys; null for a content that cannot be read.</summary>
    public MessageSummary?[] Read(ReadOnlySpan<long> contents)
    {
        var found = new MessageSummary?[contents.Length];
        List<long>? missing = null;
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = Remembered(contents[i]);
            if (found[i] is null)
            {
                (missing ??= []).Add(contents[i]);
            }
        }

        if (missing is null)
        {
            return found;
        }

        FromIndex(missing);
        for (var i = 0; i < found.Length; i++)
        {
            found[i] ??= Remembered(contents[i]) ?? Compute(contents[i]);
        }

        return found;
    }

    /// <summary>Computes and notes a summary that is nowhere yet; null where the content cannot be read.</summary>
    public MessageSummary? Compute(long content)
    {
        try
        {
            using var octets = open(content);
            var summary = MessageSummary.Compute(octets);
            var blob = summary.Encode();
            notes.NoteSummary(content, MemoryMarshal.TryGetArray(blob, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : blob.ToArray());
            _cache.Keep(content, summary);
            return summary;
        }
        catch (MailAdminException e) when (e.ErrorId is "ContentCorrupt" or "MessageNotFound")
        {
            // Only this message is affected; whoever opens it is told.
            return null;
        }
    }

    private MessageSummary? Remembered(long content)
    {
        if (_cache.Find(content) is { } cached)
        {
            return cached;
        }

        return notes.Summary(content) is { } noted ? Keep(content, noted) : null;
    }

    private void FromIndex(List<long> missing)
    {
        missing.Sort();
        readers.Ask(reader =>
        {
            for (var at = 0; at < missing.Count;)
            {
                // The longest run dense enough to be swept.
                var end = at + 1;
                while (end < missing.Count && missing[end] - missing[end - 1] <= SweepSlack)
                {
                    end++;
                }

                foreach (var (key, value) in reader.Summaries(missing[at], missing[end - 1]))
                {
                    // One that is damaged is empty, no summary, and computed again.
                    Keep(key, value);
                }

                at = end;
            }

            return true;
        });
    }

    private MessageSummary? Keep(long content, ReadOnlyMemory<byte> value)
    {
        var summary = MessageSummary.TryDecode(value);
        if (summary is not null)
        {
            _cache.Keep(content, summary);
        }

        return summary;
    }
}
