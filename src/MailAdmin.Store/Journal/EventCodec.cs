using System.Buffers;
using MailAdmin.Store.Content;
using MailAdmin.Store.Snapshots;

namespace MailAdmin.Store.Journal;

/// <summary>Writes and reads events. Numbers are variable-length; a kind once given keeps its number and its fields.</summary>
internal static class EventCodec
{
    private enum Kind : byte
    {
        ContentStored = 1, ContentMoved = 2, MessagesPlaced = 3, KeywordAdded = 4, FlagsSet = 5, MessagesGone = 6, QueuePut = 7, QueueGone = 8,
        DomainPut = 16, DomainDeleted = 17, MailboxPut = 18, MailboxDeleted = 19, AliasPut = 20, AliasDeleted = 21, SettingPut = 22,
        FolderPut = 23, FolderDeleted = 24, SubscriptionPut = 25, StoreMade = 32, FlushedTo = 33,
    }

    public static void Write(IBufferWriter<byte> target, StoreEvent e)
    {
        var w = new EventWriter(target);
        switch (e)
        {
            case ContentStored c:
                w.Kind((byte)Kind.ContentStored).Number(c.Key);
                Place(w, c.Place);
                break;
            case ContentMoved c:
                w.Kind((byte)Kind.ContentMoved).Number(c.Key);
                Place(w, c.Place);
                break;
            case MessagesPlaced p:
                w.Kind((byte)Kind.MessagesPlaced).Number(p.Folder).Number(p.Rows.Length);
                foreach (ref readonly var row in p.Rows.AsSpan())
                {
                    w.Number(row.Uid).Number(row.Size).Unsigned(row.Flags).Unsigned(row.ModSeq).Number(row.Received | ((long)row.ReceivedZone << 32)).Number(row.Saved).Number(row.Content);
                }

                break;
            case KeywordAdded k:
                w.Kind((byte)Kind.KeywordAdded).Number(k.Folder).Text(k.Name);
                break;
            case FlagsSet f:
                w.Kind((byte)Kind.FlagsSet).Number(f.Folder).Unsigned(f.ModSeq).Number(f.Changes.Length);
                foreach (var (uid, flags) in f.Changes)
                {
                    w.Number(uid).Unsigned(flags);
                }

                break;
            case MessagesGone g:
                w.Kind((byte)Kind.MessagesGone).Number(g.Folder).Unsigned(g.ModSeq).Number(g.Uids.Ranges.Length);
                foreach (var range in g.Uids.Ranges)
                {
                    w.Number(range.First).Number(range.Last);
                }

                break;
            case QueuePut q:
                w.Kind((byte)Kind.QueuePut);
                QueueCodec.Write(w, q.Row);
                break;
            case QueueGone q:
                w.Kind((byte)Kind.QueueGone).Number(q.Row);
                break;
            case DomainPut d:
                w.Kind((byte)Kind.DomainPut).Text(d.Name).Text(d.CatchAll).Number(d.Created);
                break;
            case DomainDeleted d:
                w.Kind((byte)Kind.DomainDeleted).Text(d.Name);
                break;
            case MailboxPut m:
                w.Kind((byte)Kind.MailboxPut).Number(m.Row).Text(m.Address).Text(m.Domain).Text(m.DisplayName).Number(m.IsEnabled ? 1 : 0).Number(m.Quota ?? -1)
                    .Octets(m.Salt).Number(m.Iterations).Octets(m.StoredKey).Octets(m.ServerKey).Number(m.Created);
                break;
            case MailboxDeleted m:
                w.Kind((byte)Kind.MailboxDeleted).Number(m.Row).Text(m.Domain);
                break;
            case AliasPut a:
                w.Kind((byte)Kind.AliasPut).Text(a.Address).Text(a.Targets).Number(a.Created);
                break;
            case AliasDeleted a:
                w.Kind((byte)Kind.AliasDeleted).Text(a.Address);
                break;
            case SettingPut s:
                w.Kind((byte)Kind.SettingPut).Text(s.Key).Text(s.Value);
                break;
            case FolderPut f:
                w.Kind((byte)Kind.FolderPut).Number(f.Row).Number(f.Mailbox).Text(f.Name).Number((int)f.Use).Number(f.UidValidity).Number(f.Created);
                break;
            case FolderDeleted f:
                w.Kind((byte)Kind.FolderDeleted).Number(f.Row);
                break;
            case SubscriptionPut s:
                w.Kind((byte)Kind.SubscriptionPut).Number(s.Mailbox).Text(s.Name).Number(s.Subscribed ? 1 : 0);
                break;
            case StoreMade m:
                w.Kind((byte)Kind.StoreMade).Octets(m.Store.ToByteArray());
                break;
            case FlushedTo f:
                w.Kind((byte)Kind.FlushedTo).Number(f.Segment).Number(f.Offset);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} has no form in the journal.");
        }
    }

    /// <summary>Reads the events of a journal record.</summary>
    /// <exception cref="InvalidDataException">The octets are not events.</exception>
    public static List<StoreEvent> ReadAll(ReadOnlySpan<byte> body)
    {
        var events = new List<StoreEvent>();
        var r = new EventReader(body);
        while (!r.AtEnd)
        {
            events.Add(Read(ref r));
        }

        return events;
    }

    /// <summary>The first event of a journal record; null where there is none that can be read.</summary>
    public static StoreEvent? FirstOf(ReadOnlySpan<byte> body)
    {
        var r = new EventReader(body);
        try
        {
            return r.AtEnd ? null : Read(ref r);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static StoreEvent Read(ref EventReader r)
    {
        switch ((Kind)r.Kind())
        {
            case Kind.ContentStored:
                return new ContentStored(r.Number(), Place(ref r));
            case Kind.ContentMoved:
                return new ContentMoved(r.Number(), Place(ref r));
            case Kind.MessagesPlaced:
                var placedIn = r.Number();
                var rows = new MessageRow[r.Count()];
                for (var i = 0; i < rows.Length; i++)
                {
                    var (uid, size, flags, modSeq, received) = (r.UInt32(), r.UInt32(), r.Unsigned(), r.Unsigned(), r.Number());
                    rows[i] = new MessageRow(uid, size, flags, modSeq, (uint)received, r.UInt32(), r.Number(), (short)(received >> 32));
                }

                return new MessagesPlaced(placedIn, rows);
            case Kind.KeywordAdded:
                return new KeywordAdded(r.Number(), r.Text()!);
            case Kind.FlagsSet:
                var flagged = r.Number();
                var flagsModSeq = r.Unsigned();
                var changes = new (uint, ulong)[r.Count()];
                for (var i = 0; i < changes.Length; i++)
                {
                    changes[i] = (r.UInt32(), r.Unsigned());
                }

                return new FlagsSet(flagged, flagsModSeq, changes);
            case Kind.MessagesGone:
                var goneFrom = r.Number();
                var goneModSeq = r.Unsigned();
                var uids = new UidSet.Builder();
                for (var i = r.Count(); i > 0; i--)
                {
                    uids.AddRange(r.UInt32(), r.UInt32());
                }

                return new MessagesGone(goneFrom, goneModSeq, uids.Build());
            case Kind.QueuePut:
                return new QueuePut(QueueCodec.Read(ref r));
            case Kind.QueueGone:
                return new QueueGone(r.Number());
            case Kind.DomainPut:
                return new DomainPut(r.Text()!, r.Text(), r.Number());
            case Kind.DomainDeleted:
                return new DomainDeleted(r.Text()!);
            case Kind.MailboxPut:
                return new MailboxPut(
                    r.Number(), r.Text()!, r.Text()!, r.Text(), r.Number() != 0, r.Number() is var quota and >= 0 ? quota : null,
                    r.Octets(), (int)r.Number(), r.Octets(), r.Octets(), r.Number());
            case Kind.MailboxDeleted:
                return new MailboxDeleted(r.Number(), r.Text()!);
            case Kind.AliasPut:
                return new AliasPut(r.Text()!, r.Text()!, r.Number());
            case Kind.AliasDeleted:
                return new AliasDeleted(r.Text()!);
            case Kind.SettingPut:
                return new SettingPut(r.Text()!, r.Text());
            case Kind.FolderPut:
                return new FolderPut(r.Number(), r.Number(), r.Text()!, (SpecialUse)r.Number(), r.UInt32(), r.Number());
            case Kind.FolderDeleted:
                return new FolderDeleted(r.Number());
            case Kind.SubscriptionPut:
                return new SubscriptionPut(r.Number(), r.Text()!, r.Number() != 0);
            case Kind.StoreMade:
                return r.Octets() is { Length: 16 } id ? new StoreMade(new Guid(id)) : throw new InvalidDataException("A journal record is damaged.");
            case Kind.FlushedTo:
                return new FlushedTo(r.Number(), r.Number());
            default:
                throw new InvalidDataException("A journal record has an event of an unknown kind.");
        }
    }

    private static void Place(EventWriter w, ContentPlace place) => w.Number(place.Segment).Number(place.Offset).Number(place.Length);

    private static ContentPlace Place(ref EventReader r) => new(r.Number(), r.Number(), r.Number());
}
