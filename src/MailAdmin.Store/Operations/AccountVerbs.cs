using MailAdmin.Addresses;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>Changes of domains, mailboxes, aliases and settings, as plans.</summary>
internal static class AccountVerbs
{
    public static DomainRecord CreateDomain(PlanContext context, string name, MailboxAddress? catchAll)
    {
        var canonical = CanonicalDomain(name);
        if (context.Index.Domain(canonical) is not null)
        {
            throw StoreErrors.DomainExists(canonical);
        }

        context.Emit(new DomainPut(canonical, catchAll?.ToString(), context.NowMilliseconds));
        return new DomainRecord(canonical, catchAll, 0, Time(context.NowMilliseconds));
    }

    public static DomainRecord SetCatchAll(PlanContext context, string name, MailboxAddress? catchAll)
    {
        var canonical = CanonicalDomain(name);
        var domain = context.Index.Domain(canonical) ?? throw StoreErrors.DomainNotFound(canonical);
        context.Emit(new DomainPut(canonical, catchAll?.ToString(), domain.Created));
        return Record(domain with { CatchAll = catchAll?.ToString() });
    }

    public static bool DeleteDomain(PlanContext context, string name)
    {
        var canonical = CanonicalDomain(name);
        var domain = context.Index.Domain(canonical) ?? throw StoreErrors.DomainNotFound(canonical);
        if (domain.Mailboxes > 0 || context.Index.DomainHasAlias(canonical))
        {
            throw StoreErrors.DomainNotEmpty(canonical);
        }

        context.Emit(new DomainDeleted(canonical));
        return true;
    }

    public static MailboxRecord CreateMailbox(PlanContext context, NewMailbox mailbox)
    {
        var address = mailbox.Address;
        RequireFree(context, address);
        var folders = Folders(mailbox);
        RequireDomain(context, address.Domain, mailbox.CreateDomain);

        var row = context.State.Counters.NextMailbox;
        var v = mailbox.Verifier;
        context.Emit(new MailboxPut(
            row, address.ToString(), address.Domain, mailbox.DisplayName, mailbox.IsEnabled, mailbox.QuotaBytes, v.Salt, v.Iterations, v.StoredKey, v.ServerKey, context.NowMilliseconds));
        var id = context.Ids.Mailbox(row);
        context.Announce(new MailboxChanged(id, address.ToString(), MailboxChangeKind.Created, context.Now));
        foreach (var (name, use) in folders)
        {
            FolderVerbs.Emit(context, row, name, use);
            context.Emit(new SubscriptionPut(row, name, true));
        }

        return Record(context.Ids, context.Index.Mailbox(row)!, null, null);
    }

    public static MailboxRecord UpdateMailbox(PlanContext context, MailboxId id, MailboxUpdate update)
    {
        var old = context.MailboxRow(id);
        var address = update.Address?.ToString() ?? old.Address;
        if (update.Address is { } wanted && address != old.Address)
        {
            RequireFree(context, wanted);
            RequireDomain(context, wanted.Domain, create: false);
        }

        var v = update.Verifier;
        var put = new MailboxPut(
            old.Row, address, update.Address?.Domain ?? old.Domain, update.ClearDisplayName ? null : update.DisplayName ?? old.DisplayName, update.IsEnabled ?? old.IsEnabled,
            update.ClearQuota ? null : update.QuotaBytes ?? old.Quota, v?.Salt ?? old.Salt, v?.Iterations ?? old.Iterations, v?.StoredKey ?? old.StoredKey, v?.ServerKey ?? old.ServerKey,
            old.Created);
        context.Emit(put);
        if (address != old.Address)
        {
            Follow(context, old.Address, address);
        }

        context.Announce(new MailboxChanged(id, address, MailboxChangeKind.Updated, context.Now));
        if (v is not null)
        {
            context.Announce(new MailboxChanged(id, address, MailboxChangeKind.PasswordChanged, context.Now));
        }

        if (old.IsEnabled && !put.IsEnabled)
        {
            context.Announce(new MailboxChanged(id, address, MailboxChangeKind.Disabled, context.Now));
        }

        return Record(context.Ids, context.Index.Mailbox(old.Row)!, context.State.Mailboxes.GetValueOrDefault(old.Row), null);
    }

    public static bool DeleteMailbox(PlanContext context, MailboxId id)
    {
        var mailbox = context.MailboxRow(id);
        foreach (var folder in context.Index.Folders(mailbox.Row))
        {
            FolderVerbs.Delete(context, folder);
        }

        context.Emit(new MailboxDeleted(mailbox.Row, mailbox.Domain));
        context.Announce(new MailboxChanged(id, mailbox.Address, MailboxChangeKind.Deleted, context.Now));
        return true;
    }

