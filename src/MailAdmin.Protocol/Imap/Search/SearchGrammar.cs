using System.Text;

namespace MailAdmin.Protocol.Imap.Search;

/// <summary>Reads the arguments of SEARCH, SORT and THREAD. RFC 9051 §9 search, RFC 5256 §5.</summary>
/// <param name="args">The command's arguments.</param>
/// <param name="findCharset">Knows charsets by their names; null for one it does not know.</param>
public sealed partial class SearchGrammar(ImapDecoder args, Func<string, Encoding?> findCharset)
{
    /// <summary>Keys within keys: as parentheses, NOT and OR nest.</summary>
    public const int MaxDepth = 50;
    /// <summary>Keys of one command.</summary>
    public const int MaxKeys = 2000;

    private Encoding? _charset;
    private string? _charsetName;
    private bool _usesModSeq;
    private int _keys;

    /// <summary>SEARCH [RETURN (…)] [CHARSET …] keys</summary>
    public SearchArguments ReadSearch()
    {
        args.Space();
        SearchReturn? options = null;
        if (args.TakeWord("RETURN"u8))
        {
            options = ReadReturn();
            args.Space();
        }

        if (args.TakeWord("CHARSET"u8))
        {
            args.Space();
            ReadCharset();
            args.Space();
        }

        return new SearchArguments(options, ReadProgram());
    }

    /// <summary>SORT [RETURN (…)] (criteria) charset keys</summary>
    public SortArguments ReadSort()
    {
        args.Space();
        SearchReturn? options = null;
        if (args.TakeWord("RETURN"u8))
        {
            options = ReadReturn();
            args.Space();
        }

        var criteria = new List<SortCriterion>();
        args.Open();
        do
        {
            var reverse = args.TakeWord("REVERSE"u8);
            if (reverse)
            {
                args.Space();
            }

            args.Word(out var word);
            if (!args.Failed && SortKeyOf(word) is { } key)
            {
                // The same key again orders nothing more; a thousand of them would only cost.
                if (!criteria.Exists(c => c.Key == key))
                {
                    criteria.Add(new SortCriterion(key, reverse));
                }
            }
            else
            {
                args.Fail("Unknown sort criterion");
            }
        }
        while (args.Take((byte)' '));

        args.Close().Space();
        ReadCharset();
        args.Space();
        return new SortArguments(options, criteria, ReadProgram());
    }

    /// <summary>THREAD algorithm charset keys</summary>
    public ThreadArguments ReadThread()
    {
        args.Space();
        var algorithm = ThreadAlgorithm.References;
        if (args.TakeWord("ORDEREDSUBJECT"u8))
        {
            algorithm = ThreadAlgorithm.OrderedSubject;
        }
        else if (!args.TakeWord("REFERENCES"u8))
        {
            args.Fail("Unknown threading algorithm");
        }

        args.Space();
        ReadCharset();
        args.Space();
        return new ThreadArguments(algorithm, ReadProgram());
    }

    private SearchProgram ReadProgram()
    {
        var keys = new List<SearchKey> { ReadKey(0) };
        while (!args.Failed && args.Take((byte)' '))
        {
            keys.Add(ReadKey(0));
        }

        args.End();
        return new SearchProgram(keys.Count == 1 ? keys[0] : new SearchKey.And(keys), _usesModSeq, _charsetName, _charsetName is null || _charset is not null);
    }

    private void ReadCharset()
    {
        args.AString(out string name);
        if (args.Failed)
        {
            return;
        }

        _charsetName = name;
        _charset = findCharset(name);
    }

    private SearchReturn ReadReturn()
    {
        var options = new SearchReturn();
        args.Space().Open();
        if (!args.TryClose())
        {
            do
            {
                options = ReadOption(options);
            }
            while (!args.Failed && args.Take((byte)' '));

            args.Close();
        }

        // RFC 4731 §3.1: no option is ALL. RFC 5182 §2: SAVE alone returns nothing.
        return options is { Min: false, Max: false, All: false, Count: false, Save: false, Partial: null } ? options with { All = true } : options;
    }

    private SearchReturn ReadOption(SearchReturn options)
    {
        if (args.TakeWord("MIN"u8))
        {
            return options with { Min = true };
        }

        if (args.TakeWord("MAX"u8))
        {
            return options with { Max = true };
        }

        if (args.TakeWord("ALL"u8))
        {
            return options with { All = true };
        }

        if (args.TakeWord("COUNT"u8))
        {
            return options with { Count = true };
        }

        if (args.TakeWord("SAVE"u8))
        {
            return options with { Save = true };
        }

        if (args.TakeWord("PARTIAL"u8))
        {
            args.Space();
            return options with { Partial = ReadPartialRange(args) };
        }

        args.Fail("Unknown result option");
        return options;
    }

    /// <summary>partial-range: two positive or two negative numbers. RFC 9394 §4.</summary>
    public static (long First, long Last) ReadPartialRange(ImapDecoder args)
    {
        var first = ReadPlace(args);
        args.Expect((byte)':');
        var last = ReadPlace(args);
        if (first > 0 != last > 0)
        {
            args.Fail("A range lies on one side");
        }

        return Math.Abs(first) <= Math.Abs(last) ? (first, last) : (last, first);
    }

    private static long ReadPlace(ImapDecoder args)
    {
        var negative = args.Take((byte)'-');
        args.Number(out var number);
        if (number == 0)
        {
            args.Fail("Places count from 1");
        }

        return negative ? -(long)number : number;
    }

    private static SortKey? SortKeyOf(ReadOnlySpan<byte> word)
    {
        foreach (var (name, key) in SortKeys)
        {
            if (Ascii.EqualsIgnoreCase(word, name))
            {
                return key;
            }
        }

        return null;
    }

    private static readonly (byte[] Name, SortKey Key)[] SortKeys =
    [
        ("ARRIVAL"u8.ToArray(), SortKey.Arrival), ("CC"u8.ToArray(), SortKey.Cc), ("DATE"u8.ToArray(), SortKey.Date),
        ("DISPLAYFROM"u8.ToArray(), SortKey.DisplayFrom), ("DISPLAYTO"u8.ToArray(), SortKey.DisplayTo), ("FROM"u8.ToArray(), SortKey.From),
        ("SIZE"u8.ToArray(), SortKey.Size), ("SUBJECT"u8.ToArray(), SortKey.Subject), ("TO"u8.ToArray(), SortKey.To),
    ];
}
