using System.Runtime.CompilerServices;
using System.Text;
using MailAdmin.Server.Connections;
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

    /// <summary>Lists made so far: sessions come by thousands, what they are told hardly differs. Dropped when capabilities are switched on or off.</summary>
    private static readonly ConditionalWeakTable<ServerLimits, Lists> Made = [];

    private sealed record Lists(IReadOnlySet<string> Disabled, string?[] Texts);

    /// <summary><c>CAPABILITY …</c> for a session as it stands.</summary>
    public static string For(ImapSession session)
    {
        var connection = session.Connection;
        var disabled = session.Context.DisabledCapabilities;
        var state = (session.Mailbox is null ? 0 : 1) | (session.IsCompressed ? 2 : 0) | (connection.CanUpgradeToTls ? 4 : 0)
            | (connection.IsSecure ? 8 : 0) | (SaslExchange.AllowsPassword(session.Context, connection) ? 16 : 0);
        if (!Made.TryGetValue(connection.Limits, out var lists) || !ReferenceEquals(lists.Disabled, disabled))
        {
            lists = new Lists(disabled, new string?[32]);
            Made.AddOrUpdate(connection.Limits, lists);
        }

        return lists.Texts[state] ??= Make(session);
    }

    private static string Make(ImapSession session)
    {
        var text = new StringBuilder("CAPABILITY", 640);
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

        return text.ToString();

        void Add(string name)
        {
            if (context.Offers(name))
            {
                text.Append(' ').Append(name);
            }
        }
    }
}
