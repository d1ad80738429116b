using System.Management.Automation;
using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Routing;
using MailAdmin.Module.Store;

namespace MailAdmin.Module.Base;

/// <summary>
/// Base of the cmdlets that administer: <c>-Server</c> and <c>-StorePath</c> choose the route, before the first item and again where the pipeline brings
/// another; a route that was typed and cannot be had ends the pipeline, an item that goes wrong does not. Only what makes something may make a store, and only
/// with its first question, which comes after all checks and after ShouldProcess.
/// </summary>
public abstract class AdministrationCmdlet : RoutedCmdlet
{
    /// <summary>Names told in the error of a name that means several.</summary>
    private const int MostNamed = 5;

    private Place? _place;
    private Task<IMailAdministration>? _route;
    private bool _isStoreTyped;

    /// <summary>Directory of a store to open while no server runs on it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? StorePath { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        _isStoreTyped = IsStoreBound;
        return base.BeginAsync();
    }

    /// <inheritdoc/>
    protected sealed override async Task RoutedAsync()
    {
        var store = StorePath is null ? null : FilePath(StorePath);
        if (store is not null && ServerChoice.Of(Server).Name is { } server)
        {
            throw new MailAdminException("ServerAndStore", MailErrorCategory.InvalidArgument, $"Both a server, '{server}', and a store were given.", server, "Give -Server or -StorePath: the server on a store is found by the store's path.");
        }

        var place = store is not null ? new Place(default, store) : Origin ?? ServerGateway.Meant(Choice);
        if (_route is null || place != _place)
        {
            await FlushAsync();
            Leave();
            _place = place;
            if (store is null || !MakesStore || StorePathCheck.IsStore(store))
            {
                if (store is not null)
                {
                    StorePathCheck.Demand(store, StorePath!);
                }

                await RouteAsync(make: false);
            }
        }

        await ItemAsync();
    }

    // What came with the item goes wrong with the item.
    private protected sealed override bool IsPlaceOfItem => base.IsPlaceOfItem || (!_isStoreTyped && IsStoreBound);

    /// <summary>Whether a store is made where <c>-StorePath</c> names none yet.</summary>
    private protected virtual bool MakesStore => IsMaker;

    private bool IsStoreBound => MyInvocation.BoundParameters.ContainsKey(nameof(StorePath));

    /// <summary>Once per item of the pipeline, with the route open.</summary>
    protected virtual Task ItemAsync() => Task.CompletedTask;

    /// <summary>Does what was put off to be done together: after the last item, and before another route is taken.</summary>
    protected virtual Task FlushAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected sealed override Task EndAsync() => FlushAsync();

    /// <summary>Writes what the server or store said, and remembers where it came from.</summary>
    protected new void WriteObject(object? item)
    {
        _place?.Remember(item);
        base.WriteObject(item);
    }

    /// <summary>The same for several.</summary>
    protected void WriteObjects(IEnumerable<object> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            WriteObject(item);
        }
    }

    /// <summary>One question to the server or store.</summary>
    protected async Task<T> Ask<T>(Func<IMailAdministration, CancellationToken, Task<T>> question)
    {
        var route = await RouteAsync();
        return await Off(token => question(route, token));
    }

    /// <summary>One order to the server or store.</summary>
    protected async Task Ask(Func<IMailAdministration, CancellationToken, Task> order)
    {
        var route = await RouteAsync();
        await Off(token => order(route, token));
    }

    /// <summary>A question with many answers.</summary>
    protected async IAsyncEnumerable<T> AskMany<T>(Func<IMailAdministration, CancellationToken, IAsyncEnumerable<T>> question, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var route = await RouteAsync();
        await foreach (var answer in Stream(token => question(route, token), cancellationToken))
        {
            yield return answer;
        }
    }

    /// <summary>Answers to a name or pattern; a name without wildcards that finds nothing is an error, a pattern is not.</summary>
    protected async IAsyncEnumerable<T> Find<T>(string? pattern, Func<IMailAdministration, string?, CancellationToken, IAsyncEnumerable<T>> question, Func<string, MailAdminException> notFound)
    {
        ArgumentNullException.ThrowIfNull(notFound);
        var found = false;
        await foreach (var item in AskMany((a, token) => question(a, pattern, token)))
        {
            found = true;
            yield return item;
        }

        if (!found && pattern is not null && !NamePattern.HasWildcards(pattern))
        {
            throw notFound(pattern);
        }
    }

    /// <summary>The one thing that a name means; a pattern that means several would be a guess.</summary>
    protected async Task<T> FindOne<T>(string name, Func<IMailAdministration, string?, CancellationToken, IAsyncEnumerable<T>> question, Func<string, MailAdminException> notFound)
    {
        ArgumentNullException.ThrowIfNull(notFound);
        var found = await Find(name, question, notFound).Take(MostNamed + 1).ToListAsync(StopToken);
        return found switch
        {
            [] => throw notFound(name),
            [var one] => one,
            _ => throw new MailAdminException(
                "NameNotUnique", MailErrorCategory.InvalidArgument,
                $"'{name}' means several: {string.Join(", ", found.Take(MostNamed))}{(found.Count > MostNamed ? ", …" : "")}.", name, "Name one of them."),
        };
    }

    /// <summary>Acts on all that names or patterns mean (all there is where none is given), one after another; each that goes wrong is one error.</summary>
    /// <param name="names">Names or patterns.</param>
    /// <param name="question">Asks for what one of them means.</param>
    /// <param name="notFound">The error of a name that leads nowhere.</param>
    /// <param name="act">Acts on one.</param>
    /// <param name="listFirst">Takes the list before the first act, for acts that change what is being listed.</param>
    protected async Task ForEach<T>(
        IReadOnlyList<string>? names, Func<IMailAdministration, string?, CancellationToken, IAsyncEnumerable<T>> question, Func<string, MailAdminException> notFound, Func<T, Task> act, bool listFirst = false)
    {
        ArgumentNullException.ThrowIfNull(act);
        foreach (var name in names ?? [null!])
        {
            await PerItem(name, async () =>
            {
                var found = Find(name, question, notFound);
                await foreach (var item in listFirst ? (await found.ToListAsync(StopToken)).ToAsyncEnumerable() : found)
                {
                    await PerItem(item?.ToString(), () => act(item));
                }
            });
        }
    }

    /// <summary>The mailboxes that a name or pattern means.</summary>
    protected IAsyncEnumerable<Mailbox> FindMailboxes(string? pattern) => Find(pattern, Mailboxes, NotFound.Mailbox);

    /// <summary>Asks for mailboxes by name or pattern.</summary>
    protected static IAsyncEnumerable<Mailbox> Mailboxes(IMailAdministration administration, string? pattern, CancellationToken cancellationToken) => administration.GetMailboxesAsync(pattern, cancellationToken);

    /// <summary>Asks for aliases by name or pattern.</summary>
    protected static IAsyncEnumerable<MailAlias> Aliases(IMailAdministration administration, string? pattern, CancellationToken cancellationToken) => administration.GetAliasesAsync(pattern, cancellationToken);

    /// <summary>Asks for routes by name or pattern.</summary>
    protected static async IAsyncEnumerable<MailRoute> Routes(IMailAdministration administration, string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(administration);
        foreach (var route in await administration.GetRoutesAsync(pattern, cancellationToken))
        {
            yield return route;
        }
    }

    /// <summary>Asks for queued messages by id or pattern.</summary>
    protected static IAsyncEnumerable<MailQueueMessage> QueueMessages(IMailAdministration administration, string? pattern, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(administration);
        return administration.GetQueueMessagesAsync(new MailQueueQuery { Id = pattern }, cancellationToken);
    }

    /// <summary>Asks for domains by name or pattern.</summary>
    protected static IAsyncEnumerable<MailDomain> Domains(IMailAdministration administration, string? pattern, CancellationToken cancellationToken) => administration.GetDomainsAsync(pattern, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Leave();
        }

        base.Dispose(disposing);
    }

    private void Leave()
    {
        if (Interlocked.Exchange(ref _route, null) is { } route)
        {
            // Off this thread's synchronization context.
            var leaving = Task.Run(async () =>
            {
                // What was not to be had has been told where it was asked for.
                if (await Task.WhenAny(route) is { IsCompletedSuccessfully: true })
                {
                    await (await route).DisposeAsync();
                }
            });

            // What Ctrl+C gave up opening is left once it is open. Nothing else holds the prompt either: the peer may have died.
            if (route.IsCompleted)
            {
                leaving.Wait(TimeSpan.FromSeconds(10));
            }
        }
    }

    // Opened already, but for a store that is to be made. What is kept is the opening itself and not the wait for it, which Ctrl+C ends.
    private async Task<IMailAdministration> RouteAsync(bool make = true)
    {
        var place = _place ?? throw new InvalidOperationException("A place is chosen before the first question.");
        var stopping = StopToken;
        var opening = _route ??= Task.Run(() => ServerGateway.OpenAsync(place, stopping, make), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(stopping);
        }
        catch (Exception e) when (opening.IsFaulted)
        {
            // The next item tries again.
            _route = null;
            if (!IsPlaceOfItem && ErrorRecords.TryMake(e, null, out var record))
            {
                ThrowTerminatingError(record);
            }

            throw;
        }
    }
}
