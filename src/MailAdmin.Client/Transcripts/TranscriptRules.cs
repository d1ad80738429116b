using System.Collections.Frozen;

namespace MailAdmin.Client.Transcripts;

/// <summary>How much of a client's command may be shown.</summary>
internal enum Shown
{
    /// <summary>All of it.</summary>
    All,
    /// <summary>Verb and first argument: the mechanism of AUTH. What follows, until the server decides, is hidden.</summary>
    Mechanism,
    /// <summary>The verb alone.</summary>
    Verb,
}

/// <summary>
/// The commands that a transcript may show. What is not in the table is hidden, so that a secret cannot slip through a gap:
/// a verb must be known to be harmless before it appears.
/// </summary>
internal static class TranscriptRules
{
    private static readonly FrozenDictionary<string, Shown> Smtp = Table(
        all: ["EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "STARTTLS", "VRFY", "EXPN", "HELP"],
        mechanism: ["AUTH"],
        verb: []);

    private static readonly FrozenDictionary<string, Shown> Imap = Table(
        all:
        [
            "CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "ID", "ENABLE", "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE",
            "UNSUBSCRIBE", "LIST", "LSUB", "XLIST", "NAMESPACE", "STATUS", "APPEND", "IDLE", "DONE", "CHECK", "CLOSE", "UNSELECT", "EXPUNGE",
            "SEARCH", "SORT", "THREAD", "FETCH", "STORE", "COPY", "MOVE", "UID", "COMPRESS", "GETQUOTA", "GETQUOTAROOT", "NOTIFY",
        ],
        mechanism: ["AUTHENTICATE"],
        verb: ["LOGIN"]);

    private static readonly FrozenDictionary<string, Shown> Pop3 = Table(
        all: ["CAPA", "STLS", "USER", "STAT", "LIST", "UIDL", "TOP", "RETR", "DELE", "RSET", "NOOP", "LAST", "LANG", "UTF8", "QUIT"],
        mechanism: ["AUTH"],
        verb: ["PASS", "APOP"]);

    /// <summary>The table of a protocol.</summary>
    public static FrozenDictionary<string, Shown> For(MailProtocol protocol) => protocol switch
    {
        MailProtocol.Imap => Imap,
        MailProtocol.Pop3 => Pop3,
        _ => Smtp,
    };

    private static FrozenDictionary<string, Shown> Table(string[] all, string[] mechanism, string[] verb) =>
        all.Select(v => KeyValuePair.Create(v, Shown.All))
            .Concat(mechanism.Select(v => KeyValuePair.Create(v, Shown.Mechanism)))
            .Concat(verb.Select(v => KeyValuePair.Create(v, Shown.Verb)))
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
