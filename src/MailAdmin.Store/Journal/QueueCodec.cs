using System.Buffers;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Journal;

/// <summary>
/// The form of a queue entry in the journal, and in the index, which keeps the same octets. It has row numbers, not identities: those come with the store it is
/// applied to (<see cref="QueueRow.Identify"/>), and who reads a log to find out which store it is has none yet.
/// </summary>
internal static class QueueCodec
{
    [Flags]
    private enum Marks : long
    {
        None = 0, Suspended = 1, DelayReported = 2,
    }

    public static void Write(EventWriter w, QueueRow row)
    {
        var e = row.Entry;
        w.Number(row.Row).Number(row.Content).Number(e.Size).Text(e.Sender).Text(e.Domain).Number((int)e.Needs)
            .Number((long)((e.IsSuspended ? Marks.Suspended : 0) | (e.IsDelayReported ? Marks.DelayReported : 0)))
            .Text(e.Submitter).Number(e.ReceivedAt.ToUnixTimeMilliseconds()).Number(e.ExpiresAt.ToUnixTimeMilliseconds()).Number(e.Attempts)
            .Number(e.LastAttempt?.ToUnixTimeMilliseconds() ?? -1).Number(e.NextAttempt.ToUnixTimeMilliseconds()).Text(e.NextHop).Text(e.LastReply)
            .Number(e.Recipients.Count);
        foreach (var recipient in e.Recipients)
        {
            w.Text(recipient.Address).Text(recipient.LastReply);
        }
    }

    /// <exception cref="InvalidDataException">The octets are not an entry.</exception>
    public static QueueRow Read(ref EventReader r)
    {
        var (row, content, size) = (r.Number(), r.Number(), r.Number());
        var (sender, domain, needs, marks) = (r.Text()!, r.Text()!, (QueueNeeds)r.Number(), (Marks)r.Number());
        var (submitter, received, expires, attempts) = (r.Text(), r.Number(), r.Number(), (int)r.Number());
        var (last, next, nextHop, reply) = (r.Number(), r.Number(), r.Text(), r.Text());
        var recipients = new QueueRecipient[r.Count()];
        for (var i = 0; i < recipients.Length; i++)
        {
            recipients[i] = new QueueRecipient(r.Text()!, r.Text());
        }

        return new QueueRow(row, content, new QueueEntry
        {
            Id = default,
            Content = default,
            Size = size,
            Sender = sender,
            Domain = domain,
            Recipients = recipients,
            Needs = needs,
            Submitter = submitter,
            ReceivedAt = Time(received),
            ExpiresAt = Time(expires),
            Attempts = attempts,
            LastAttempt = last < 0 ? null : Time(last),
            NextAttempt = Time(next),
            IsSuspended = (marks & Marks.Suspended) != 0,
            IsDelayReported = (marks & Marks.DelayReported) != 0,
            NextHop = nextHop,
            LastReply = reply,
        });
    }

    public static byte[] Encode(QueueRow row)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(new EventWriter(buffer), row);
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The octets are not an entry.</exception>
    public static QueueRow Decode(ReadOnlySpan<byte> octets)
    {
        var r = new EventReader(octets);
        return Read(ref r);
    }

    private static DateTimeOffset Time(long milliseconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("A journal record is damaged.", e);
        }
    }
}
