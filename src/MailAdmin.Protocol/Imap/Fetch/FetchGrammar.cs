using System.Buffers.Text;
using System.Text;

namespace MailAdmin.Protocol.Imap.Fetch;

/// <summary>Reads the arguments of FETCH. RFC 9051 §9 fetch, RFC 7162 §7 fetch-modifiers.</summary>
public static class FetchGrammar
{
    /// <summary>Items of one command: what a client needs is below twenty.</summary>
    public const int MaxItems = 200;
    /// <summary>Names of one HEADER.FIELDS: clients send up to some thirty.</summary>
    public const int MaxFields = 200;
    /// <summary>Numbers of a part: deeper than any part can lie.</summary>
    public const int MaxPartNumbers = 100;

    private static readonly FetchItem Flags = Simple(FetchKind.Flags, "FLAGS");
    private static readonly FetchItem Uid = Simple(FetchKind.Uid, "UID");
    private static readonly FetchItem ModSeq = Simple(FetchKind.ModSeq, "MODSEQ");
    private static readonly FetchItem InternalDate = Simple(FetchKind.InternalDate, "INTERNALDATE");
    private static readonly FetchItem Size = Simple(FetchKind.Size, "RFC822.SIZE");
    private static readonly FetchItem Envelope = Simple(FetchKind.Envelope, "ENVELOPE");
    private static readonly FetchItem Body = Simple(FetchKind.Body, "BODY");

