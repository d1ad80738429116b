namespace MailAdmin.Store.Summaries;

/// <summary>
/// Takes blanks off the ends of lines, piece by piece. What may be such blanks at the end of a piece is held back until the next one tells,
/// at most <see cref="Longest"/> octets; a longer run is text.
/// </summary>
internal sealed class TrailingBlanks
{
    /// <summary>RFC 5321 §4.5.3.1.6: no line need be longer.</summary>
    public const int Longest = 1000;

    private readonly byte[] _held = new byte[Longest];
    private int _count;

    /// <summary>Writes the next octets without such blanks; <paramref name="output"/> has room for <see cref="Longest"/> more than the input. Returns how many it wrote.</summary>
    public int Strip(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        while (!input.IsEmpty)
        {
            var end = input.IndexOf((byte)'\n');
            var line = end < 0 ? input : input[..end];
            input = end < 0 ? default : input[(end + 1)..];
            if (_count > 0 && _held[_count - 1] == '\r' && (!line.IsEmpty || end < 0))
            {
                // That CR ended no line.
                Give(_held.AsSpan(0, _count), output, ref written);
                _count = 0;
            }

            var text = line.TrimEnd((byte)'\r');
            text = line.Length - text.Length > 1 ? line : text.TrimEnd(" \t"u8);
            if (!text.IsEmpty)
            {
                Give(_held.AsSpan(0, _count), output, ref written);
                Give(text, output, ref written);
                _count = 0;
            }

            var rest = line[text.Length..];
            if (end >= 0)
            {
                var isCrLf = rest.EndsWith("\r"u8) || (_count > 0 && _held[_count - 1] == '\r');
                Give(isCrLf ? "\r\n"u8 : "\n"u8, output, ref written);
                _count = 0;
            }
            else if (_count + rest.Length > Longest)
            {
                Give(_held.AsSpan(0, _count), output, ref written);
                Give(rest, output, ref written);
                _count = 0;
            }
            else
            {
                rest.CopyTo(_held.AsSpan(_count));
                _count += rest.Length;
            }
        }

        return written;
    }

    private static void Give(ReadOnlySpan<byte> octets, Span<byte> output, ref int written)
    {
        octets.CopyTo(output[written..]);
        written += octets.Length;
    }
}
