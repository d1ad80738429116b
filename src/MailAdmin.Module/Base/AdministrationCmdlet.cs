using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Base;

/// <summary>
/// Base of the cmdlets that administer: <c>-Server</c> and <c>-StorePath</c> choose the route once, before the first item; a route that
/// cannot be had ends the pipeline, an item that goes wrong does not.
/// </summary>
public abstract class AdministrationCmdlet : MailCmdlet
{
    private IMailAdministration? _administration;

    /// <summary>Name of the server to ask; by default the only one that runs, or the one connected.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? Server { get; set; }

    /// <summary>Directory of a store to open while no server runs on it.</summary>
    [Parameter]
    public string? StorePath { get; set; }

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        await ConnectAsync();
        await ItemAsync();
    }

    /// <summary>Once per item of the pipeline, with the route open.</summary>
    protected virtual Task ItemAsync() => Task.CompletedTask;

    /// <summary>Opens the route; cmdlets that act only at the end call it there.</summary>
    protected async Task ConnectAsync()
    {
        if (_administration is null)
        {
            var path = string.IsNullOrEmpty(StorePath) ? null : GetUnresolvedProviderPathFromPSPath(StorePath);
            _administration = await Off(token => ServerGateway.ResolveAsync(Server, path, token));
        }
    }

    /// <summary>One question to the server or store.</summary>
    protected Task<T> Ask<T>(Func<IMailAdministration, CancellationToken, Task<T>> question)
    {
        var administration = Route;
        return Off(token => question(administration, token));
    }

    /// <summary>One order to the server or store.</summary>
    protected Task Ask(Func<IMailAdministration, CancellationToken, Task> order)
    {
        var administration = Route;
        return Off(token => order(administration, token));
    }

    /// <summary>A question with many answers.</summary>
    protected IAsyncEnumerable<T> AskMany<T>(Func<IMailAdministration, CancellationToken, IAsyncEnumerable<T>> question)
    {
        var administration = Route;
        return Stream(token => question(administration, token));
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

        if (!found && pattern is not null && !WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            throw notFound(pattern);
        }
    }

    /// <summary>The mailboxes that a name or pattern means.</summary>
    protected IAsyncEnumerable<Mailbox> FindMailboxes(string? pattern) => Find(pattern, static (a, p, token) => a.GetMailboxesAsync(p, token), NotFound.Mailbox);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _administration, null) is { } administration)
        {
            // Off this thread's synchronization context, and bounded: a peer that died must not hold the prompt.
            Task.Run(async () => await administration.DisposeAsync()).Wait(TimeSpan.FromSeconds(10));
        }

        base.Dispose(disposing);
    }

    private IMailAdministration Route => _administration ?? throw new InvalidOperationException("The route is opened before the first question.");
}
