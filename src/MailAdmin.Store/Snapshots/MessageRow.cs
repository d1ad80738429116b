namespace MailAdmin.Store.Snapshots;

/// <summary>All that the index knows of a message in a folder. Times are seconds since 1970 UTC; Content is the content's key.</summary>
internal readonly record struct MessageRow(uint Uid, uint Size, ulong Flags, ulong ModSeq, uint Received, uint Saved, long Content);