    public static AliasRecord PutAlias(PlanContext context, MailboxAddress address, IReadOnlyList<MailboxAddress> targets, bool replace)
    {
        var existing = context.Index.Alias(address.ToString());
        if (existing is not null && !replace)
        {
            throw StoreErrors.AliasExists(address);
        }

        if (context.Index.Mailbox(address.ToString()) is not null)
        {
            throw StoreErrors.AddressInUse(address, "a mailbox");
        }

        RequireDomain(context, address.Domain, create: false);
        var created = existing?.Created ?? context.NowMilliseconds;
        context.Emit(new AliasPut(address.ToString(), string.Join('\n', targets), created));
        return new AliasRecord(address, [.. targets], Time(created));
    }

    public static bool DeleteAlias(PlanContext context, MailboxAddress address)
    {
        if (context.Index.Alias(address.ToString()) is null)
        {
            throw StoreErrors.AliasNotFound(address);
        }

        context.Emit(new AliasDeleted(address.ToString()));
        return true;
    }

    public static bool PutSetting(PlanContext context, string key, string? value)
    {
        if (context.Index.Setting(key) == value)
        {
            return false;
        }

        context.Emit(new SettingPut(key, value));
        return true;
    }

    public static DomainRecord Record(DomainRow row) => new(row.Name, row.CatchAll is { } to ? MailboxAddress.Parse(to) : null, row.Mailboxes, Time(row.Created));

    public static AliasRecord Record(AliasRow row) => new(MailboxAddress.Parse(row.Address), [.. row.Targets.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(MailboxAddress.Parse)], Time(row.Created));

    /// <summary>A mailbox as the index has it, with what is newer in memory.</summary>
    public static MailboxRecord Record(IdCodec ids, MailboxRow row, MailboxState? state, long? login) => new(
        ids.Mailbox(row.Row), MailboxAddress.Parse(row.Address), row.DisplayName, row.IsEnabled, row.Quota, state?.CommittedUsed ?? row.Used, state?.CommittedCount ?? row.Count,
        new Security.ScramVerifier(row.Salt, row.Iterations, row.StoredKey, row.ServerKey), Time(row.Created), (login ?? row.LastLogin) is { } at ? Time(at) : null);

    public static string CanonicalDomain(string name) => MailboxAddress.TryCanonicalDomain(name, out var canonical) ? canonical : throw StoreErrors.DomainNotFound(name);

    private static List<(string Name, SpecialUse Use)> Folders(NewMailbox mailbox)
    {
        var folders = new List<(string, SpecialUse)> { (FolderName.Inbox, SpecialUse.None) };
        foreach (var (name, use) in mailbox.Folders)
        {
            if (!FolderName.TryNormalize(name, out var normalized))
            {
                throw StoreErrors.InvalidFolderName(name);
            }

            if (folders.Exists(f => f.Item1 == normalized))
            {
                throw StoreErrors.FolderExists(normalized);
            }

            folders.Add((normalized, use));
        }

        return folders;
    }

    // What led to a mailbox leads to it under its new address: mail for an alias or a catch-all would be nobody's.
    private static void Follow(PlanContext context, string from, string to)
    {
        foreach (var alias in context.Index.AliasesTo(from))
        {
            var targets = alias.Targets.Split('\n').Select(t => t == from ? to : t).Distinct();
            context.Emit(new AliasPut(alias.Address, string.Join('\n', targets), alias.Created));
        }

        foreach (var domain in context.Index.Domains())
        {
            if (domain.CatchAll == from)
            {
                context.Emit(new DomainPut(domain.Name, to, domain.Created));
            }
        }
    }

    private static void RequireFree(PlanContext context, MailboxAddress address)
    {
        if (context.Index.Mailbox(address.ToString()) is not null)
        {
            throw StoreErrors.MailboxExists(address);
        }

        if (context.Index.Alias(address.ToString()) is not null)
        {
            throw StoreErrors.AddressInUse(address, "an alias");
        }
    }

    private static void RequireDomain(PlanContext context, string domain, bool create)
    {
        if (context.Index.Domain(domain) is not null)
        {
            return;
        }

        if (!create)
        {
            throw StoreErrors.DomainNotFound(domain);
        }

        context.Emit(new DomainPut(domain, null, context.NowMilliseconds));
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
