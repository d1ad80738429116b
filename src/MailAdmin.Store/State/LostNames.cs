using System.Text;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.State;

/// <summary>
/// Where the record is lost that took a name from a folder or a mailbox, the next that has the name comes all the same: the one before gives way and keeps what it
/// has, under a name with its row number. A mailbox that does so is disabled: it may have been deleted, and its password must not work again.
/// </summary>
internal static class LostNames
{
    // Leaves room for the number in the 64 octets that the part before the @ may have.
    private const int MaxLocalPart = 40;

    /// <summary>What has to happen before an event, for the index to take it.</summary>
    public static IEnumerable<StoreEvent> Before(IndexReader index, StoreEvent next)
    {
        switch (next)
        {
            case FolderPut f when index.Folder(f.Mailbox, f.Name) is { } holder && holder.Row != f.Row:
                yield return new FolderPut(holder.Row, holder.Mailbox, $"{holder.Name} ({holder.Row})", SpecialUse.None, holder.UidValidity, holder.Created);
                break;
            case MailboxPut m:
                if (index.Domain(m.Domain) is null)
                {
                    yield return new DomainPut(m.Domain, null, m.Created);
                }

                if (index.Mailbox(m.Address) is { } old && old.Row != m.Row)
                {
                    yield return new MailboxPut(
                        old.Row, AddressOf(old), old.Domain, old.DisplayName, false, old.Quota, old.Salt, old.Iterations, old.StoredKey, old.ServerKey, old.Created);
                }

                break;
            default:
                break;
        }
    }

    private static string AddressOf(MailboxRow row)
    {
        var local = row.Address[..row.Address.LastIndexOf('@')];
        // One that is quoted or long would no longer be an address.
        return $"{(local.StartsWith('"') || Encoding.UTF8.GetByteCount(local) > MaxLocalPart ? "mailbox" : local)}-{row.Row}@{row.Domain}";
    }
}
