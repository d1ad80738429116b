using System.Text;

namespace MailAdmin.Console.Demo;

/// <summary>One message that the demonstration sends and expects back unchanged.</summary>
internal sealed record DemoMail(string Name, string From, string To, string Subject, string Body, bool Html, string? AttachmentPath)
{
    /// <summary>The name the author appears by.</summary>
    public string FromName => From[..From.IndexOf('<', StringComparison.Ordinal)].Trim(' ', '"');

    /// <summary>The name the recipient appears by.</summary>
    public string ToName => To[..To.IndexOf('<', StringComparison.Ordinal)].Trim(' ', '"');

    /// <summary>The messages; the attachment is written to the directory given.</summary>
    public static IReadOnlyList<DemoMail> Prepare(string directory, string alice, string bob)
    {
        var attachment = Path.Combine(directory, "Entwurf für März.png");
        File.WriteAllBytes(attachment, Picture());
        return
        [
            new("plain text", $"Alice Example <{alice}>", $"Bob Example <{bob}>", "Lunch on Friday?",
                "Hello Bob,\r\n\r\nare you free on Friday at noon?\r\n.\r\nThe line above is a single dot, which SMTP has to escape.\r\n\r\nAlice\r\n", false, null),
            new("HTML + attachment", $"Alice Example <{alice}>", $"Bob Example <{bob}>", "The new logo",
                "<html><body><h1>The new logo</h1><p>It is <b>attached</b>. Preis: 20&nbsp;€</p></body></html>\r\n", true, attachment),
            new("beyond ASCII", $"\"Zoë Köhler\" <{alice}>", $"\"山田 太郎\" <{bob}>", "Grüße aus Köln – お元気ですか ✉",
                "Liebe Freunde,\r\n\r\ndas Wetter hier: ☀. 天気がいいですね。 Привет!\r\n\r\nZoë\r\n", false, null),
        ];
    }

    // Every octet value, over some 1,600 lines of base64 and more than one network packet.
    private static byte[] Picture() =>
        [0x89, .. Encoding.ASCII.GetBytes("PNG\r\n\x1a\n"), .. Enumerable.Range(0, 90_000).Select(i => (byte)((i * 31) ^ (i >> 8)))];
}
