using System.Text.RegularExpressions;
using MailAdmin.Errors;
using MimeKit;

namespace MailAdmin.Client.Messages;

/// <summary>Reads a stored message into what a script looks at: text, HTML, links, attachments, headers.</summary>
public static partial class MessageParser
{
    /// <summary>
    /// Most octets of an attachment that come along decoded; of a larger one only name and size are told, for it is to be saved as a stream. The
    /// limit of a message is 50 MB where nobody says otherwise, and a folder of them must not become the memory of a shell.
    /// </summary>
    public const long MostAttachmentOctets = 16 * 1024 * 1024;

    /// <summary>Parses <paramref name="content"/>; parts that nobody looks at are left where they are.</summary>
    /// <param name="message">What the store knows of it.</param>
    /// <param name="content">The raw message; must be able to seek.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MailAdminException"><c>MessageNotReadable</c>: the content is no message at all.</exception>
    public static async Task<MailMessageContent> ParseAsync(MailboxMessage message, Stream content, CancellationToken cancellationToken)
    {
        using var parsed = await LoadAsync(message, content, cancellationToken);
        var html = parsed.HtmlBody;

        // A plain part that stands beside an HTML one is text as well, whatever multipart they are in.
        var plain = parsed.BodyParts.OfType<TextPart>().Where(p => p.IsPlain && !p.IsAttachment).Select(p => p.Text).ToList();
        var text = parsed.TextBody ?? (plain.Count > 0 ? string.Join("\n", plain) : null);
        return new MailMessageContent
        {
            Message = message,
            Subject = parsed.Subject,
            From = parsed.From.Count == 0 ? null : parsed.From.ToString(FormatOptions.Default, encode: false),
            To = Addresses(parsed.To),
            Cc = Addresses(parsed.Cc),
            Text = text,
            Html = html,
            Links = [.. LinksOf(text, html).Distinct(StringComparer.Ordinal)],
            Attachments = [.. parsed.Attachments.Select(a => new MessageAttachment(a).Read(MostAttachmentOctets))],
            Headers = [.. parsed.Headers.Select(h => KeyValuePair.Create(h.Field, h.Value))],
        };
    }

    private static async Task<MimeMessage> LoadAsync(MailboxMessage message, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            return await MimeMessage.LoadAsync(content, persistent: true, cancellationToken);
        }
        catch (FormatException e)
        {
            throw new MailAdminException("MessageNotReadable", MailErrorCategory.InvalidData, $"{message} is no Internet message: {e.Message}", message.Uid,
                "Export-MailboxMessage writes its octets to a file as they are; Remove-MailboxMessage removes it.", e);
        }
    }

    private static List<string> Addresses(InternetAddressList list) => [.. list.Mailboxes.Select(a => a.Address)];

    private static IEnumerable<string> LinksOf(string? text, string? html)
    {
        foreach (Match match in Href().Matches(html ?? ""))
        {
            yield return System.Net.WebUtility.HtmlDecode(match.Groups["url"].Value);
        }

        foreach (Match match in PlainUrl().Matches(text ?? ""))
        {
            // A sentence's own punctuation is not part of the address.
            yield return match.Value.TrimEnd('.', ',', ';', ':', '!', '?', ')', ']', '\'', '"');
        }
    }

    [GeneratedRegex("""\b(?:href|src)\s*=\s*(?:"(?<url>(?:https?|mailto):[^"]*)"|'(?<url>(?:https?|mailto):[^']*)')""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Href();

    [GeneratedRegex("""https?://[^\s<>"]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainUrl();
}
