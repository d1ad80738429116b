namespace MailAdmin.Store.Snapshots;

/// <summary>
/// All that the index knows of a message in a folder. Times are seconds since 1970 UTC; Content is the content's key; ReceivedZone is
/// the zone that INTERNALDATE was given in, minutes east of UTC.
/// </summary>
internal readonly record struct MessageRow(uint Uid, uint Size, ulong Flags, ulong ModSeq, uint Received, uint Saved, long Content, short ReceivedZone = 0)
{
    /// <summary>INTERNALDATE as it was given.</summary>
    public DateTimeOffset ReceivedAt => DateTimeOffset.FromUnixTimeSeconds(Received).ToOffset(TimeSpan.FromMinutes(ReceivedZone));
}
