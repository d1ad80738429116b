namespace MailAdmin.Testing.ImapViews;

/// <summary>What a command allows the server to say, and what must have been said when it ends.</summary>
public sealed class ViewCommand(string text)
{
    /// <summary>Without its tag.</summary>
    public string Text { get; } = text;
    public string Tag { get; set; } = "";
    /// <summary>EXPUNGE and VANISHED may be told: not for FETCH, STORE and SEARCH by sequence number. RFC 9051 §7.5.1.</summary>
    public bool MayExpunge { get; init; } = true;
    /// <summary>Messages named, as the session saw them when it was sent.</summary>
    public IReadOnlyList<ViewedMessage> Targets { get; init; } = [];
    /// <summary>Items that must be told of each target that is still there at the end.</summary>
    public IReadOnlyList<string> Wanted { get; init; } = [];
    /// <summary>FETCH: an answer need not carry UID and MODSEQ where they were not asked for.</summary>
    public bool IsFetch { get; init; }
    /// <summary>By UID: every FETCH response carries one. RFC 9051 §6.4.9.</summary>
    public bool ByUid { get; init; }
    /// <summary>STORE: mode, flags, silent.</summary>
    public (char Mode, string[] Flags, bool IsSilent)? Store { get; init; }
    /// <summary>NO is a possible outcome: somebody else may have been faster.</summary>
    public bool MayFail { get; init; }
    /// <summary>Looks at the tagged OK.</summary>
    public Action<string>? Finish { get; init; }
    /// <summary>Looks at untagged responses that the view does not know.</summary>
    public Action<IReadOnlyList<ImapNode>>? Hear { get; init; }
    /// <summary>What was told of each message while it ran.</summary>
    public Dictionary<ViewedMessage, HashSet<string>> Told { get; } = [];
}
