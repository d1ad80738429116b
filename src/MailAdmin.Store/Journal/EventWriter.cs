using System.Buffers;
using System.Text;

namespace MailAdmin.Store.Journal;

/// <summary>Writes the primitives of events: zig-zag variable-length numbers, counted octets.</summary>
internal readonly struct EventWriter(IBufferWriter<byte> target)
{
    public EventWriter Kind(byte kind)
    {
        target.GetSpan(1)[0] = kind;
        target.Advance(1);
        return this;
    }

    public EventWriter Number(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public EventWriter Unsigned(ulong value)
    {
        var span = target.GetSpan(10);
        var n = 0;
        while (value >= 0x80)
        {
            span[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[n++] = (byte)value;
        target.Advance(n);
        return this;
    }

    public EventWriter Octets(ReadOnlySpan<byte> octets)
    {
        Number(octets.Length);
        target.Write(octets);
        return this;
    }

    public EventWriter Text(string? text)
    {
        if (text is null)
        {
            return Number(-1);
        }

        return Octets(Encoding.UTF8.GetBytes(text));
    }
}
