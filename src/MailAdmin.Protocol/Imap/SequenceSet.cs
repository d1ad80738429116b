using System.Globalization;

namespace MailAdmin.Protocol.Imap;

/// <summary>Numbers from First to Last, both included, First not above Last.</summary>
public readonly record struct NumberRange(uint First, uint Last);

/// <summary>
/// A sequence-set as the client wrote it (RFC 9051 §9 sequence-set): sequence numbers or UIDs, <c>*</c> not yet resolved; or <c>$</c>, the saved
/// search result (RFC 5182).
/// </summary>
public sealed class SequenceSet
{
    /// <summary><c>$</c></summary>
    public static readonly SequenceSet Saved = new([], isSaved: true);

    private readonly NumberRange[] _items;

    private SequenceSet(NumberRange[] items, bool isSaved)
    {
        _items = items;
        IsSaved = isSaved;
    }

    /// <summary>True for <c>$</c>; then there are no numbers.</summary>
    public bool IsSaved { get; }

    /// <summary>True where <c>*</c> occurs.</summary>
    public bool HasStar => Array.Exists(_items, i => i.First == 0 || i.Last == 0);

    /// <summary>The largest number that is written out; 0 where there is only <c>*</c>.</summary>
    public uint LargestNumber
    {
        get
        {
            uint largest = 0;
            foreach (var item in _items)
            {
                largest = Math.Max(largest, Math.Max(item.First, item.Last));
            }

            return largest;
        }
    }

    /// <summary>Reads <c>1:4,7,9:*</c> or <c>$</c>; null where it is malformed.</summary>
    public static SequenceSet? Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length == 1 && text[0] == (byte)'$')
        {
            return Saved;
        }

        var items = new List<NumberRange>(text.Length < 16 ? 1 : 8);
        var position = 0;
        while (true)
        {
            if (!Number(text, ref position, out var first))
            {
                return null;
            }

            var last = first;
            if (position < text.Length && text[position] == (byte)':')
            {
                position++;
                if (!Number(text, ref position, out last))
                {
                    return null;
                }
            }

            items.Add(new NumberRange(first, last));
            if (position == text.Length)
            {
                return new SequenceSet([.. items], isSaved: false);
            }

            if (text[position++] != (byte)',')
            {
                return null;
            }
        }
    }

    /// <summary>
    /// The numbers, ascending, merged. <paramref name="largest"/> is what <c>*</c> stands for; with 0 (nothing there) ranges with <c>*</c> are empty.
    /// </summary>
    public IReadOnlyList<NumberRange> Resolve(uint largest)
    {
        var ranges = new List<NumberRange>(_items.Length);
        var sorted = true;
        foreach (var item in _items)
        {
            if (largest == 0 && (item.First == 0 || item.Last == 0))
            {
                continue;
            }

            var a = item.First == 0 ? largest : item.First;
            var b = item.Last == 0 ? largest : item.Last;
            // RFC 9051 §9: the order of a range's ends does not matter, so 9:* names the last message even where it is number 5.
            var range = a <= b ? new NumberRange(a, b) : new NumberRange(b, a);
            sorted &= ranges.Count == 0 || ranges[^1].Last < range.First;
            ranges.Add(range);
        }

        if (sorted)
        {
            return ranges;
        }

        ranges.Sort((x, y) => x.First.CompareTo(y.First));
        var merged = new List<NumberRange>(ranges.Count);
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.First <= (ulong)merged[^1].Last + 1)
            {
                merged[^1] = new NumberRange(merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }

    /// <summary>The numbers in the order they were written, each range ascending; for set pairs that match by position (RFC 7162 §3.2.5.2).</summary>
    public IReadOnlyList<NumberRange> AsWritten => _items;

    /// <inheritdoc/>
    public override string ToString() => IsSaved ? "$" : string.Join(',', _items.Select(i => i.First == i.Last ? Show(i.First) : $"{Show(i.First)}:{Show(i.Last)}"));

    private static string Show(uint number) => number == 0 ? "*" : number.ToString(CultureInfo.InvariantCulture);

    private static bool Number(ReadOnlySpan<byte> text, ref int position, out uint number)
    {
        number = 0;
        if (position < text.Length && text[position] == (byte)'*')
        {
            position++;
            return true;
        }

        // nz-number: no zero and no leading zero (RFC 9051 §9).
        var start = position;
        ulong value = 0;
        while (position < text.Length && text[position] is >= (byte)'0' and <= (byte)'9' && position - start < 11)
        {
            value = value * 10 + (uint)(text[position++] - '0');
        }

        number = (uint)value;
        return position > start && value is > 0 and <= uint.MaxValue && text[start] != (byte)'0';
    }
}
