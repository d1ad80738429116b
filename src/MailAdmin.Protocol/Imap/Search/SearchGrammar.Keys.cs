using System.Text;

namespace MailAdmin.Protocol.Imap.Search;

public sealed partial class SearchGrammar
{
    private static readonly Dictionary<string, Func<SearchGrammar, int, SearchKey>> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ALL"] = (_, _) => SearchKey.All,
        ["ANSWERED"] = Flag(ImapSystemFlags.Answered, true), ["UNANSWERED"] = Flag(ImapSystemFlags.Answered, false),
        ["DELETED"] = Flag(ImapSystemFlags.Deleted, true), ["UNDELETED"] = Flag(ImapSystemFlags.Deleted, false),
        ["DRAFT"] = Flag(ImapSystemFlags.Draft, true), ["UNDRAFT"] = Flag(ImapSystemFlags.Draft, false),
        ["FLAGGED"] = Flag(ImapSystemFlags.Flagged, true), ["UNFLAGGED"] = Flag(ImapSystemFlags.Flagged, false),
        ["SEEN"] = Flag(ImapSystemFlags.Seen, true), ["UNSEEN"] = Flag(ImapSystemFlags.Seen, false),
        ["RECENT"] = (_, _) => new SearchKey.Recent(true), ["OLD"] = (_, _) => new SearchKey.Recent(false),
        ["NEW"] = (_, _) => new SearchKey.And([new SearchKey.Recent(true), new SearchKey.Flag(ImapSystemFlags.Seen, false)]),
        ["KEYWORD"] = (g, _) => g.KeywordKey(true), ["UNKEYWORD"] = (g, _) => g.KeywordKey(false),
        ["LARGER"] = (g, _) => new SearchKey.Size(true, g.Number()), ["SMALLER"] = (g, _) => new SearchKey.Size(false, g.Number()),
        ["BEFORE"] = Date(SearchDateField.Received, SearchDateRelation.Before), ["ON"] = Date(SearchDateField.Received, SearchDateRelation.On),
        ["SINCE"] = Date(SearchDateField.Received, SearchDateRelation.Since),
        ["SENTBEFORE"] = Date(SearchDateField.Sent, SearchDateRelation.Before), ["SENTON"] = Date(SearchDateField.Sent, SearchDateRelation.On),
        ["SENTSINCE"] = Date(SearchDateField.Sent, SearchDateRelation.Since),
        ["SAVEDBEFORE"] = Date(SearchDateField.Saved, SearchDateRelation.Before), ["SAVEDON"] = Date(SearchDateField.Saved, SearchDateRelation.On),
        ["SAVEDSINCE"] = Date(SearchDateField.Saved, SearchDateRelation.Since), ["SAVEDATESUPPORTED"] = (_, _) => SearchKey.All,
        ["OLDER"] = (g, _) => g.WithinKey(true), ["YOUNGER"] = (g, _) => g.WithinKey(false),
        ["UID"] = (g, _) => g.SetKey(),
        ["MODSEQ"] = (g, _) => g.ModSeqKey(),
        // RFC 8474 §5.3: an id is an atom; a server without threads finds nothing by THREADID.
        ["EMAILID"] = (g, _) => new SearchKey.EmailId(g.Text()), ["THREADID"] = (g, _) => g.NothingKey(),
        ["FROM"] = Field("From"), ["TO"] = Field("To"), ["CC"] = Field("Cc"), ["BCC"] = Field("Bcc"), ["SUBJECT"] = Field("Subject"),
        ["HEADER"] = (g, _) => g.HeaderKey(),
        ["BODY"] = (g, _) => new SearchKey.Content(g.Text(), WithHeader: false), ["TEXT"] = (g, _) => new SearchKey.Content(g.Text(), WithHeader: true),
        ["NOT"] = (g, depth) => new SearchKey.Not(g.NextKey(depth)),
        ["OR"] = (g, depth) => new SearchKey.Or(g.NextKey(depth), g.NextKey(depth)),
    };

    private static readonly Dictionary<string, Func<SearchGrammar, int, SearchKey>>.AlternateLookup<ReadOnlySpan<char>> KeyLookup = Keys.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly int LongestKey = Keys.Keys.Max(k => k.Length);

    private SearchKey ReadKey(int depth)
    {
        if (depth > MaxDepth || ++_keys > MaxKeys)
        {
            args.Fail("Search is too complex");
        }

        if (args.Failed)
        {
            return SearchKey.All;
        }

        if (args.TryOpen())
        {
            var keys = new List<SearchKey> { ReadKey(depth + 1) };
            while (!args.Failed && args.Take((byte)' '))
            {
                keys.Add(ReadKey(depth + 1));
            }

            args.Close();
            return keys.Count == 1 ? keys[0] : new SearchKey.And(keys);
        }

        if (args.Peek() is '*' or '$' or (>= '0' and <= '9'))
        {
            args.SequenceSet(out var set);
            return new SearchKey.Set(set, IsUid: false);
        }

        args.Word(out var word);
        Span<char> name = stackalloc char[LongestKey];
        if (args.Failed || word.Length > name.Length || !KeyLookup.TryGetValue(name[..Encoding.ASCII.GetChars(word, name)], out var read))
        {
            args.Fail("Unknown search key");
            return SearchKey.All;
        }

        return read(this, depth);
    }

    private SearchKey NextKey(int depth)
    {
        args.Space();
        return ReadKey(depth + 1);
    }

    private static Func<SearchGrammar, int, SearchKey> Flag(ImapSystemFlags flag, bool isSet)
    {
        var key = new SearchKey.Flag(flag, isSet);
        return (_, _) => key;
    }

    private static Func<SearchGrammar, int, SearchKey> Date(SearchDateField field, SearchDateRelation relation) => (g, _) =>
    {
        g.Args.Space().Date(out var day);
        return new SearchKey.Date(field, relation, day);
    };

    private static Func<SearchGrammar, int, SearchKey> Field(string name)
    {
        var octets = Encoding.ASCII.GetBytes(name);
        return (g, _) => new SearchKey.Header(octets, g.Text());
    }

    private ImapDecoder Args => args;

    private ulong Number()
    {
        args.Space().Number64(out var number);
        return number;
    }

    private SearchKey.Keyword KeywordKey(bool isSet)
    {
        args.Space().Atom(out string name);
        return new SearchKey.Keyword(name, isSet);
    }

    private SearchKey.Constant NothingKey()
    {
        _ = Text();
        return new SearchKey.Constant(false);
    }

    private SearchKey.Within WithinKey(bool older)
    {
        args.Space().Number(out var seconds);
        if (seconds == 0)
        {
            // RFC 5032 §2: nz-number
            args.Fail("Seconds expected");
        }

        return new SearchKey.Within(older, seconds);
    }

    private SearchKey.Set SetKey()
    {
        args.Space().SequenceSet(out var set);
        return new SearchKey.Set(set, IsUid: true);
    }

    /// <summary>MODSEQ [entry-name entry-type] number. RFC 7162 §3.1.5.</summary>
    private SearchKey.ModSeq ModSeqKey()
    {
        _usesModSeq = true;
        args.Space();
        if (args.Peek() == '"')
        {
            args.String(out string _).Space();
            if (!args.TakeWord("priv"u8) && !args.TakeWord("shared"u8) && !args.TakeWord("all"u8))
            {
                args.Fail("Entry type expected");
            }

            args.Space();
        }

        args.Number64(out var modSeq);
        return new SearchKey.ModSeq(modSeq);
    }

    private SearchKey.Header HeaderKey()
    {
        args.Space().AString(out ReadOnlyMemory<byte> name);
        var octets = name.ToArray();
        return new SearchKey.Header(octets, Text());
    }

    /// <summary>A string in the command's charset; without one it is UTF-8 (RFC 9051 §6.4.4), and what is not is read as Latin-1, as old clients mean it.</summary>
    private string Text()
    {
        args.Space().AString(out ReadOnlyMemory<byte> octets);
        if (args.Failed)
        {
            return string.Empty;
        }

        var encoding = _charset ?? (System.Text.Unicode.Utf8.IsValid(octets.Span) ? Encoding.UTF8 : Encoding.Latin1);
        return encoding.GetString(octets.Span);
    }
}
