using MailAdmin.Server.Imap.Fetch;
using MailAdmin.Server.Imap.Search;

namespace MailAdmin.Server.Imap;

/// <summary>What is offered of contents and searches.</summary>
internal static class ImapContentTable
{
    /// <summary>Advertised after login.</summary>
    public static IReadOnlyList<string> Capabilities => 
    [
        "BINARY", "PREVIEW", "SAVEDATE", "ESEARCH", "SEARCHRES", "WITHIN", "SORT", "SORT=DISPLAY", "ESORT", "THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES",
    ];

    /// <summary>The verbs.</summary>
    public static IReadOnlyList<ImapCommand> Commands =>
    [
        new FetchCommand(uid: false), new FetchCommand(uid: true), new SearchCommand(uid: false), new SearchCommand(uid: true),
        new SortCommand(uid: false), new SortCommand(uid: true), new ThreadCommand(uid: false), new ThreadCommand(uid: true),
    ];
}
