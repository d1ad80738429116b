using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap;

/// <summary>States of a session. RFC 9051 §3.</summary>
[Flags]
internal enum ImapStates
{
    None = 0, NotAuthenticated = 1, Authenticated = 2, Selected = 4,
    LoggedIn = Authenticated | Selected,
    Any = NotAuthenticated | LoggedIn,
}

/// <summary>What may be told of other sessions' changes before the tagged reply.</summary>
internal enum ImapSync
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Only while no message went: FETCH, STORE, SEARCH and their like by sequence number. RFC 9051 §7.5.1.</summary>
    WithoutExpunge,
    /// <summary>Everything.</summary>
    Full,
}

/// <summary>One verb: parse, check state, act, reply. Stateless; one object serves all sessions.</summary>
/// <param name="name">In capitals; <c>UID FETCH</c> is a verb of its own.</param>
/// <param name="states">States it is allowed in.</param>
/// <param name="sync">What is told before its tagged reply.</param>
/// <param name="capability">Unknown where this capability is switched off; null for the base protocol.</param>
internal abstract class ImapCommand(string name, ImapStates states, ImapSync sync = ImapSync.None, string? capability = null)
{
    public string Name { get; } = name;
    public ImapStates States { get; } = states;
    public ImapSync Sync { get; } = sync;
    public string? Capability { get; } = capability;
    /// <summary>A UID command: every FETCH response that comes with it names the UID. RFC 9051 §6.4.9.</summary>
    public bool IsByUid { get; } = name.StartsWith("UID ", StringComparison.Ordinal);
    /// <summary>Its arguments never enter the transcript.</summary>
    public virtual bool HasSecret => false;

    /// <summary>
    /// Carries it out. <paramref name="args"/> stands on the octet behind the verb (a space, or the end) and is valid until the first read from
    /// the connection. Untagged responses go to <see cref="ImapSession.Output"/>; the result becomes the tagged reply.
    /// </summary>
    /// <exception cref="Errors.MailAdminException">Becomes NO with the code that fits.</exception>
    public abstract ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args);
}

/// <summary>Status of a tagged reply.</summary>
internal enum ImapStatus
{
    Ok, No, Bad,
    /// <summary>The command has answered itself.</summary>
    Answered,
}

/// <summary>A tagged reply. Three kinds of failure: the user's is NO, the syntax's is BAD, ours is NO with a code and no cause.</summary>
/// <param name="Status">OK, NO or BAD.</param>
/// <param name="Text">Text for people; for OK null means <c>NAME completed</c>.</param>
/// <param name="Code">Response code without its brackets.</param>
internal readonly record struct ImapResult(ImapStatus Status, string? Text = null, string? Code = null)
{
    public static readonly ImapResult Done = new(ImapStatus.Ok);
    public static readonly ImapResult Answered = new(ImapStatus.Answered);
    public static ImapResult Ok(string? code, string? text = null) => new(ImapStatus.Ok, text, code);
    public static ImapResult No(string text, string? code = null) => new(ImapStatus.No, text, code);
    public static ImapResult Bad(string? text, string? code = null) => new(ImapStatus.Bad, text, code);
}
