namespace MailAdmin.Store;

/// <summary>
/// Flags of a message: system flags in the low eight bits, keywords above them by their number in the folder's <see cref="FolderKeywords"/>.
/// \Recent is not a flag of the message but of a session. RFC 9051 §2.3.2.
/// </summary>
public readonly record struct MessageFlags(ulong Bits)
{
    public const int FirstKeywordBit = 8;

    public static readonly MessageFlags None;
    public static readonly MessageFlags Seen = new(1);
    public static readonly MessageFlags Answered = new(2);
    public static readonly MessageFlags Flagged = new(4);
    public static readonly MessageFlags Deleted = new(8);
    public static readonly MessageFlags Draft = new(16);

    /// <summary>All system flags.</summary>
    public static readonly MessageFlags System = new(31);

    public bool Has(MessageFlags flags) => (Bits & flags.Bits) == flags.Bits;
    public bool HasKeyword(int number) => (Bits >> (FirstKeywordBit + number) & 1) != 0;
    public static MessageFlags Keyword(int number) => new(1UL << (FirstKeywordBit + number));
    public static MessageFlags operator |(MessageFlags a, MessageFlags b) => new(a.Bits | b.Bits);
    public static MessageFlags operator &(MessageFlags a, MessageFlags b) => new(a.Bits & b.Bits);
    public static MessageFlags operator ~(MessageFlags a) => new(~a.Bits);
    public MessageFlags BitwiseOr(MessageFlags other) => this | other;
    public MessageFlags BitwiseAnd(MessageFlags other) => this & other;
    public MessageFlags OnesComplement() => ~this;
}

/// <summary>Keywords of a folder, numbered in the order they came; numbers never change. Immutable.</summary>
public sealed class FolderKeywords
{
    /// <summary>As many as fit beside the system flags in 64 bits.</summary>
    public const int MaxKeywords = 64 - MessageFlags.FirstKeywordBit;

    public static readonly FolderKeywords Empty = new([]);

    private readonly string[] _names;

    public FolderKeywords(IEnumerable<string> names) => _names = [.. names];

    public int Count => _names.Length;
    public string this[int number] => _names[number];
    public IReadOnlyList<string> Names => _names;

    /// <summary>Number of a keyword, any case; -1 where the folder does not have it.</summary>
    public int IndexOf(string name) => Array.FindIndex(_names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
}
