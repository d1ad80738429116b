using System.Buffers;
using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Lines;
using MailAdmin.Protocol.Pop3;
using MailAdmin.Protocol.Sasl;
using MailAdmin.Protocol.Smtp;
using MailAdmin.Security;
using MailAdmin.Server.Connections;
using MailAdmin.Store;

namespace MailAdmin.Testing.Fuzzing;

/// <summary>
/// Spoiled input for each grammar by itself, and what holds of every outcome: the same whole or in pieces, the same as a plain reader of the rule's own
/// words says, nothing that breaks out of a line. Seeded; shared by the short tests and the long runs of the benchmarks program.
/// </summary>
public static class GrammarFuzz
{
    private static readonly Dictionary<string, (string Words, Action<byte[], Random> Check)> Grammars = new(StringComparer.Ordinal)
    {
        ["lines"] = ("\r\n|\r|\n|NOOP|x| |xxxxxxxx|\0", Lines),
        ["data"] = ("\r\n.\r\n|.|\r|\n|\r\n|..|x|line|\0", Data),
        ["header"] = ("\r\n|\n|\r|:| |\t|Bcc|Bcc:|bcc: x\r\n|Resent-Bcc:|Return-Path: |Received: |Date:|Message-ID|x|Subject: a\r\n|\0", Header),
        ["smtp-path"] = ("<|>|@|,|:|\"|\\|.|[|]|IPv6:|::1|127.0.0.1|postmaster|a|b.test|-|_| |ä|\r|\n|\0|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Path),
        ["smtp-command"] = ("MAIL|RCPT|BDAT|AUTH| |=|SIZE|BODY|8BITMIME|LAST|0|9|18446744073709551616|-|+|+2B|+zz|ä|\0|x", Command),
        ["pop3-command"] = ("RETR|TOP|PASS|USER|LANG| |0|1|-1|2147483648|99999999999999|\0|ä|\t", Pop3Command),
        ["pop3-multiline"] = ("\r\n|\n|\r|.|..|\r\n.\r\n|\n.\n|x|Subject: y|\r\n\r\n", Multiline),
        ["sasl"] = ("n,,|y,,|p=tls-exporter,,|n=|user|,|r=|abcdefghijklmnop|c=biws|p=|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=|=2C|=3D|=|a=|m=|\0|ä|secret", Sasl),
        ["saslprep"] = ("a|B| |\u00A0|\u00AD|\u200D|\u0627|\u05D0|1|\u2168|\u0301|\uD83D\uDE00|\uFFFE|\uE000|\u0007|\u00A8|\u3000|\u1100|\u1161", Prep),
        ["address"] = ("a|@|.|example.com|\"|\\| |+|ä|[|]|127.0.0.1|-|xn--|\r|\n|<|>|münchen.de", Address),
        ["proxy"] = ("PROXY |TCP4|TCP6|UNKNOWN| |127.0.0.1|::1|1|65536|\r\n|\r|\r\n\r\n\0\r\nQUIT\n|!|\u0011|\u0021|\0|\u000c", Proxy),
        ["imap-names"] = ("&|-|&-|&AOk-|AOk|,|+|/|*|%|a|INBOX|\u00e4|\0|&2D3eAA-|&,,4-|\uFFFE|&,dA-|/", Names),
        ["imap-sets"] = ("1|:|*|,|$|0|4294967295|4294967296|99|-", Sets),
    };

    /// <summary>What can be fuzzed.</summary>
    public static IReadOnlyCollection<string> Targets => Grammars.Keys;

    /// <summary>Checks so many inputs; throws with the input at the first that breaks a rule.</summary>
    public static void Run(string grammar, long inputs, int seed, Action<long>? progress = null)
    {
        var (text, check) = Grammars[grammar];
        byte[][] words = [.. text.Split('|').Select(Encoding.UTF8.GetBytes)];
        var input = new ArrayBufferWriter<byte>();
        for (long i = 0; i < inputs; i++)
        {
            // One generator per input, so that any of them can be made again alone.
            var random = new Random(unchecked(seed * 100_000_007 + (int)i));
            input.ResetWrittenCount();
            for (var count = random.Next(random.Next(8) == 0 ? 60 : 14); count > 0; count--)
            {
                if (random.Next(12) == 0)
                {
                    input.GetSpan(1)[0] = (byte)random.Next(256);
                    input.Advance(1);
                }
                else
                {
                    input.Write(words[random.Next(words.Length)]);
                }
            }

            var octets = input.WrittenSpan.ToArray();
            try
            {
                check(octets, random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{grammar}, seed {seed}, input {i}: {Convert.ToHexString(octets)} ({Encoding.Latin1.GetString(octets)})", e);
            }

            progress?.Invoke(i);
        }
    }

    private static void Lines(byte[] input, Random random)
    {
        var most = random.Next(2, 24);
        var expected = new List<string>();
        for (var at = 0; at < input.Length;)
        {
            // A plain reader: up to the first CR or LF; then either the line was good, or everything up to the next CRLF goes.
            var length = input.AsSpan(at).IndexOfAny((byte)'\r', (byte)'\n');
            if (length < 0 ? input.Length - at + 2 > most : length + 2 > most)
            {
                expected.Add("too long");
            }
            else if (length < 0 || (input[at + length] == '\r' && at + length + 1 == input.Length))
            {
                break;
            }
            else if (input.AsSpan(at + length).StartsWith("\r\n"u8))
            {
                expected.Add(Encoding.Latin1.GetString(input, at, length));
                at += length + 2;
                continue;
            }
            else
            {
                expected.Add("bare");
            }

            var end = input.AsSpan(at).IndexOf("\r\n"u8);
            at = end < 0 ? input.Length : at + end + 2;
        }

        var found = new List<string>();
        var framer = new LineFramer(most);
        var held = Array.Empty<byte>();
        foreach (var piece in Cut(input, random))
        {
            var buffer = Segments([.. held, .. piece.Span], random);
            while (framer.Read(ref buffer, out var line) is var status and not LineStatus.NeedMore)
            {
                found.Add(status switch { LineStatus.TooLong => "too long", LineStatus.BareLineEnd => "bare", _ => Encoding.Latin1.GetString(line.ToArray()) });
            }

            held = buffer.ToArray();
            Hold(held.Length <= most, "no more is held than a line may have");
        }

        Hold(expected.SequenceEqual(found), $"lines are those of a plain reader: {string.Join('|', expected)} <> {string.Join('|', found)}");
    }

    private static void Data(byte[] input, Random random)
    {
        // RFC 5321 §4.5.2 in its own words, over the whole: lines end with CRLF; one of a dot alone is the end; another's first dot goes.
        var expected = new ArrayBufferWriter<byte>();
        var (rest, ended) = (0, false);
        for (var at = 0; at < input.Length && !ended;)
        {
            var length = input.AsSpan(at).IndexOf("\r\n"u8);
            var line = length < 0 ? input.AsSpan(at) : input.AsSpan(at, length + 2);
            ended = line.SequenceEqual(".\r\n"u8);
            at += line.Length;
            rest = at;
            if (!ended)
            {
                expected.Write(line[0] == '.' ? line[1..] : line);
            }
        }

        var decoder = new DataDecoder(1000);
        var found = new ArrayBufferWriter<byte>();
        var used = 0;
        foreach (var piece in Cut(input, random))
        {
            var left = piece;
            while (!left.IsEmpty && !decoder.IsEnd)
            {
                found.Write(decoder.Decode(ref left).Span);
            }

            used += piece.Length - left.Length;
            if (decoder.IsEnd)
            {
                break;
            }
        }

        Hold(decoder.IsEnd == ended && (!ended || used == rest), "the end is CRLF.CRLF and nothing else");
        var content = expected.WrittenSpan;
        var checker = new LineEndChecker();
        checker.Check(content);
        if (ended)
        {
            checker.Complete();
        }

        Hold(checker.HasBareLineEnd == (decoder.Fault == ContentFault.BareLineEnd), "a bare CR or LF is a fault");
        // What has one is refused, whatever is in it. At the end of what came a dot and a CR may still become the end, and are held back.
        Hold(checker.HasBareLineEnd || found.WrittenSpan.SequenceEqual(content) || (!ended && content.EndsWith("\r"u8) && found.WrittenSpan.SequenceEqual(content[..^1])),
            "content without its stuffing");
    }

    private static void Header(byte[] input, Random random)
    {
        var removeBcc = random.Next(2) == 0;
        var whole = new HeaderFilter(removeBcc);
        var wholeOutput = new ArrayBufferWriter<byte>();
        var taken = whole.Consume(input, wholeOutput);
        var pieces = new HeaderFilter(removeBcc);
        var output = new ArrayBufferWriter<byte>();
        var at = 0;
        foreach (var piece in Cut(input, random))
        {
            var used = pieces.Consume(piece.Span, output);
            at += used;
            Hold(used == piece.Length || pieces.InBody, "all is taken up to the body");
            if (pieces.InBody)
            {
                break;
            }
        }

        Hold(taken == at && whole.InBody == pieces.InBody && whole.HasDate == pieces.HasDate && whole.HasMessageId == pieces.HasMessageId && whole.ReceivedCount == pieces.ReceivedCount
            && whole.HasEmptyLine == pieces.HasEmptyLine && whole.Held.SequenceEqual(pieces.Held) && wholeOutput.WrittenSpan.SequenceEqual(output.WrittenSpan), "the same whole or in pieces");
        Hold(!removeBcc || !Encoding.Latin1.GetString(output.WrittenSpan).Split('\n').Any(l => l.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase)), "no Bcc passes");
        Hold(output.WrittenCount + whole.Held.Length <= taken, "nothing is added");
    }

    private static void Path(byte[] input, Random random)
    {
        _ = SmtpPath.IsGreetingName(input);
        byte[] text = random.Next(2) == 0 ? [(byte)'<', .. input, (byte)'>', .. " SIZE=1"u8] : input;
        if (!SmtpPath.TryParse(text, out var path, out _))
        {
            return;
        }

        Hold(path.Mailbox.AsSpan().IndexOfAny("\r\n\0") < 0, "a path stays on its line");
        Hold(path.Domain.AsSpan().IndexOfAny(" <>\"") < 0, "a domain stays within its path");
        Hold(Encoding.UTF8.GetByteCount(path.Mailbox) <= SmtpPath.MaxLocalPartOctets + 1 + SmtpPath.MaxDomainOctets, "lengths are held to");
        Hold(SmtpPath.TryParse(Encoding.UTF8.GetBytes($"<{path.Mailbox}>"), out var again, out var rest) && again == path && rest.IsEmpty, "what was read reads the same");
    }

    private static void Command(byte[] input, Random random)
    {
        _ = SmtpCommandLine.Parse(input, out var argument);
        if (BdatArgument.TryParse(argument, out var size, out _))
        {
            Hold(size >= 0, "a size is no debt");
        }

        _ = SmtpParameters.IsXtext(Encoding.Latin1.GetString(input));
        if (SmtpParameters.TryParse(input, out var parameters))
        {
            Hold(parameters.Select(p => p.Keyword).Distinct().Count() == parameters.Count, "a keyword comes once");
            Hold(parameters.All(p => p.Keyword.AsSpan().IndexOfAnyExceptInRange('\0', '\u007F') < 0 && (p.Value is null || !p.Value.AsSpan().ContainsAny("\r\n \0"))), "parameters are words");
        }
    }

    private static void Pop3Command(byte[] input, Random random)
    {
        _ = Pop3CommandLine.Parse(input, out var argument);
        Hold(!Pop3CommandLine.TryParseNumber(argument, out var number) || number >= 0, "numbers are numbers");
        Hold(!Pop3CommandLine.TryParseNumbers(argument, out var first, out var second) || (first >= 0 && second >= 0), "numbers are numbers");
    }

    private static void Multiline(byte[] input, Random random)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = MultilineEncoder.ForMessage();
        foreach (var piece in Cut(input, random))
        {
            if (random.Next(2) == 0 && encoder.TryPassUnchanged(piece.Span))
            {
                output.Write(piece.Span);
            }
            else
            {
                encoder.Encode(piece.Span, output);
            }
        }

        encoder.Complete(output);
        var text = Encoding.Latin1.GetString(output.WrittenSpan);
        Hold(text.EndsWith("\r\n.\r\n", StringComparison.Ordinal) || text == ".\r\n", "it ends with a dot");
        // A client that takes LF for a line end must not see the end early either.
        var lines = text.Split('\n')[..^2];
        Hold(!lines.Any(l => l is "." or ".\r"), "the end comes once");
        var decoded = string.Concat(lines.Select(l => (l.StartsWith('.') ? l[1..] : l) + "\n"));
        var source = Encoding.Latin1.GetString(input);
        var expected = new StringBuilder();
        for (var i = 0; i < source.Length; i++)
        {
            expected.Append(source[i] == '\n' && (i == 0 || source[i - 1] != '\r') ? "\r\n" : source[i]);
        }

        if (source.Length > 0 && source[^1] != '\n')
        {
            expected.Append(source[^1] == '\r' ? "\n" : "\r\n");
        }

        Hold(decoded == expected.ToString(), "what is decoded is the message, LF as CRLF");
        var top = MultilineEncoder.ForTop(random.Next(4));
        var head = new ArrayBufferWriter<byte>();
        top.Encode(input, head);
        top.Complete(head);
        Hold(head.WrittenSpan.EndsWith(".\r\n"u8) && output.WrittenSpan.StartsWith(head.WrittenSpan[..^3]), "TOP is a beginning");
    }

