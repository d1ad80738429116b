using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using MailAdmin.Administration;

namespace MailAdmin.Module.Completion;

/// <summary>Completes ids of queued messages.</summary>
public sealed class QueueMessageCompleter : AdministrationCompleter
{
    /// <summary>Nobody reads more.</summary>
    private const int Most = 200;

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        await foreach (var message in route.GetQueueMessagesAsync(new MailQueueQuery { First = Most }, cancellationToken))
        {
            yield return (message.Id, string.Create(CultureInfo.InvariantCulture, $"{message.Status} for {message.Destination}: {message.Subject}"));
        }
    }
}

/// <summary>Completes domains that mail is queued for.</summary>
public sealed class DestinationCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        foreach (var destination in await route.GetQueueDestinationsAsync(null, cancellationToken))
        {
            yield return (destination.Destination, string.Create(CultureInfo.InvariantCulture, $"{destination.MessageCount} messages {destination.LastReply}"));
        }
    }
}

/// <summary>Completes names of routes.</summary>
public sealed class RouteCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var route = await RouteAsync(bound, cancellationToken);
        foreach (var known in await route.GetRoutesAsync(null, cancellationToken))
        {
            yield return (known.Name, string.Create(CultureInfo.InvariantCulture, $"{known.Domain} by {known.Host}:{known.Port}"));
        }
    }
}
