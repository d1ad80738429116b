using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>A field of a header, as the octets it is made of.</summary>
public readonly ref struct HeaderField
{
    internal HeaderField(ReadOnlySpan<byte> octets, int colon)
    {
        Octets = octets;
        if (colon < 0)
        {
            Name = default;
            Value = octets;
        }
        else
        {
            Name = octets[..colon].TrimEnd(" \t"u8);
            Value = octets[(colon + 1)..];
        }

        Value = Value.EndsWith("\r\n"u8) ? Value[..^2] : Value.EndsWith("\n"u8) ? Value[..^1] : Value;
    }

    /// <summary>Name before the colon; empty for a line that is no field.</summary>
    public ReadOnlySpan<byte> Name { get; }
    /// <summary>What follows the colon, folds included, without the last line end.</summary>
    public ReadOnlySpan<byte> Value { get; }
    /// <summary>The whole field with folds and line ends.</summary>
    public ReadOnlySpan<byte> Octets { get; }

    /// <summary>True where the name is this one, in any case.</summary>
    public bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);
}

/// <summary>
/// Walks the fields of a header, front to back. Robust: a line without a colon is a field without a name, a header without a final empty line
/// ends where it ends. RFC 5322 §2.2.
/// </summary>
public ref struct HeaderFields(ReadOnlySpan<byte> header)
{
    private ReadOnlySpan<byte> _rest = header;

    /// <summary>The field walked to.</summary>
    public HeaderField Current { get; private set; }

    /// <summary>The walker itself.</summary>
    public readonly HeaderFields GetEnumerator() => this;

    /// <summary>Walks on; false at the empty line or at the end.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty || _rest[0] == '\n' || _rest.StartsWith("\r\n"u8))
        {
            return false;
        }

        var end = 0;
        do
        {
            var line = _rest[end..].IndexOf((byte)'\n');
            end = line < 0 ? _rest.Length : end + line + 1;
        }
        while (end < _rest.Length && _rest[end] is (byte)' ' or (byte)'\t');

        var octets = _rest[..end];
        _rest = _rest[end..];
        var firstLine = octets.IndexOf((byte)'\n');
        Current = new HeaderField(octets, (firstLine < 0 ? octets : octets[..firstLine]).IndexOf((byte)':'));
        return true;
    }

    /// <summary>The value of the first field of a name, unfolded and trimmed; null where there is none.</summary>
    public static byte[]? Find(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        foreach (var field in new HeaderFields(header))
        {
            if (field.Is(name))
            {
                return Unfold(field.Value);
            }
        }

        return null;
    }

    /// <summary>A value without its folds and without white space at its ends. RFC 5322 §2.2.3: the line end goes, the white space after it stays.</summary>
    public static byte[] Unfold(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t\r\n"u8);
        var result = value.ToArray();
        if (value.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) < 0)
        {
            return result;
        }

        var length = 0;
        foreach (var octet in value)
        {
            // A NUL has no place in an IMAP string (RFC 9051 §9, CHAR8) and none in a field either.
            if (octet is not ((byte)'\r' or (byte)'\n' or 0))
            {
                result[length++] = octet;
            }
        }

        return result[..length];
    }
}
