using System.Net.Mail;
using System.Text;
using MailAdmin.Client.Sending;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MimeKit;

namespace MailAdmin.Client.Tests.Sending;

public class MessageBuilderTests
{
    private static readonly MailSendRequest Plain = new() { Server = "localhost", From = "alice@example.com", To = ["bob@example.com"], Subject = "Hello", Body = "Hello" };

    private static (MimeMessage Message, List<MimeKit.MailboxAddress> Recipients) Build(MailSendRequest request)
    {
        var (message, _, recipients) = MessageBuilder.Build(request, TimeProvider.System);
        using var wire = new MemoryStream();
        using (message)
        {
            message.WriteTo(new FormatOptions { HiddenHeaders = { HeaderId.Bcc } }, wire);
        }

        wire.Position = 0;
        return (MimeMessage.Load(wire), recipients);
    }

    public static TheoryData<string, MailSendRequest> Injections() => new()
    {
        { "Subject", Plain with { Subject = "x\r\nBcc: eve@example.com" } },
        { "Subject, bare LF", Plain with { Subject = "x\nBcc: eve@example.com" } },
        { "From", Plain with { From = "Alice\r\nX: y <alice@example.com>" } },
        { "To", Plain with { To = ["bob@example.com>\r\nRCPT TO:<eve@example.com"] } },
        { "Cc", Plain with { Cc = ["bob@example.com\r\n"] } },
        { "ReplyTo", Plain with { ReplyTo = ["a@example.com\nX: y"] } },
        { "InReplyTo", Plain with { InReplyTo = "<1@x>\r\nX: y" } },
        { "Header value", Plain with { Headers = new Dictionary<string, string> { ["X-A"] = "1\r\nX-B: 2" } } },
        { "Header name", Plain with { Headers = new Dictionary<string, string> { ["X-A: 1\r\nX-B"] = "2" } } },
        { "NUL", Plain with { Subject = "x\0y" } },
    };

    [Theory]
    [MemberData(nameof(Injections), DisableDiscoveryEnumeration = true)]
    public void A_line_break_in_a_parameter_is_refused(string what, MailSendRequest request)
    {
        var error = Assert.Throws<MailAdminException>(() => Build(request));
        Assert.True(error.ErrorId is "HeaderInjection", $"{what}: {error.ErrorId}");
    }

    [Theory]
    [InlineData("Bcc")]
    [InlineData("content-type")]
    [InlineData("Subject")]
    public void Fields_of_other_parameters_are_not_set_by_Headers(string name) =>
        Assert.Equal("HeaderReserved", Assert.Throws<MailAdminException>(() => Build(Plain with { Headers = new Dictionary<string, string> { [name] = "x" } })).ErrorId);

    [Theory]
    [InlineData("nobody")]
    [InlineData("a@b@c")]
    [InlineData("")]
    [InlineData("alice@exa mple.com")]
    public void A_text_that_is_no_address_is_named(string text)
    {
        var error = Assert.Throws<MailAdminException>(() => Build(Plain with { Cc = [text] }));
        Assert.Equal(("InvalidAddress", (object)text), (error.ErrorId, error.Target));
    }

    [Fact]
    public void Bcc_is_in_the_envelope_and_not_in_the_message()
    {
        var (message, recipients) = Build(Plain with { Bcc = ["eve@example.com"] });

        Assert.Equal(["bob@example.com", "eve@example.com"], recipients.Select(r => r.Address));
        Assert.Empty(message.Bcc);
        Assert.DoesNotContain("eve", message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_named_twice_gets_it_once() =>
        Assert.Single(Build(Plain with { Cc = ["BOB@example.com"] }).Recipients);

    [Fact]
    public void Text_beyond_ASCII_arrives_in_the_character_set_asked_for()
    {
        var (message, _) = Build(Plain with { From = "Zoë <alice@example.com>", Subject = "Grüße ✉", Body = "Füße", Encoding = Encoding.Latin1 });

        Assert.Equal("Grüße ✉", message.Subject);
        Assert.Equal("Zoë", message.From.Mailboxes.Single().Name);
        Assert.Equal("iso-8859-1", ((TextPart)message.Body!).ContentType.Charset, ignoreCase: true);
        Assert.Equal("Füße", message.TextBody!.TrimEnd());
    }

    [Fact]
    public void Attachments_keep_name_type_and_octets()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(directory.FullName, "Übersicht 1.pdf");
            var octets = Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray();
            File.WriteAllBytes(file, octets);

            var (message, _) = Build(Plain with { Body = "<p>x</p>", BodyAsHtml = true, Attachments = [file] });

            var part = Assert.IsType<MimePart>(Assert.Single(message.Attachments));
            using var decoded = new MemoryStream();
            part.Content!.DecodeTo(decoded, TestContext.Current.CancellationToken);
            Assert.Equal(("Übersicht 1.pdf", "application/pdf"), (part.FileName, part.ContentType.MimeType));
            Assert.Equal(octets, decoded.ToArray());
            Assert.Equal("<p>x</p>", message.HtmlBody!.TrimEnd());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_missing_attachment_is_an_error_before_anything_is_sent()
    {
        var error = Assert.Throws<MailAdminException>(() => Build(Plain with { Attachments = ["/no/such/file.txt"] }));
        Assert.Equal(("AttachmentNotReadable", MailErrorCategory.ObjectNotFound), (error.ErrorId, error.Category));
    }

    [Fact]
    public void Priority_ReplyTo_InReplyTo_and_own_fields_are_set()
    {
        var (message, _) = Build(Plain with
        {
            Priority = MailPriority.High,
            ReplyTo = ["desk@example.com"],
            InReplyTo = "<1@example.com>",
            Headers = new Dictionary<string, string> { ["X-Ticket"] = "42" },
        });

        Assert.Equal((XMessagePriority.Highest, MessageImportance.High), (message.XPriority, message.Importance));
        Assert.Equal("desk@example.com", message.ReplyTo.Mailboxes.Single().Address);
        Assert.Equal("1@example.com", message.InReplyTo);
        Assert.Equal("42", message.Headers["X-Ticket"]);
    }

    [Fact]
    public void A_raw_message_keeps_its_fields_and_its_own_envelope()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "From: a@example.com\r\nTo: b@example.com, c@example.com\r\nX-Odd:  two  spaces\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n");

            var (message, recipients) = Build(new MailSendRequest { Server = "localhost", RawPath = file });

            Assert.Equal(["b@example.com", "c@example.com"], recipients.Select(r => r.Address));
            Assert.Equal("two  spaces", message.Headers["X-Odd"]);
            Assert.Equal("1@x", message.MessageId);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void No_author_and_no_recipient_are_errors_of_their_own()
    {
        Assert.Equal("SenderMissing", Assert.Throws<MailAdminException>(() => Build(Plain with { From = null })).ErrorId);
        Assert.Equal("RecipientMissing", Assert.Throws<MailAdminException>(() => Build(Plain with { To = [] })).ErrorId);
    }
}
