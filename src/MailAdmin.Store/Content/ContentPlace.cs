namespace MailAdmin.Store.Content;

/// <summary>
/// Where a content record lies: segment, offset of its header, length of its body. Segments count from 1; a negative one is a large message's own file.
/// </summary>
internal readonly record struct ContentPlace(long Segment, long Offset, long Length)
{
    public bool IsAdopted => Segment < 0;
    public long RecordLength => RecordHeader.RecordLength(Length);
}
