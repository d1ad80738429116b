using System.Text;

namespace MailAdmin.Store.Journal;

/// <summary>Reads what <see cref="EventWriter"/> wrote; whatever is not that is an <see cref="InvalidDataException"/>.</summary>
internal ref struct EventReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Kind()
    {
        Need(1);
        var kind = _rest[0];
        _rest = _rest[1..];
        return kind;
    }

    public long Number()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public uint UInt32()
    {
        var value = Number();
        return value is >= 0 and <= uint.MaxValue ? (uint)value : throw Damaged();
    }

    /// <summary>A count of things that take at least one octet each.</summary>
    public int Count()
    {
        var value = Number();
        return value >= 0 && value <= _rest.Length ? (int)value : throw Damaged();
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            Need(1);
            var octet = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    public byte[] Octets()
    {
        var length = Count();
        var octets = _rest[..length].ToArray();
        _rest = _rest[length..];
        return octets;
    }

    public string? Text()
    {
        var length = Number();
        if (length < 0)
        {
            return null;
        }

        if (length > _rest.Length)
        {
            throw Damaged();
        }

        var text = Encoding.UTF8.GetString(_rest[..(int)length]);
        _rest = _rest[(int)length..];
        return text;
    }

    private readonly void Need(int octets)
    {
        if (_rest.Length < octets)
        {
            throw Damaged();
        }
    }

    private static InvalidDataException Damaged() => new("A journal record is damaged.");
}
