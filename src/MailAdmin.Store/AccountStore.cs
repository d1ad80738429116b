using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MailAdmin.Addresses;
using MailAdmin.Store.Operations;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store;

/// <summary>Domains, mailboxes, aliases, settings: questions to the index, changes through the writer.</summary>
internal sealed class AccountStore(StoreOptions options, StoreState state, StoreWriter writer, ReaderPool readers, PendingNotes notes) : IAccountStore
{
    // Lists go in pages, so that no connection is held while the caller works on what it got.
    private const int Page = 500;
    private const string AboveAllAddresses = "\U0010FFFF";

    public ValueTask<DomainRecord?> FindDomainAsync(string name, CancellationToken cancellationToken = default) => Answer(
        r => MailboxAddress.TryCanonicalDomain(name, out var canonical) && r.Domain(canonical) is { } row ? AccountVerbs.Record(row) : null);

    public async IAsyncEnumerable<DomainRecord> ListDomainsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var domain in await Answer(r => r.Domains()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return AccountVerbs.Record(domain);
        }
    }

    public Task<DomainRecord> CreateDomainAsync(string name, MailboxAddress? catchAll, CancellationToken cancellationToken = default) =>
        Run(c => AccountVerbs.CreateDomain(c, name, catchAll), cancellationToken);

    public Task<DomainRecord> SetCatchAllAsync(string name, MailboxAddress? catchAll, CancellationToken cancellationToken = default) =>
        Run(c => AccountVerbs.SetCatchAll(c, name, catchAll), cancellationToken);

    public Task DeleteDomainAsync(string name, CancellationToken cancellationToken = default) => Run(c => AccountVerbs.DeleteDomain(c, name), cancellationToken);

    public ValueTask<MailboxRecord?> FindMailboxAsync(MailboxAddress address, CancellationToken cancellationToken = default) =>
        Answer(r => r.Mailbox(address.ToString()) is { } row ? Record(row) : null);

    public ValueTask<MailboxRecord?> GetMailboxAsync(MailboxId id, CancellationToken cancellationToken = default) =>
        Answer(r => state.Ids.Row(id) is >= 0 and var number && r.Mailbox(number) is { } row ? Record(row) : null);

    public async IAsyncEnumerable<MailboxRecord> ListMailboxesAsync(string? pattern = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prefix = LiteralPrefix(pattern ?? string.Empty);
        var filter = pattern is null ? null : ToRegex(pattern);
        var (after, inclusive) = (prefix, true);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (from, first) = (after, inclusive);
            var page = await Answer(r => r.Mailboxes(from, first, prefix + AboveAllAddresses, Page));
            foreach (var row in page)
            {
                if (filter is null || filter.IsMatch(row.Address))
                {
                    yield return Record(row);
                }
            }

            if (page.Count < Page)
            {
                yield break;
            }

            (after, inclusive) = (page[^1].Address, false);
        }
    }

    public Task<MailboxRecord> CreateMailboxAsync(NewMailbox mailbox, CancellationToken cancellationToken = default) =>
        Run(c => AccountVerbs.CreateMailbox(c, mailbox), cancellationToken);

    public Task<MailboxRecord> UpdateMailboxAsync(MailboxId id, MailboxUpdate update, CancellationToken cancellationToken = default) =>
        Run(c => AccountVerbs.UpdateMailbox(c, id, update), cancellationToken);

    public Task DeleteMailboxAsync(MailboxId id, CancellationToken cancellationToken = default) => Run(c => AccountVerbs.DeleteMailbox(c, id), cancellationToken);

    public void NoteLogin(MailboxId id, DateTimeOffset at)
    {
        if (state.Ids.Row(id) is >= 0 and var row)
        {
            notes.NoteLogin(row, at.ToUnixTimeMilliseconds());
        }
    }

    public ValueTask<AliasRecord?> FindAliasAsync(MailboxAddress address, CancellationToken cancellationToken = default) =>
        Answer(r => r.Alias(address.ToString()) is { } row ? AccountVerbs.Record(row) : null);

    public async IAsyncEnumerable<AliasRecord> ListAliasesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var after = string.Empty;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = after;
            var page = await Answer(r => r.Aliases(from, Page));
            foreach (var row in page)
            {
                yield return AccountVerbs.Record(row);
            }

            if (page.Count < Page)
            {
                yield break;
            }

            after = page[^1].Address;
        }
    }

    public Task<AliasRecord> PutAliasAsync(MailboxAddress address, IReadOnlyList<MailboxAddress> targets, bool replace, CancellationToken cancellationToken = default) =>
        Run(c => AccountVerbs.PutAlias(c, address, targets, replace), cancellationToken);

    public Task DeleteAliasAsync(MailboxAddress address, CancellationToken cancellationToken = default) => Run(c => AccountVerbs.DeleteAlias(c, address), cancellationToken);

    public ValueTask<string?> GetSettingAsync(string key, CancellationToken cancellationToken = default) => Answer(r => r.Setting(key));

    public async IAsyncEnumerable<KeyValuePair<string, string>> ListSettingsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var next = prefix; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = next;
            // U+10FFFF is the greatest there is: nothing that begins with the prefix stands behind it.
            var page = await Answer(r => r.Settings(from, prefix + "\U0010FFFF", Page));
            foreach (var setting in page)
            {
                yield return setting;
            }

            if (page.Count < Page)
            {
                yield break;
            }

            next = page[^1].Key + "\0";
        }
    }

    public Task PutSettingAsync(string key, string? value, CancellationToken cancellationToken = default) => Run(c => AccountVerbs.PutSetting(c, key, value), cancellationToken);

    private MailboxRecord Record(MailboxRow row) => AccountVerbs.Record(state.Ids, row, state.Mailboxes.GetValueOrDefault(row.Row), notes.Login(row.Row));

    private Task<T> Run<T>(Func<PlanContext, T> plan, CancellationToken cancellationToken) => writer.RunAsync(new StructuralOperation<T>(plan, cancellationToken));

    private ValueTask<T> Answer<T>(Func<IndexReader, T> question) => StoreQuestion.Answer(() => readers.Ask(question), options.Path);

    private static string LiteralPrefix(string pattern)
    {
        var at = pattern.AsSpan().IndexOfAny('*', '?');
        return (at < 0 ? pattern : pattern[..at]).ToLowerInvariant();
    }

    // Patterns come from admins and have no more than two wildcards' meaning: the engine without backtracking keeps any of them linear.
    private static Regex ToRegex(string pattern) => new(
        "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
}
