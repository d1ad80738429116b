using System.Text;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Imap;

/// <summary>What is advertised: a table, so that a test can hold it against what is implemented.</summary>
internal static class ImapCapabilities
{
    /// <summary>Advertised in every state.</summary>
    private static readonly string[] Always = ["IMAP4rev2", "IMAP4rev1", "SASL-IR", "ENABLE", "ID", "LITERAL+"];

    /// <summary>Advertised after login, where they mean something.</summary>
    private static readonly string[] LoggedIn =
    [
        "IDLE", "NAMESPACE", "UIDPLUS", "UNSELECT", "CHILDREN", "MOVE", "SPECIAL-USE", "CREATE-SPECIAL-USE", "CONDSTORE", "QRESYNC",
        "LIST-EXTENDED", "LIST-STATUS", "STATUS=SIZE", "MULTIAPPEND", "OBJECTID", "UTF8=ACCEPT", "QUOTA", "QUOTA=RES-STORAGE",
        .. ImapContentTable.Capabilities,
    ];

    /// <summary>Every name of the tables.</summary>
    public static IEnumerable<string> All => [.. Always, "STARTTLS", "LOGINDISABLED", .. LoggedIn, "APPENDLIMIT", "COMPRESS=DEFLATE"];

    /// <summary>The list for a session as it stands.</summary>
    public static string For(ImapSession session)
    {
        var text = new StringBuilder(512);
        var context = session.Context;
        foreach (var name in Always)
        {
            // RFC 7888 §5: LITERAL- takes the place of LITERAL+, never beside it.
            Add(name == "LITERAL+" && !context.Offers(name) ? "LITERAL-" : name);
        }

        if (session.Mailbox is null)
        {
            if (session.Connection.CanUpgradeToTls)
            {
                Add("STARTTLS");
            }

            if (!SaslExchange.AllowsPassword(context, session.Connection))
            {
                text.Append(" LOGINDISABLED");
            }

            foreach (var mechanism in SaslExchange.Offered(context, session.Connection))
            {
                text.Append(" AUTH=").Append(mechanism);
            }
        }
        else
        {
            foreach (var name in LoggedIn)
            {
                Add(name);
            }

            if (context.Offers("APPENDLIMIT"))
            {
                text.Append(" APPENDLIMIT=").Append(session.Connection.Limits.MessageSize);
            }

            if (!session.IsCompressed)
            {
                Add("COMPRESS=DEFLATE");
            }
        }

        return text.ToString(1, text.Length - 1);

        void Add(string name)
        {
            if (context.Offers(name))
            {
                text.Append(' ').Append(name);
            }
        }
    }
}
