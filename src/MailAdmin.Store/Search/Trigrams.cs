namespace MailAdmin.Store.Search;

/// <summary>
/// The trigrams of a text, folded to upper case and hashed into <see cref="Buckets"/>. Two texts that are equal without regard to case have the
/// same buckets; different texts may share some, for candidates are read anyway.
/// </summary>
internal sealed class TrigramSet
{
    /// <summary>A message of 8 KiB has some 2,000 trigrams, so a bucket of another text is hit by chance three times in a hundred.</summary>
    public const int Buckets = 65_536;

    private readonly ulong[] _bits = new ulong[Buckets / 64];

    /// <summary>Adds the trigrams of a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        if (text.Length < 3)
        {
            return;
        }

        uint a = Fold(text[0]), b = Fold(text[1]);
        foreach (var character in text[2..])
        {
            uint c = Fold(character);
            var bucket = Bucket(a, b, c);
            _bits[bucket >> 6] |= 1UL << (bucket & 63);
            (a, b) = (b, c);
        }
    }

    /// <summary>The buckets so far, ascending; the set is empty afterwards.</summary>
    public ushort[] Take()
    {
        var count = 0;
        foreach (var word in _bits)
        {
            count += System.Numerics.BitOperations.PopCount(word);
        }

        var buckets = new ushort[count];
        count = 0;
        for (var i = 0; i < _bits.Length; i++)
        {
            for (var word = _bits[i]; word != 0; word &= word - 1)
            {
                buckets[count++] = (ushort)((i << 6) + System.Numerics.BitOperations.TrailingZeroCount(word));
            }
        }

        Array.Clear(_bits);
        return buckets;
    }

    private static int Bucket(uint a, uint b, uint c)
    {
        var hash = (a * 0x9E3779B1u) ^ (b * 0x85EBCA6Bu) ^ (c * 0xC2B2AE35u);
        return (int)((hash ^ (hash >> 15)) & (Buckets - 1));
    }

    /// <summary>
    /// Characters that OrdinalIgnoreCase takes for equal fold to one. Surrogates all fold to one, and the few letters that runtimes case differently
    /// fold to their ASCII look-alikes: that only makes more candidates.
    /// </summary>
    internal static char Fold(char character)
    {
        if (character < 128)
        {
            return (uint)(character - 'a') <= 'z' - 'a' ? (char)(character - 32) : character;
        }

        return character switch
        {
            '\u0130' or '\u0131' => 'I',
            '\u017F' => 'S',
            '\u212A' => 'K',
            >= '\uD800' and <= '\uDFFF' => '\uD800',
            _ => char.ToUpperInvariant(character),
        };
    }
}
