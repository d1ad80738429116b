using System.Text;
using MailAdmin.Client.Messages;

namespace MailAdmin.Client.Tests.Messages;

public sealed class MessageAttachmentsTests
{
    private static readonly MailboxMessage Stored = new() { Mailbox = "a@example.com", Folder = "INBOX", Uid = 1, Flags = [] };

    private static MemoryStream Message(params (string Name, string Body)[] parts)
    {
        var text = new StringBuilder("Subject: parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nText\r\n");
        foreach (var (name, body) in parts)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"--x\r\nContent-Type: text/csv; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{body}\r\n");
        }

        return new MemoryStream(Encoding.ASCII.GetBytes(text.Append("--x--\r\n").ToString()));
    }

    [Fact]
    public async Task They_are_decoded_in_any_order_as_often_as_wanted()
    {
        using var message = Message(("one.csv", "1,2"), ("two.csv", "3,4"));
        using var attachments = await MessageAttachments.OpenAsync(message, CancellationToken.None);

        Assert.Equal(["one.csv", "two.csv"], attachments.Items.Select(a => a.FileName));
        foreach (var (index, expected) in new[] { (1, "3,4"), (0, "1,2"), (1, "3,4") })
        {
            using var written = new MemoryStream();
            await attachments.Items[index].WriteToAsync(written, CancellationToken.None);
            Assert.Equal(expected, Encoding.ASCII.GetString(written.ToArray()).TrimEnd());
        }
    }

    [Fact]
    public async Task A_message_inside_a_message_is_an_attachment_with_its_octets()
    {
        using var message = new MemoryStream(Encoding.ASCII.GetBytes(
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=inner.eml\r\n\r\nSubject: inner\r\n\r\nHello\r\n--x--\r\n"));
        using var attachments = await MessageAttachments.OpenAsync(message, CancellationToken.None);

        using var written = new MemoryStream();
        await Assert.Single(attachments.Items).WriteToAsync(written, CancellationToken.None);

        Assert.StartsWith("Subject: inner", Encoding.ASCII.GetString(written.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_too_large_to_carry_along_tells_name_and_size_only()
    {
        var body = string.Concat(Enumerable.Repeat(new string('x', 74) + "\r\n", (int)(MessageParser.MostAttachmentOctets / 76) + 10));
        using var message = Message(("small.csv", "1,2"), ("large.csv", body));

        var content = await MessageParser.ParseAsync(Stored, message, CancellationToken.None);

        var (small, large) = (content.Attachments[0], content.Attachments[1]);
        Assert.False(small.IsOmitted);
        Assert.Equal("1,2", Encoding.ASCII.GetString(small.Content.Span).TrimEnd());
        Assert.True(large.IsOmitted);
        Assert.True(large.Content.IsEmpty);
        Assert.InRange(large.SizeBytes, body.Length - 2, body.Length);
    }
}