    private static void Sasl(byte[] input, Random random)
    {
        foreach (var mechanism in new SaslMechanism[] { new PlainServer(), new LoginServer(), new ScramServer(false, false, _ => default), new ScramServer(true, true, _ => new byte[8]) })
        {
            foreach (var piece in Cut(input, random).Take(4))
            {
                var step = mechanism.Step(piece.Span);
                Hold(step.Kind != SaslStepKind.CheckPassword || (step.UserName is { Length: > 0 } && step.Password is not null), "a password comes with a name");
                if (step.Kind == SaslStepKind.NeedVerifier)
                {
                    step = ((ScramServer)mechanism).Continue(new byte[16], 4096, new byte[32], new byte[32]);
                }

                Hold(!step.ProofHolds, "nobody guesses a proof");
            }
        }
    }

    private static void Prep(byte[] input, Random random)
    {
        var text = random.Next(2) == 0 ? Encoding.UTF8.GetString(input) : Encoding.Unicode.GetString(input);
        if (SaslPrep.TryPrepare(text, out var prepared))
        {
            Hold(prepared.Length > 0 && !prepared.Any(char.IsControl), "controls do not pass");
            Hold(prepared.IsNormalized(NormalizationForm.FormKC), "it is in its normal form");
        }
    }

    private static void Address(byte[] input, Random random)
    {
        // Half a surrogate pair comes from PowerShell, never from the wire.
        if (MailboxAddress.TryParse(Encoding.UTF8.GetString(input) + (random.Next(50) == 0 ? "\uD800@example.com" : ""), out var address))
        {
            var text = address.ToString();
            Hold(!text.AsSpan().ContainsAny("\r\n\0"), "an address stays on its line");
            Hold(MailboxAddress.TryParse(text, out var again) && again == address, "what was read reads the same");
        }
    }

