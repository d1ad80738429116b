using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Mailboxes;
using MailAdmin.Module.Store;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Module.Routing;

/// <summary>
/// The module's only door to servers and stores. The engine behind it is first touched by the first call, so that importing the
/// module loads none of it.
/// </summary>
internal static class ServerGateway
{
    /// <summary>How long clients have to say goodbye at a stop, where nobody says otherwise.</summary>
    public static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(5);

    private static Place? _connected;

    /// <summary>The place that is meant: with neither server nor store named, the one connected.</summary>
    public static Place Meant(ServerChoice server, string? storePath = null) => server.Name is null && storePath is null && _connected is { } connected ? connected : new Place(server, storePath);

    /// <summary>True where somebody said which server or store is meant when nobody says.</summary>
    public static bool IsConnected => _connected is not null;

    /// <summary>The administration of the server or store that is meant; with neither named, the one connected, else the only one.</summary>
    public static Task<IMailAdministration> ResolveAsync(ServerChoice server, string? storePath, CancellationToken cancellationToken) => OpenAsync(Meant(server, storePath), cancellationToken);

    /// <summary>
    /// Starts a server in this process that has its first mailboxes before anybody can connect. One that cannot be had is told to <paramref name="refused"/>, and the
    /// server starts without it.
    /// </summary>
    public static async Task<MailServerInfo> StartAsync(
        MailServerSettings settings, IEnumerable<PSCredential> mailboxes, Action<PSCredential, MailAdminException> refused, CancellationToken cancellationToken)
    {
        var host = await MailServers.StartAsync(
            settings,
            async (starting, token) =>
            {
                foreach (var mailbox in mailboxes)
                {
                    try
                    {
                        await FirstMailboxes.EnsureAsync(starting, mailbox.UserName, PasswordPolicy.Check(mailbox.Password, mailbox.UserName, force: true), token);
                    }
                    catch (MailAdminException e)
                    {
                        refused(mailbox, e);
                    }
                }
            },
            cancellationToken);
        await using var administration = host.OpenAdministration();
        // It runs: who gave up waiting has to learn of it, so as to stop it.
        return await administration.GetServerAsync(CancellationToken.None);
    }

    /// <summary>Stops a server of this process; false where there is none.</summary>
    public static Task<bool> StopAsync(string name, TimeSpan drain, CancellationToken cancellationToken) => MailServers.StopAsync(name, drain, cancellationToken);

    /// <summary>Stops just this server, wherever it runs.</summary>
    public static async Task StopAsync(MailServerInfo server, TimeSpan drain, CancellationToken cancellationToken)
    {
        // One of ours that has ended meanwhile is stopped; of another process's we have to hear it.
        var isOurs = server.ProcessId == Environment.ProcessId;
        await using (var administration = isOurs ? await MailAdministrationRoute.FindHereAsync(server.StorePath, cancellationToken) : await OpenAsync(server, cancellationToken))
        {
            if (administration is not null)
            {
                await administration.StopServerAsync(drain, cancellationToken);
            }
        }

        // A store has one server; others may have its name.
        if (_connected?.Server.Exact?.StorePath == server.StorePath)
        {
            _connected = null;
        }
    }

    /// <summary>Restarts just this server, wherever it runs, in the process it runs in.</summary>
    public static async Task<MailServerInfo> RestartAsync(MailServerInfo server, TimeSpan drain, CancellationToken cancellationToken)
    {
        await using var administration = await OpenAsync(server, cancellationToken);
        return await administration.RestartServerAsync(drain, cancellationToken);
    }

    /// <summary>Completes when a server of this process ends, whoever ends it; a restart does not end it.</summary>
    public static Task CompletionAsync(string name, CancellationToken cancellationToken) =>
        MailServers.Find(name)?.Completion.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Servers of this process and of others of the same user.</summary>
    public static async Task<IReadOnlyList<MailServerInfo>> ListAsync(CancellationToken cancellationToken)
    {
        var servers = new List<MailServerInfo>();
        await MailServers.SettleAsync(cancellationToken);
        foreach (var host in MailServers.List())
        {
            try
            {
                await using var administration = host.OpenAdministration();
                servers.Add(await administration.GetServerAsync(cancellationToken));
            }
            catch (Exception) when (host.State is MailServerState.Stopping or MailServerState.Stopped)
            {
                // Whatever one says that ends just now: it is no longer there, and the others are.
            }
        }

        servers.AddRange(await MailAdministrationRoute.ListElsewhereAsync(cancellationToken));
        return servers;
    }

