using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Pop3;

/// <summary>What CAPA lists; it differs before and after login and TLS. RFC 2449 §5, §6.</summary>
internal static class Capabilities
{
    public const string Stls = "STLS", Utf8 = "UTF8";

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "USER", "SASL", Stls, Utf8, "LANG", "LOGIN-DELAY", "EXPIRE", "IMPLEMENTATION"];

    public static List<string> For(Pop3Session session)
    {
        var context = session.Context;
        var lines = new List<string>(16);
        Add("TOP", "TOP");
        Add("UIDL", "UIDL");
        Add("RESP-CODES", "RESP-CODES");
        Add("AUTH-RESP-CODE", "AUTH-RESP-CODE");
        Add("PIPELINING", "PIPELINING");
        if (session.State == Pop3State.Authorization)
        {
            if (SaslExchange.AllowsPassword(context, session.Connection))
            {
                Add("USER", "USER");
            }

            if (SaslExchange.Offered(context, session.Connection) is { Count: > 0 } mechanisms)
            {
                Add("SASL", $"SASL {string.Join(' ', mechanisms)}");
            }

            if (session.Connection.CanUpgradeToTls)
            {
                Add(Stls, Stls);
            }
        }

        // RFC 6856 §2: USER says that names may be UTF-8.
        Add(Utf8, "UTF8 USER");
        Add("LANG", "LANG");
        // RFC 2449 §6.5, §6.7: a client may come again at once, and mail stays until it is deleted.
        Add("LOGIN-DELAY", "LOGIN-DELAY 0");
        Add("EXPIRE", "EXPIRE NEVER");
        Add("IMPLEMENTATION", "IMPLEMENTATION MailAdmin");
        return lines;

        void Add(string capability, string line)
        {
            if (context.Offers(capability))
            {
                lines.Add(line);
            }
        }
    }
}