    private static readonly Dictionary<string, FetchItem> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FLAGS"] = Flags, ["UID"] = Uid, ["MODSEQ"] = ModSeq, ["INTERNALDATE"] = InternalDate, ["RFC822.SIZE"] = Size, ["ENVELOPE"] = Envelope,
        ["BODYSTRUCTURE"] = Simple(FetchKind.BodyStructure, "BODYSTRUCTURE"),
        ["RFC822"] = Old("RFC822", Section.Whole, setsSeen: true),
        ["RFC822.HEADER"] = Old("RFC822.HEADER", new Section([], SectionText.Header, []), setsSeen: false),
        ["RFC822.TEXT"] = Old("RFC822.TEXT", new Section([], SectionText.Text, []), setsSeen: true),
        ["EMAILID"] = Simple(FetchKind.EmailId, "EMAILID"), ["THREADID"] = Simple(FetchKind.ThreadId, "THREADID"),
        ["SAVEDATE"] = Simple(FetchKind.SaveDate, "SAVEDATE"), ["PREVIEW"] = Simple(FetchKind.Preview, "PREVIEW"),
    };

    private static readonly Dictionary<string, FetchItem>.AlternateLookup<ReadOnlySpan<char>> Lookup = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads everything behind the verb; the decoder has failed where it is wrong.</summary>
    public static FetchArguments Read(ImapDecoder args)
    {
        args.Space().SequenceSet(out var set).Space();
        var items = new List<FetchItem>();
        if (args.TakeWord("ALL"u8))
        {
            items.AddRange([Flags, InternalDate, Size, Envelope]);
        }
        else if (args.TakeWord("FAST"u8))
        {
            items.AddRange([Flags, InternalDate, Size]);
        }
        else if (args.TakeWord("FULL"u8))
        {
            items.AddRange([Flags, InternalDate, Size, Envelope, Body]);
        }
        else if (args.TryOpen())
        {
            do
            {
                Add(items, ReadItem(args), args);
            }
            while (!args.Failed && args.Take((byte)' '));

            args.Close();
        }
        else
        {
            Add(items, ReadItem(args), args);
        }

        ulong? changedSince = null;
        var vanished = false;
        if (args.Take((byte)' '))
        {
            ReadModifiers(args, ref changedSince, ref vanished);
        }

        args.End();
        if (changedSince is not null)
        {
            // RFC 7162 §3.1.4.1: CHANGEDSINCE implies MODSEQ.
            Add(items, ModSeq, args);
        }

        return new FetchArguments(set, items, changedSince, vanished);
    }

    /// <summary>UID FETCH tells the UID whether or not it was asked for. RFC 9051 §6.4.9.</summary>
    public static FetchArguments WithUid(FetchArguments fetch) =>
        fetch.Items.Contains(Uid) ? fetch : fetch with { Items = [Uid, .. fetch.Items] };

    private static void Add(List<FetchItem> items, FetchItem? item, ImapDecoder args)
    {
        // The same item twice is answered once; sections differ by what they name and stay.
        if (item is null || item.Section is null && items.Contains(item))
        {
            return;
        }

        if (items.Count == MaxItems)
        {
            args.Fail("Too many items");
            return;
        }

        items.Add(item);
    }

    private static void ReadModifiers(ImapDecoder args, ref ulong? changedSince, ref bool vanished)
    {
        args.Open();
        do
        {
            if (args.TakeWord("CHANGEDSINCE"u8))
            {
                args.Space().Number64(out var since);
                changedSince = since;
            }
            else if (args.TakeWord("VANISHED"u8))
            {
                vanished = true;
            }
            else
            {
                args.Fail("Unknown FETCH modifier");
            }
        }
        while (!args.Failed && args.Take((byte)' '));

        args.Close();
        if (vanished && changedSince is null)
        {
            // RFC 7162 §3.2.6
            args.Fail("VANISHED needs CHANGEDSINCE");
        }
    }

    private static FetchItem? ReadItem(ImapDecoder args)
    {
        args.Word(out var word);
        if (args.Failed)
        {
            return null;
        }

        if (args.Peek() == '[')
        {
            return word.Length > 16 ? Unknown(args) : ReadSection(args, Encoding.ASCII.GetString(word).ToUpperInvariant());
        }

        if (Ascii.EqualsIgnoreCase(word, "BODY"u8))
        {
            return Body;
        }

        Span<char> name = stackalloc char[20];
        if (word.Length > name.Length || !Lookup.TryGetValue(name[..Encoding.ASCII.GetChars(word, name)], out var item))
        {
            return Unknown(args);
        }

        if (item.Kind == FetchKind.Preview)
        {
            // RFC 8970 §3.2: LAZY lets the server say NIL; the preview is at hand, so there is nothing to be lazy about.
            _ = args.TakeText(" (LAZY)"u8);
        }

        return item;
    }

    private static FetchItem? Unknown(ImapDecoder args)
    {
        args.Fail("Unknown FETCH item");
        return null;
    }

    private static FetchItem? ReadSection(ImapDecoder args, string word)
    {
        var (kind, label, setsSeen) = word switch
        {
            "BODY" => (FetchKind.Section, "BODY", true),
            "BODY.PEEK" => (FetchKind.Section, "BODY", false),
            "BINARY" => (FetchKind.Binary, "BINARY", true),
            "BINARY.PEEK" => (FetchKind.Binary, "BINARY", false),
            "BINARY.SIZE" => (FetchKind.BinarySize, "BINARY.SIZE", false),
            _ => (default, null, false),
        };
        if (label is null)
        {
            return Unknown(args);
        }

        args.Expect((byte)'[');
        var text = new StringBuilder(label).Append('[');
        var section = ReadSpecification(args, text);
        args.Expect((byte)']');
        text.Append(']');
        // RFC 3516 §7 has BINARY of parts only. Headers and texts are given as BODY gives them: Dovecot does, and clients ask for it.
        long? start = null;
        var count = long.MaxValue;
        if (kind != FetchKind.BinarySize && args.Take((byte)'<'))
        {
            (start, count) = ReadPartial(args);
            text.Append('<').Append(start).Append('>');
        }

        return new FetchItem(kind) { Section = section, SetsSeen = setsSeen, PartialStart = start, PartialCount = count, Label = Encoding.Latin1.GetBytes(text.ToString()) };
    }

    private static (long Start, long Count) ReadPartial(ImapDecoder args)
    {
        // The dot and the second number are one run of characters with the first: "0.512".
        var run = args.Run(ImapCharacters.Word);
        var dot = run.IndexOf((byte)'.');
        var first = dot < 0 ? run : run[..dot];
        var count = long.MaxValue;
        var isGood = Utf8Parser.TryParse(first, out long start, out var used) && used == first.Length && start >= 0;
        if (dot >= 0)
        {
            var second = run[(dot + 1)..];
            isGood &= Utf8Parser.TryParse(second, out count, out used) && used == second.Length && count > 0;
        }

        if (!isGood)
        {
            args.Fail("Partial range expected");
        }

        args.Expect((byte)'>');
        return (start, count);
    }

    private static Section ReadSpecification(ImapDecoder args, StringBuilder text)
    {
        if (args.Peek() == ']')
        {
            return Section.Whole;
        }

        args.Word(out var word);
        text.Append(Encoding.ASCII.GetString(word).ToUpperInvariant());
        var numbers = new List<int>();
        while (!word.IsEmpty && word[0] is >= (byte)'0' and <= (byte)'9')
        {
            if (!Utf8Parser.TryParse(word, out int number, out var used) || number < 1 || numbers.Count == MaxPartNumbers)
            {
                args.Fail("Bad part number");
                return Section.Whole;
            }

            numbers.Add(number);
            word = word[used..];
            if (word.IsEmpty)
            {
                return new Section([.. numbers], SectionText.None, []);
            }

            if (word[0] != '.' || word.Length == 1)
            {
                args.Fail("Bad part number");
                return Section.Whole;
            }

            word = word[1..];
        }

        var which =
            Ascii.EqualsIgnoreCase(word, "HEADER"u8) ? SectionText.Header :
            Ascii.EqualsIgnoreCase(word, "TEXT"u8) ? SectionText.Text :
            Ascii.EqualsIgnoreCase(word, "MIME"u8) && numbers.Count > 0 ? SectionText.Mime :
            Ascii.EqualsIgnoreCase(word, "HEADER.FIELDS"u8) ? SectionText.HeaderFields :
            Ascii.EqualsIgnoreCase(word, "HEADER.FIELDS.NOT"u8) ? SectionText.HeaderFieldsNot : SectionText.None;
        if (which == SectionText.None)
        {
            args.Fail("Unknown section");
        }

        var fields = which is SectionText.HeaderFields or SectionText.HeaderFieldsNot ? ReadFields(args, text) : [];
        return new Section([.. numbers], which, fields);
    }

    private static List<byte[]> ReadFields(ImapDecoder args, StringBuilder text)
    {
        var fields = new List<byte[]>();
        args.Space().Open();
        text.Append(" (");
        do
        {
            args.AString(out ReadOnlyMemory<byte> name);
            if (args.Failed)
            {
                return fields;
            }

            if (fields.Count == MaxFields)
            {
                args.Fail("Too many fields");
                return fields;
            }

            if (fields.Count > 0)
            {
                text.Append(' ');
            }

            fields.Add(name.ToArray());
            AppendName(text, name.Span, args);
        }
        while (args.Take((byte)' '));

        args.Close();
        text.Append(')');
        return fields;
    }

    /// <summary>The response names fields as the client did: an atom, or quoted where that is needed.</summary>
    private static void AppendName(StringBuilder text, ReadOnlySpan<byte> name, ImapDecoder args)
    {
        if (name.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) >= 0)
        {
            args.Fail("Bad field name");
            return;
        }

        var plain = Encoding.Latin1.GetString(name);
        var isAtom = name.Length > 0 && name.IndexOfAnyExcept(ImapCharacters.AString) < 0;
        text.Append(isAtom ? plain : $"\"{plain.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
    }

    private static FetchItem Simple(FetchKind kind, string label) => new(kind) { Label = Encoding.ASCII.GetBytes(label) };

    private static FetchItem Old(string label, Section section, bool setsSeen) =>
        new(FetchKind.Section) { Section = section, SetsSeen = setsSeen, Label = Encoding.ASCII.GetBytes(label) };
}
