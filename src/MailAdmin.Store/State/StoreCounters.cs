namespace MailAdmin.Store.State;

/// <summary>Counters of the store at one commit. The first five never go back.</summary>
internal record struct StoreCounters(long Sequence, long NextMailbox, long NextFolder, long UidValidity, long Mailboxes, long Messages);
