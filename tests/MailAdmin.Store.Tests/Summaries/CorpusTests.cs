using MailAdmin.Store.Summaries;
using MimeKit;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Every message of tests/corpus/messages, held against MimeKit's reading of it.</summary>
public sealed class CorpusTests
{
    /// <summary>Where MimeKit reads a malformed message otherwise, on purpose; the reason stands beside it.</summary>
    private static readonly HashSet<string> ReadOtherwise =
    [
        // Lines that are no fields end a header for MimeKit; here, as in most IMAP servers, only the empty line does.
        "junk-lines.eml",
        // A multipart without boundary has its text as its one part, for IMAP knows none without parts.
        "no-boundary.eml",
    ];

    private static string Folder
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!Directory.Exists(Path.Combine(directory!.FullName, "tests", "corpus", "messages")))
            {
                directory = directory.Parent;
            }

            return Path.Combine(directory.FullName, "tests", "corpus", "messages");
        }
    }

    public static IEnumerable<TheoryDataRow<string>> Names => Directory.GetFiles(Folder, "*.eml").Select(f => new TheoryDataRow<string>(Path.GetFileName(f)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Parts_are_those_that_another_reader_finds(string name)
    {
        var octets = File.ReadAllBytes(Path.Combine(Folder, name));
        var summary = MessageSummary.Compute(new MemoryContent(octets));
        foreach (var step in (ReadOnlySpan<int>)[1, 5, 64])
        {
            Assert.True(summary.Encode().Span.SequenceEqual(MessageSummary.Compute(new MemoryContent(octets, step)).Encode().Span));
        }

        if (ReadOtherwise.Contains(name))
        {
            return;
        }

        var theirs = MimeMessage.Load(new MemoryStream(octets));
        Assert.Equal(Flatten(theirs.Body).ToList(), Flatten(summary.Root, octets).ToList());
        Assert.Equal(theirs.Subject ?? "", summary.Subject ?? "");
        Assert.Equal(theirs.MessageId ?? "", (summary.MessageId ?? "<>")[1..^1]);
        Assert.Equal(theirs.References.ToList(), summary.References.Select(r => r[1..^1]).ToList());
    }

    private static IEnumerable<string> Flatten(MimeEntity? entity)
    {
        switch (entity)
        {
            case Multipart multipart:
                yield return multipart.ContentType.MimeType;
                foreach (var text in multipart.SelectMany(Flatten))
                {
                    yield return text;
                }

                break;
            case MessagePart message:
                yield return message.ContentType.MimeType;
                foreach (var text in Flatten(message.Message?.Body))
                {
                    yield return text;
                }

                break;
            case MimeKit.MimePart part:
                using (var raw = new MemoryStream())
                {
                    part.Content?.WriteTo(raw);
                    yield return $"{part.ContentType.MimeType} {part.FileName} {Convert.ToHexString(raw.ToArray())}";
                }

                break;
        }
    }

    private static IEnumerable<string> Flatten(Store.Summaries.MimePart part, byte[] octets)
    {
        yield return part.Children.Count > 0
            ? part.MediaType
            : $"{part.MediaType} {part.FileName} {Convert.ToHexString(octets.AsSpan((int)part.BodyOffset, (int)part.BodyLength))}";
        foreach (var text in part.Children.SelectMany(c => Flatten(c, octets)))
        {
            yield return text;
        }
    }
}
