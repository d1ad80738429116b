using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>UIDs end at 2^32 - 1 and are never used twice. RFC 9051 §2.3.1.1.</summary>
internal static class UidRule
{
    public static void Require(FolderState folder, long count)
    {
        if (folder.Working!.UidNext + count >= uint.MaxValue)
        {
            throw StoreErrors.FolderFull(folder.Id.ToString());
        }
    }
}

/// <summary>Quota is checked at commit, over all that one operation brings to a mailbox.</summary>
internal static class QuotaRule
{
    public static void Require(PlanContext context, FolderState folder, long octets)
    {
        var mailbox = context.Mailbox(folder.Mailbox);
        if (mailbox.Quota is { } quota && mailbox.Used + octets > quota)
        {
            throw StoreErrors.QuotaExceeded(mailbox.Address);
        }
    }

    public static void Require(PlanContext context, FolderState[] folders, long octetsEach)
    {
        if (folders.Length == 1)
        {
            Require(context, folders[0], octetsEach);
            return;
        }

        foreach (var group in folders.GroupBy(f => f.Mailbox))
        {
            Require(context, group.First(), octetsEach * group.Count());
        }
    }
}
