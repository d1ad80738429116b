using System.Text;
using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>
/// ENABLE. RFC 5161, RFC 9051 §6.3.1. What is unknown or switched off is passed over; what was on already, by ENABLE or by use (CONDSTORE), is confirmed.
/// </summary>
internal sealed class EnableCommand() : ImapCommand("ENABLE", ImapStates.LoggedIn, ImapSync.None, "ENABLE")
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var enabled = new StringBuilder("ENABLED");
        List<string> names = [];
        do
        {
            args.Space().Atom(out string name);
            name = name.ToUpperInvariant();
            if (!names.Contains(name) && names.Count < MaxNames)
            {
                names.Add(name);
            }
        }
        while (!args.Failed && !args.AtEnd);
        if (args.Failed)
        {
            return new(ImapResult.Bad(args.Error));
        }

        foreach (var name in names)
        {
            if (Enable(session, name) is { } shown)
            {
                enabled.Append(' ').Append(shown);
            }
        }

        session.Untagged(enabled.ToString());
        return new(ImapResult.Done);
    }

    /// <summary>Different names of one command: more than there are extensions to enable.</summary>
    private const int MaxNames = 100;

    private static string? Enable(ImapSession session, string name)
    {
        switch (name)
        {
            case "CONDSTORE" when session.Context.Offers(name):
                session.EnableCondStore();
                return name;
            case "QRESYNC" when session.Context.Offers(name):
                // RFC 7162 §3.2.3: QRESYNC brings CONDSTORE.
                session.EnableCondStore();
                session.QResync = true;
                return name;
            case "IMAP4REV2" when session.Context.Offers("IMAP4rev2"):
                session.Rev2 = true;
                return "IMAP4rev2";
            case "UTF8=ACCEPT" when session.Context.Offers(name):
                session.Utf8Accept = true;
                return name;
            default:
                return null;
        }
    }
}
