using MailAdmin.Protocol.Pop3;
using MailAdmin.Store;

namespace MailAdmin.Server.Pop3;

/// <summary>Sends a message as a multi-line response, piece by piece.</summary>
internal static class MessageSender
{
    private const int Piece = 16 * 1024;
    /// <summary>Output that may wait before it is flushed: a message is never held whole.</summary>
    private const int FlushAbove = 64 * 1024;

    /// <summary>Sends content through an encoder, then its end.</summary>
    public static async ValueTask SendAsync(Pop3Session session, MessageContent content, MultilineEncoder encoder, bool whole)
    {
        var output = session.Connection.Output;
        var length = content.Length;
        for (long offset = 0; offset < length && !encoder.IsDone;)
        {
            offset += Pass(output, content, offset, (int)Math.Min(Piece, length - offset), whole, ref encoder);
            if (output.UnflushedBytes > FlushAbove)
            {
                await output.FlushAsync();
            }
        }

        encoder.Complete(output);
    }

    // Read straight into the output; where a line needs its dot, that piece is encoded once more.
    private static int Pass(System.IO.Pipelines.PipeWriter output, MessageContent content, long offset, int count, bool whole, ref MultilineEncoder encoder)
    {
        if (whole)
        {
            var span = output.GetSpan(Math.Min(count, 4096));
            span = span.Length > count ? span[..count] : span;
            var read = content.Read(offset, span);
            if (read <= 0)
            {
                throw new EndOfStreamException();
            }

            if (encoder.TryPassUnchanged(span[..read]))
            {
                output.Advance(read);
                return read;
            }

            return EncodeCopy(output, span[..read], ref encoder);
        }

        Span<byte> header = stackalloc byte[2048];
        var piece = header[..Math.Min(count, header.Length)];
        var got = content.Read(offset, piece);
        if (got <= 0)
        {
            throw new EndOfStreamException();
        }

        encoder.Encode(piece[..got], output);
        return got;
    }

    private static int EncodeCopy(System.IO.Pipelines.PipeWriter output, ReadOnlySpan<byte> octets, ref MultilineEncoder encoder)
    {
        var copy = System.Buffers.ArrayPool<byte>.Shared.Rent(octets.Length);
        octets.CopyTo(copy);
        encoder.Encode(copy.AsSpan(0, octets.Length), output);
        System.Buffers.ArrayPool<byte>.Shared.Return(copy);
        return octets.Length;
    }
}
