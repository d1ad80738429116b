using System.Text;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>
/// Messages of a plausible mix, the same for the same number: seven in ten plain text of 2 to 6 KiB, the others with an alternative,
/// an attachment of 10 to 40 KiB or an embedded message.
/// </summary>
internal static class SampleMessage
{
    private static readonly string[] Words =
        "mail server folder message delivery queue client relay envelope header subject sender quota index segment record flag state commit writer reader session socket limit reply command line letter morning evening paper ink stamp office window table garden river winter summer government market history teacher number question answer little large early late".Split(' ');

    public static byte[] Make(int number)
    {
        var random = new Random(number);
        var kind = number % 20;
        var sender = random.Next(500);
        var date = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000 + number * 600L);
        var text = new StringBuilder(8192);
        text.Append($"Received: from mx{sender % 9}.example.com (mx{sender % 9}.example.com [192.0.2.{sender % 250 + 1}])\r\n\tby mail.example.org with ESMTPS id {number:x8};\r\n\t{date:R}\r\n")
            .Append($"Date: {date:ddd, dd MMM yyyy HH:mm:ss} +0000\r\nFrom: \"Sender {sender}\" <sender{sender}@example.com>\r\n")
            .Append($"To: User <user{number % 50}@example.org>, Other <other{number % 7}@example.org>\r\n")
            .Append($"Subject: {(random.Next(10) < 4 ? "Re: " : "")}{Sentence(random, 6)}\r\nMessage-ID: <m{number}.{random.Next()}@example.com>\r\n")
            .Append("MIME-Version: 1.0\r\n");
        switch (kind)
        {
            case < 14:
                text.Append("Content-Type: text/plain; charset=us-ascii\r\n\r\n");
                Paragraphs(text, random, random.Next(1500, 5500));
                break;
            case < 17:
                text.Append($"Content-Type: multipart/alternative; boundary=\"b{number}\"\r\n\r\n--b{number}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
                Paragraphs(text, random, random.Next(1000, 3000));
                text.Append($"--b{number}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>");
                Paragraphs(text, random, random.Next(1000, 3000));
                text.Append($"</p></body></html>\r\n--b{number}--\r\n");
                break;
            case < 19:
                var octets = new byte[random.Next(10_000, 40_000)];
                random.NextBytes(octets);
                text.Append($"Content-Type: multipart/mixed; boundary=\"b{number}\"\r\n\r\n--b{number}\r\nContent-Type: text/plain\r\n\r\n");
                Paragraphs(text, random, random.Next(800, 2500));
                text.Append($"--b{number}\r\nContent-Type: application/octet-stream; name=\"f{number}.bin\"\r\nContent-Disposition: attachment; filename=\"f{number}.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                    .Append(Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\r\n")).Append($"\r\n--b{number}--\r\n");
                break;
            default:
                text.Append($"Content-Type: multipart/mixed; boundary=\"b{number}\"\r\n\r\n--b{number}\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@example.com\r\nSubject: {Sentence(random, 4)}\r\n\r\n");
                Paragraphs(text, random, 2000);
                text.Append($"--b{number}--\r\n");
                break;
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static string Sentence(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));

    private static void Paragraphs(StringBuilder text, Random random, int octets)
    {
        for (var end = text.Length + octets; text.Length < end;)
        {
            text.Append(Sentence(random, 9)).Append("\r\n");
        }
    }
}