    private static void Proxy(byte[] input, Random random)
    {
        var status = ProxyHeader.Read(input, out var length, out _);
        Hold(length >= 0 && length <= input.Length, "no more is taken than came");
        if (status == ProxyHeaderStatus.Complete)
        {
            Hold(ProxyHeader.Read(input.AsSpan(0, length), out var again, out _) == status && again == length, "what follows makes no difference");
        }
    }

    private static void Names(byte[] input, Random random)
    {
        if (ModifiedUtf7.TryDecode(input, out var name))
        {
            Hold(ModifiedUtf7.Encode(name).AsSpan().SequenceEqual(input) || !ModifiedUtf7.TryDecode(ModifiedUtf7.Encode(name), out var again) || again == name, "names round-trip");
        }

        if (name is not null && FolderName.TryNormalize(name, out var normal))
        {
            Hold(FolderName.TryNormalize(normal, out var same) && same == normal, "a normalised name is itself");
        }

        _ = FolderName.NormalizePattern(name ?? "");
        var pattern = Encoding.Latin1.GetString(input);
        var matcher = new ListPattern(pattern, '/');
        Hold(!matcher.IsLiteral || matcher.Matches(pattern), "a name without wildcards matches itself");
        _ = matcher.Matches(new string('a', 40) + "/" + new string('a', 40));
    }

