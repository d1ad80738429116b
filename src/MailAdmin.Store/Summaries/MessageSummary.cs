namespace MailAdmin.Store.Summaries;

/// <summary>
/// What is computed once per content and kept in the index, so that listing, sorting and searching need not open it. The index keeps it as one
/// versioned blob; another version of the layout is recomputed on demand.
/// </summary>
/// <remarks>
/// ENVELOPE and BODYSTRUCTURE are kept in the form RFC 9051 §7.5.2 gives them, as the peers' caches do: a fetch of them copies octets.
/// Fields are kept decoded for search, sort and the cmdlets; the part table holds offsets, so that a section is one read.
/// </remarks>
public sealed partial class MessageSummary
{
}
