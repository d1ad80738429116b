using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Servers;

/// <summary>Base of the cmdlets that act on running servers by name.</summary>
public abstract class ServerCmdlet : MailCmdlet
{
    /// <summary>Name of the server; wildcards are fine; by default the only one that runs, or the one connected.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Name")]
    [Alias("Server")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public virtual string[]? Name { get; set; }

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

        foreach (var name in Name ?? [null!])
        {
            await PerItem(name, async () =>
            {
                foreach (var server in await FindAsync(name))
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

    private async Task<IReadOnlyList<MailServerInfo>> FindAsync(string? name)
    {
        if (name is null)
        {
            return [await DefaultAsync()];
        }

        var found = NamePattern.Choose([.. await Off(ServerGateway.ListAsync)], name, s => s.Name).ToList();
        return found.Count > 0 || NamePattern.HasWildcards(name) ? found : throw NotFound.Server(name);
    }
}
