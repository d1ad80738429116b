using System.Text;
using MailAdmin.Administration;
using MailAdmin.Security;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Recovery;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.State;

/// <summary>
/// What stands in for records of folders and mailboxes that the log has lost. Where the one is lost that took a name, the next that has the name comes all the same: the one
/// before gives way and keeps what it has, under a name with its row number. Where the one is lost that made a folder or a mailbox, it is there nevertheless as soon
/// as something comes into it: as an earlier index knows it, else under a made-up name, until a later record gives it its own.
/// </summary>
/// <remarks>
/// A mailbox that gave way or was made up is disabled: it may have been deleted, and its password must not work again. Messages do not say whose they are: a folder that
/// nobody claims goes to a mailbox of its own kind, never to one that a person reads. All that is made up follows from the log alone: another rebuild makes the same.
/// </remarks>
/// <param name="earlier">Indexes from before a rebuild, of this store, the newest first.</param>
internal sealed class LostNames(IReadOnlyList<EarlierIndex> earlier)
{
    /// <summary>Row of the mailbox that has what nobody claims; none that was made has it.</summary>
    public const long Nobody = 0;

    /// <summary>RFC 6761 §6.4: no mail comes to it from elsewhere.</summary>
    private const string Domain = "lost.invalid";
    private const string NobodysAddress = "lost-and-found@" + Domain;

    // Leaves room for the number in the 64 octets that the part before the @ may have.
    private const int MaxLocalPart = 40;

    private readonly HashSet<long> _endedMailboxes = [];
    private readonly HashSet<long> _endedFolders = [];

    /// <summary>Notes what an event ended: it is not missing.</summary>
    public void Saw(StoreEvent e)
    {
        switch (e)
        {
            case MailboxDeleted m:
                _endedMailboxes.Add(m.Row);
                break;
            case FolderDeleted f:
                _endedFolders.Add(f.Row);
                break;
            default:
                break;
        }
    }

    /// <summary>What has to happen before an event, for the state to take it.</summary>
    public IEnumerable<StoreEvent> Before(StoreState state, IndexReader index, StoreEvent next)
    {
        switch (next)
        {
            case MessagesPlaced { Rows: [var first, ..] } p when p.Folder > 0 && state.FindFolder(p.Folder) is null:
                yield return FolderOf(p.Folder, state, first.Saved * 1000L);
                break;
            case KeywordAdded k when k.Folder > 0 && state.FindFolder(k.Folder) is null:
                // Keywords are numbered as they come: left out, those behind it would take its number.
                yield return FolderOf(k.Folder, state, 0);
                break;
            case FolderPut f:
                if (index.Mailbox(f.Mailbox) is null)
                {
                    yield return MailboxOf(f.Mailbox, f.Created);
                }

                if (index.Folder(f.Mailbox, f.Name) is { } holder && holder.Row != f.Row)
                {
                    yield return new FolderPut(holder.Row, holder.Mailbox, $"{holder.Name} ({holder.Row})", SpecialUse.None, holder.UidValidity, holder.Created);
                }

                break;
            case MailboxPut m:
                if (index.Domain(m.Domain) is null)
                {
                    yield return new DomainPut(m.Domain, null, m.Created);
                }

                if (index.Mailbox(m.Address) is { } old && old.Row != m.Row)
                {
                    yield return Put(old) with { Address = AddressOf(old), IsEnabled = false };
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Folders, and with them their mailboxes, that the newest earlier index has and the log neither made nor ended; for where operations are missing.</summary>
    public IEnumerable<StoreEvent> Missing(IndexReader index)
    {
        foreach (var folder in earlier.Take(1).SelectMany(e => e.Folders()))
        {
            if (!_endedFolders.Contains(folder.Row) && !_endedMailboxes.Contains(folder.Mailbox) && index.Folder(folder.Row) is null)
            {
                // Its mailbox comes before it.
                yield return Put(folder);
            }
        }
    }

    /// <summary>What has to happen at the end: a mailbox of what nobody claims that came to hold nothing goes again.</summary>
    public static IEnumerable<StoreEvent> After(IndexReader index)
    {
        if (index.Mailbox(Nobody) is { Address: NobodysAddress } && index.FolderCount(Nobody) == 0)
        {
            yield return new MailboxDeleted(Nobody, Domain);
            if (index.Domain(Domain) is { Mailboxes: 0 } && !index.DomainHasAlias(Domain))
            {
                yield return new DomainDeleted(Domain);
            }
        }
    }

    /// <summary>Tells where what nobody claims lies, until somebody gives that mailbox an address of their own.</summary>
    public static IEnumerable<StoreFinding> Findings(IndexReader index) => index.Mailbox(Nobody) is not { Address: NobodysAddress } ? [] : index.Folders(Nobody).Select(folder => new StoreFinding(
        MailEventSeverity.Error, "LostFolder", $"mailbox {NobodysAddress}, folder {folder.Name}",
        "The record that made this folder is lost, and with it whose it was. Its messages are kept here, in a mailbox that is disabled."));

    private FolderPut FolderOf(long row, StoreState state, long created)
    {
        if (earlier.Select(e => e.Folder(row)).FirstOrDefault(f => f is not null) is { } known)
        {
            return Put(known);
        }

        // One that the lost record may have given to this folder or another that is lost with it, to none that is known; its name has never been seen with it.
        return new FolderPut(row, Nobody, $"folder ({row})", SpecialUse.None, (uint)Math.Min(state.Counters.UidValidity + 1, uint.MaxValue), created);
    }

    private MailboxPut MailboxOf(long row, long created) =>
        earlier.Select(e => e.Mailbox(row)).FirstOrDefault(m => m is not null) is { } known
            ? Put(known)
            // Keys that no password has.
            : new MailboxPut(
                row, row == Nobody ? NobodysAddress : $"mailbox-{row}@{Domain}", Domain, null, false, null, new byte[16], ScramVerifier.DefaultIterations, new byte[32], new byte[32], created);

    private static FolderPut Put(FolderRow row) => new(row.Row, row.Mailbox, row.Name, row.Use, row.UidValidity, row.Created);

    private static MailboxPut Put(MailboxRow row) => new(
        row.Row, row.Address, row.Domain, row.DisplayName, row.IsEnabled, row.Quota, row.Salt, row.Iterations, row.StoredKey, row.ServerKey, row.Created);

    private static string AddressOf(MailboxRow row)
    {
        var local = row.Address[..row.Address.LastIndexOf('@')];
        // One that is quoted or long would no longer be an address.
        return $"{(local.StartsWith('"') || Encoding.UTF8.GetByteCount(local) > MaxLocalPart ? "mailbox" : local)}-{row.Row}@{row.Domain}";
    }
}
