using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>
/// Base of the cmdlets that act on running servers. A name means one server: that of this process, else the only one of that name in another; a pattern means
/// what Get-MailServer lists for it, in whatever process; a server as Get-MailServer gives it means just that one.
/// </summary>
public abstract class ServerCmdlet : MailCmdlet
{
    /// <summary>Name of the server, or the server as Get-MailServer gives it; wildcards are fine; by default the only one that runs, or the one connected.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Name")]
    [Alias("Server")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public virtual object[]? Name { get; set; }

    /// <summary>The server, as Get-MailServer gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public MailServerInfo? InputObject { get; set; }

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        if (InputObject is not null)
        {
            await PerItem(InputObject.Name, () => ServerAsync(InputObject));
            return;
        }

        foreach (var choice in (Name ?? [null!]).Select(ServerChoice.Of))
        {
            await PerItem(choice.Name, async () =>
            {
                foreach (var server in await FindAsync(choice))
                {
                    await PerItem(server.Name, () => ServerAsync(server));
                }
            });
        }
    }

    /// <summary>Acts on one running server.</summary>
    protected abstract Task ServerAsync(MailServerInfo server);

    /// <summary>Asks one running server, in this process or another.</summary>
    protected Task<T> Ask<T>(MailServerInfo server, Func<IMailAdministration, CancellationToken, Task<T>> question) => Off(async token =>
    {
        await using var administration = await ServerGateway.OpenAsync(server, token);
        return await question(administration, token);
    });

    /// <summary>The server that is meant where none is named.</summary>
    protected virtual Task<MailServerInfo> DefaultAsync() => Off(ServerGateway.GetDefaultAsync);

    /// <summary>Where a server runs, for those that run elsewhere.</summary>
    protected static string Elsewhere(MailServerInfo server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.ProcessId == Environment.ProcessId ? "" : $" in process {server.ProcessId}";
    }

    private async Task<IReadOnlyList<MailServerInfo>> FindAsync(ServerChoice choice)
    {
        if (choice.Exact is { } server)
        {
            return [server];
        }

        if (choice.Name is not { } name)
        {
            return [await DefaultAsync()];
        }

        if (NamePattern.HasWildcards(name))
        {
            return [.. NamePattern.Choose([.. await Off(ServerGateway.ListAsync)], name, s => s.Name)];
        }

        try
        {
            return [await Off(token => ServerGateway.GetAsync(name, token))];
        }
        catch (MailAdminException e) when (e.ErrorId == "ServerNotRunning")
        {
            throw NotFound.Server(name);
        }
    }
}
