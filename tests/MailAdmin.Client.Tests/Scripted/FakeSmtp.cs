using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailAdmin.Client.Tests.Scripted;

/// <summary>An SMTP server made of its weaknesses.</summary>
internal sealed class FakeSmtp
{
    public string Greeting { get; init; } = "220 fake ESMTP";
    public X509Certificate2? Certificate { get; init; }
    public bool ImplicitTls { get; init; }
    public string[] Extensions { get; init; } = ["8BITMIME", "SIZE 10000000"];
    public string? Mechanisms { get; init; }
    public string LoginReply { get; init; } = "235 2.7.0 welcome";
    public Func<string, string> Mail { get; init; } = _ => "250 2.1.0 sender ok";
    public Func<string, string> Recipient { get; init; } = _ => "250 2.1.5 recipient ok";
    public string ContentReply { get; init; } = "250 2.6.0 queued as 42";
    public string? Content { get; private set; }

    public ScriptedServer Start() => ScriptedServer.Start(ServeAsync);

    private async Task ServeAsync(ScriptedConnection connection)
    {
        if (ImplicitTls)
        {
            await connection.TlsAsync(Certificate!);
        }

        await connection.SendAsync(Greeting);
        while (await connection.ReadAsync() is { } line)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    var offers = new List<string> { "fake" };
                    offers.AddRange(Extensions);
                    if (Certificate is not null && !connection.IsSecure)
                    {
                        offers.Add("STARTTLS");
                    }

                    if (Mechanisms is not null)
                    {
                        offers.Add("AUTH " + Mechanisms);
                    }

                    await connection.SendAsync([.. offers.Select((o, i) => (i == offers.Count - 1 ? "250 " : "250-") + o)]);
                    break;
                case "STARTTLS":
                    await connection.SendAsync("220 go ahead");
                    await connection.TlsAsync(Certificate!);
                    break;
                case "AUTH":
                    if (line.Split(' ').Length == 2)
                    {
                        await connection.SendAsync("334 ");
                        await connection.ReadAsync();
                    }

                    await connection.SendAsync(LoginReply);
                    break;
                case "MAIL":
                    await connection.SendAsync(Mail(line));
                    break;
                case "RCPT":
                    await connection.SendAsync(Recipient(line));
                    break;
                case "DATA":
                    await connection.SendAsync("354 go ahead");
                    var content = new StringBuilder();
                    while (await connection.ReadAsync() is { } text && text != ".")
                    {
                        content.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                    }

                    Content = content.ToString();
                    await connection.SendAsync(ContentReply);
                    break;
                case "RSET":
                    await connection.SendAsync("250 2.0.0 ok");
                    break;
                case "QUIT":
                    await connection.SendAsync("221 2.0.0 bye");
                    return;
                default:
                    await connection.SendAsync("500 5.5.1 what?");
                    break;
            }
        }
    }
}