    /// <summary>One running server by its whole name: that of this process, else the only one of that name in another.</summary>
    /// <exception cref="MailAdminException"><c>ServerNotRunning</c>, <c>ServerNotUnique</c>.</exception>
    public static async Task<MailServerInfo> GetAsync(string name, CancellationToken cancellationToken)
    {
        await using var administration = await ResolveAsync(new ServerChoice(name), null, cancellationToken);
        return await administration.GetServerAsync(cancellationToken);
    }

    /// <summary>The running server that is meant where none is named.</summary>
    public static Task<MailServerInfo> GetDefaultAsync(CancellationToken cancellationToken) => GetServingAsync(default, cancellationToken);

    /// <summary>A server that has endpoints; a store that was opened for the call has none and does not serve.</summary>
    public static async Task<MailServerInfo> GetServingAsync(ServerChoice server, CancellationToken cancellationToken)
    {
        await using var administration = await ResolveAsync(server, null, cancellationToken);
        var info = await administration.GetServerAsync(cancellationToken);
        return info.State is MailServerState.Running or MailServerState.Degraded ? info : throw NotRunning();
    }

    /// <summary>Administration of what is at a place. Looking makes nothing: a store must be there, unless it is asked to be made.</summary>
    /// <exception cref="MailAdminException"><c>StoreNotFound</c>, <c>ServerNotRunning</c>, <c>ServerNotUnique</c>, and the store's own.</exception>
    public static async Task<IMailAdministration> OpenAsync(Place place, CancellationToken cancellationToken, bool make = false)
    {
        if (place is { Server.Exact: { } exact, StorePath: null })
        {
            return await OpenAsync(exact, cancellationToken);
        }

        if (place.StorePath is { } path && !make)
        {
            StorePathCheck.Demand(path, path);
        }

        return await MailAdministrationRoute.ResolveAsync(place.Server.Name, place.StorePath, cancellationToken);
    }

    /// <summary>
    /// Administration of just this server, whatever others of its name there are; never of its store without it. A store has one server at a time: one of another
    /// process is the same after its process was started anew.
    /// </summary>
    public static async Task<IMailAdministration> OpenAsync(MailServerInfo server, CancellationToken cancellationToken) =>
        (server.ProcessId == Environment.ProcessId ? await MailAdministrationRoute.FindHereAsync(server.StorePath, cancellationToken) : await MailAdministrationRoute.ConnectAsync(server.StorePath, cancellationToken))
            ?? throw NotRunning(server.Name);

    /// <summary>Administration of the server that runs on a store again, in whichever process it came back; never of the store without one.</summary>
    public static async Task<IMailAdministration> ReopenAsync(MailServerInfo server, CancellationToken cancellationToken) =>
        await MailAdministrationRoute.FindHereAsync(server.StorePath, cancellationToken) ?? await MailAdministrationRoute.ConnectAsync(server.StorePath, cancellationToken)
            ?? throw NotRunning(server.Name);

    /// <summary>Makes a server or store the one that is meant where none is named.</summary>
    public static async Task<MailServerInfo> ConnectAsync(Place place, CancellationToken cancellationToken)
    {
        await using var administration = await OpenAsync(place, cancellationToken);
        var info = await administration.GetServerAsync(cancellationToken);
        // What answered to a name now is meant from now on: another of that name may come.
        _connected = place.StorePath is null ? new Place(ServerChoice.Of(info), null) : place;
        return info;
    }

    /// <summary>Takes that back.</summary>
    public static void Disconnect() => _connected = null;

    private static MailAdminException NotRunning(string? name = null) => new(
        "ServerNotRunning", MailErrorCategory.ResourceUnavailable, name is null ? "No mail server is running." : $"The server '{name}' is not running.", name,
        "Start one with Start-MailServer; Get-MailServer lists those that run.");
}
