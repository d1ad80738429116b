using MailAdmin.Server.Imap.Fetch;

namespace MailAdmin.Server.Imap;

/// <summary>What is offered of contents and searches.</summary>
internal static class ImapContentTable
{
    /// <summary>Advertised after login.</summary>
    public static IReadOnlyList<string> Capabilities => ["BINARY", "PREVIEW", "SAVEDATE"];

    /// <summary>The verbs.</summary>
    public static IReadOnlyList<ImapCommand> Commands => [new FetchCommand(uid: false), new FetchCommand(uid: true)];
}
