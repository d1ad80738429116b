using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using MailAdmin.Administration;

namespace MailAdmin.Module.Completion;

/// <summary>Completes addresses of mailboxes.</summary>
public sealed class MailboxCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        await foreach (var mailbox in route.GetMailboxesAsync(word + "*", cancellationToken))
        {
            yield return (mailbox.Address, mailbox.DisplayName ?? $"{mailbox.MessageCount} messages");
        }
    }
}

/// <summary>Completes names of domains.</summary>
public sealed class DomainCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        await foreach (var domain in route.GetDomainsAsync(null, cancellationToken))
        {
            yield return (domain.Name, $"{domain.MailboxCount} mailboxes");
        }
    }
}

/// <summary>Completes addresses of aliases.</summary>
public sealed class AliasCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        await foreach (var alias in route.GetAliasesAsync(null, cancellationToken))
        {
            yield return (alias.Address, string.Join(", ", alias.Targets));
        }
    }
}

/// <summary>Completes the addresses that the alias of the command line leads to.</summary>
public sealed class AliasTargetCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Bound(bound, "Identity") is not { } address)
        {
            yield break;
        }

        await using var route = await RouteAsync(bound, cancellationToken);
        await foreach (var alias in route.GetAliasesAsync(address, cancellationToken))
        {
            foreach (var target in alias.Targets)
            {
                yield return (target, $"{alias.Address} leads there");
            }
        }
    }
}

/// <summary>Completes folder names of the mailbox that the command line names.</summary>
public sealed class FolderCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var mailbox = parameter == "Destination" && Bound(bound, "DestinationMailbox") is { } other ? other : Bound(bound, "Mailbox", "Identity");
        if (mailbox is null)
        {
            yield break;
        }

        await using var route = await RouteAsync(bound, cancellationToken);
        await foreach (var folder in route.GetFoldersAsync(mailbox, null, cancellationToken))
        {
            yield return (folder.Name, $"{folder.MessageCount} messages, {folder.UnseenCount} unread");
        }
    }
}

/// <summary>Completes UIDs of the folder that the command line names, the newest messages first.</summary>
public sealed class UidCompleter : AdministrationCompleter
{
    /// <summary>Nobody reads more.</summary>
    private const int Most = 200;

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Bound(bound, "Mailbox", "Identity") is not { } mailbox)
        {
            yield break;
        }

        await using var route = await RouteAsync(bound, cancellationToken);
        var query = new MessageQuery(mailbox, Bound(bound, "Folder") ?? "INBOX") { Newest = Most };
        foreach (var message in await route.GetMessagesAsync(query, cancellationToken).Reverse().ToListAsync(cancellationToken))
        {
            yield return (message.Uid.ToString(CultureInfo.InvariantCulture), $"{message.From}: {message.Subject}");
        }
    }
}

/// <summary>Completes ids of open sessions.</summary>
public sealed class SessionCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        foreach (var session in await route.GetSessionsAsync(cancellationToken))
        {
            yield return (session.Id, $"{session.Protocol} {session.RemoteEndPoint} {session.Mailbox} {session.State}");
        }
    }
}

/// <summary>Completes blocked addresses and networks.</summary>
public sealed class BlockCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        foreach (var block in await route.GetBlocksAsync(cancellationToken))
        {
            yield return (block.Address, block.Reason ?? $"since {block.CreatedAt:u}");
        }
    }
}
