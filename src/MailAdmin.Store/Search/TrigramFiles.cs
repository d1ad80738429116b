using System.Globalization;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Search;

/// <summary>The files of the text index. None of them is missed: what cannot be read or written is a block that is not there.</summary>
internal sealed class TrigramFiles(IStoreIO io, string directory, ulong storeTag)
{
    private const string Suffix = ".tri";

    /// <summary>Blocks of earlier runs; those that are damaged or were never finished are deleted. What is not ours stays.</summary>
    public List<TrigramBlock> Load()
    {
        var blocks = new List<TrigramBlock>();
        if (!io.Exists(directory))
        {
            return blocks;
        }

        foreach (var name in io.List(directory))
        {
            var path = Path.Combine(directory, name);
            if (!name.EndsWith(Suffix, StringComparison.Ordinal) && !name.EndsWith(Suffix + TrigramBlock.Unfinished, StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                if (name.EndsWith(Suffix, StringComparison.Ordinal) && TrigramBlock.Open(io, path, storeTag) is { } block)
                {
                    blocks.Add(block);
                }
                else
                {
                    io.Delete(path);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A block that cannot be read is one that is not there.
            }
        }

        return blocks;
    }

    /// <summary>Makes a block of contents; null where it cannot be kept.</summary>
    public TrigramBlock? Write(List<(long Key, ushort[] Buckets)> contents)
    {
        try
        {
            io.CreateDirectory(directory);
            var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{contents[0].Key:x16}{Suffix}"));
            io.Delete(path);
            return TrigramBlock.Write(io, path, storeTag, contents);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Deletes a damaged block. Where that fails it stays, and is found damaged again at the next start.</summary>
    public void Delete(TrigramBlock block)
    {
        try
        {
            io.Delete(block.Path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // See above.
        }
    }
}
