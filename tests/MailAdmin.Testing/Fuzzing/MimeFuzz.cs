using System.Text;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Testing.Fuzzing;

/// <summary>Spoiled MIME: what holds of every summary, whatever the message. Shared by the short test and by the long run of the benchmarks program.</summary>
public static class MimeFuzz
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\r\n\r\n", "\n", "\r", "--b", "--b--", "--c", "--", ": ", ";", "\"", "(", ")", "<", ">", "@", ",", "=?utf-8?q?=C3=BC?=", "\\", "\0", "\u00fc", " ", "\t",
        "Content-Type: multipart/mixed; boundary=b\r\n", "Content-Type: multipart/digest; boundary=\"c\"\r\n", "Content-Type: message/rfc822\r\n", "Content-Type: text/html; charset=utf-7\r\n",
        "Content-Transfer-Encoding: base64\r\n", "Content-Disposition: attachment; filename*0*=utf-8''%f; filename*1=\"x", "From: ", "To: g:a@b;", "Subject: ", "Date: Mon, 1 Jan 2026 00:00:00 +9999\r\n",
        "Content-Language: a, b\r\n", "References: <a@b> <c", "=", "%", "*0", "text",
    ];

    /// <summary>A message made of pieces that matter to a reader.</summary>
    public static byte[] Next(Random random)
    {
        var text = new StringBuilder();
        var count = random.Next(60);
        for (var i = 0; i < count; i++)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Checks so many messages; throws with the message at the first that breaks a rule.</summary>
    public static void Run(long inputs, int seed, Action<long>? progress = null)
    {
        var random = new Random(seed);
        for (long i = 0; i < inputs; i++)
        {
            var message = Next(random);
            try
            {
                Check(message);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"mime, seed {seed}, input {i}: {Convert.ToBase64String(message)}", e);
            }

            progress?.Invoke(i);
        }
    }

    /// <summary>Throws where a summary breaks a rule.</summary>
    public static void Check(byte[] message)
    {
        var summary = MessageSummary.Compute(new Octets(message, int.MaxValue));
        var chunked = MessageSummary.Compute(new Octets(message, 3));
        Hold(summary.Encode().Span.SequenceEqual(chunked.Encode().Span), "the same however it is read");
        CheckPart(summary.Root, 0, message.Length);
        CheckList(summary.Envelope);
        CheckList(summary.BodyStructure);
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        summary.WriteBody(body);
        CheckList(body.WrittenSpan);
        _ = (summary.Subject, summary.From, summary.To, summary.MessageId, summary.References, summary.Date, summary.Preview);
        _ = BaseSubject.Extract(summary.Subject ?? "", out _);
        Hold(summary.Root.Walk().Count() == MessageSummary.Decode(summary.Encode()).Root.Walk().Count(), "kept parts are all parts");
    }

    private static void Hold(bool condition, string rule)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Broken: {rule}.");
        }
    }

    private static void CheckPart(MimePart part, long from, long to)
    {
        Hold(part.HeaderOffset >= from && part.HeaderOffset <= to, "a part lies within its parent");
        Hold(part.BodyOffset >= from && part.BodyOffset <= to, "a part lies within its parent");
        Hold(part.BodyOffset + part.BodyLength >= from && part.BodyOffset + part.BodyLength <= to, "a part lies within its parent");
        Hold((part.Kind is MimePartKind.Multipart or MimePartKind.Message) ==  part.Children.Count > 0, "multiparts have parts and others none");
        var at = part.BodyOffset;
        foreach (var child in part.Children)
        {
            CheckPart(child, at, part.BodyOffset + part.BodyLength);
            at = child.BodyOffset + child.BodyLength;
        }
    }

    /// <summary>Reads one parenthesized list with a reader of its own.</summary>
    private static void CheckList(ReadOnlySpan<byte> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'(': depth++; break;
                case (byte)')': Hold(--depth > 0 || i == text.Length - 1, "one list"); break;
                case (byte)'"':
                    for (i++; text[i] != '"'; i++)
                    {
                        Hold(text[i] is > 0 and < 128 and not (byte)'\r' and not (byte)'\n', "quoted text is ASCII on one line");
                        i += text[i] == '\\' ? 1 : 0;
                    }

                    break;
                case (byte)'{':
                    var close = text[i..].IndexOf((byte)'}');
                    i += close + 2 + int.Parse(text[(i + 1)..(i + close)], System.Globalization.CultureInfo.InvariantCulture);
                    break;
            }
        }

        Hold(depth == 0, "parentheses match");
    }

    private sealed class Octets(byte[] octets, int step) : MessageContent
    {
        public override long Length => octets.Length;

        public override int Read(long offset, Span<byte> destination)
        {
            var count = (int)Math.Min(Math.Min(destination.Length, step), Math.Max(0, octets.Length - offset));
            octets.AsSpan((int)Math.Min(offset, octets.Length), count).CopyTo(destination);
            return count;
        }
    }
}
