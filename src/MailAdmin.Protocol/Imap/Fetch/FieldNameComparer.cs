using System.Text;

namespace MailAdmin.Protocol.Imap.Fetch;

/// <summary>Names of header fields: octets, compared without regard to the case of ASCII letters. RFC 5322 §1.2.2.</summary>
internal sealed class FieldNameComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly FieldNameComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => Equals(x.AsSpan(), y!);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => Ascii.EqualsIgnoreCase(alternate, other) || alternate.SequenceEqual(other);

    public int GetHashCode(byte[] name) => GetHashCode(name.AsSpan());

    public int GetHashCode(ReadOnlySpan<byte> name)
    {
        // Seeded by the runtime: a client chooses both the names and, by mail, the fields.
        var hash = new HashCode();
        foreach (var octet in name)
        {
            hash.Add(octet is >= (byte)'A' and <= (byte)'Z' ? octet | 0x20 : octet);
        }

        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