    private static void Sets(byte[] input, Random random)
    {
        if (SequenceSet.Parse(input) is not { IsSaved: false } set)
        {
            return;
        }

        uint last = 0;
        foreach (var (first, end) in set.Resolve(100))
        {
            Hold(first <= end && first > last, "ranges ascend and do not overlap");
            last = end;
        }

        Hold(SequenceSet.Parse(Encoding.ASCII.GetBytes(set.ToString())) is { } again && again.ToString() == set.ToString(), "sets round-trip");
    }

    private static List<ReadOnlyMemory<byte>> Cut(byte[] input, Random random)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        var longest = random.Next(4) switch { 0 => 1, 1 => 3, 2 => 20, _ => int.MaxValue };
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(input.Length - at, longest == int.MaxValue ? input.Length : random.Next(1, longest + 1));
            pieces.Add(input.AsMemory(at, length));
            at += length;
        }

        return pieces;
    }

    // Half of the time in several segments, empty ones among them, as a pipe hands them out.
    private static ReadOnlySequence<byte> Segments(byte[] octets, Random random)
    {
        if (random.Next(2) == 0)
        {
            return new ReadOnlySequence<byte>(octets);
        }

        var at = random.Next(octets.Length + 1);
        var first = new Segment(octets.AsMemory(0, at), 0);
        var last = first.Append(octets.AsMemory(at, 0)).Append(octets.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static void Hold(bool condition, string rule)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Broken: {rule}.");
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
