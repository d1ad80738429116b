using MailAdmin.Store.IO;

namespace MailAdmin.Store.Recovery;

/// <summary>
/// A file as those see it who look for what is sound in it: a sector that the disk does not give reads as octets that no checksum fits, so that it costs what
/// lies in it. Not for whoever cuts off what is unsound: a sector may be readable the next time.
/// </summary>
internal sealed class SalvageFile(IStoreFile file) : IStoreFile
{
    private const int SectorSize = 4096;
    // Not zero: zeros up to the end of a file are room that was written ahead, and no damage.
    private const byte Unreadable = 0xFF;

    public long Length => file.Length;

    public int Read(long offset, Span<byte> destination)
    {
        try
        {
            return file.Read(offset, destination);
        }
        catch (IOException)
        {
            return ReadSectors(offset, destination);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> octets) => throw new NotSupportedException();
    public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers) => throw new NotSupportedException();
    public void Flush() => throw new NotSupportedException();
    public void SetLength(long length) => throw new NotSupportedException();
    public void Dispose() => file.Dispose();

    private int ReadSectors(long offset, Span<byte> destination)
    {
        var (done, length) = (0, file.Length);
        while (done < destination.Length && offset + done < length)
        {
            var at = offset + done;
            var part = destination.Slice(done, (int)Math.Min(Math.Min(destination.Length - done, length - at), SectorSize - (at % SectorSize)));
            try
            {
                var read = file.Read(at, part);
                if (read == 0)
                {
                    break;
                }

                done += read;
            }
            catch (IOException)
            {
                part.Fill(Unreadable);
                done += part.Length;
            }
        }

        return done;
    }
}
