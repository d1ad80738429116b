using System.Runtime.InteropServices;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// The servers running in this process, by name (any case). Ports belong to the process, so this registry does as well: it survives
/// <c>Import-Module -Force</c>. A process that exits stops them in order.
/// </summary>
/// <remarks>The lock is held for the table alone and nothing of a host is asked under it: a host that restarts comes here from under its own.</remarks>
public static class MailServers
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, MailServerHost> Running = new(StringComparer.OrdinalIgnoreCase);
    private static readonly List<PosixSignalRegistration> Signals = [];
    private static bool _watchesExit;

    /// <summary>Switch of AppContext: the program sees to signals itself and ends so that ProcessExit comes.</summary>
    private const string HostEndsInOrder = "MailAdmin.HostEndsInOrder";

    /// <summary>Starts a server and returns once all its endpoints answer.</summary>
    /// <exception cref="Errors.MailAdminException"><c>ServerExists</c>, <c>PortInUse</c>, <c>PortNotPermitted</c>, <c>AddressNotAvailable</c>,
    /// <c>CertificateNotUsable</c>, <c>InvalidSettings</c>, and the store's own.</exception>
    public static Task<MailServerHost> StartAsync(MailServerSettings settings, CancellationToken cancellationToken = default) =>
        StartAsync(settings, ServerParts.Default, null, cancellationToken);

    /// <summary>The same, with something to be done to the store before the first endpoint opens, see <see cref="FirstMailboxes"/>. What it throws ends the start.</summary>
    public static Task<MailServerHost> StartAsync(MailServerSettings settings, Func<MailServerHost, CancellationToken, Task> prepare, CancellationToken cancellationToken = default) =>
        StartAsync(settings, ServerParts.Default, prepare, cancellationToken);

    /// <summary>The same with parts of the caller's own.</summary>
    internal static async Task<MailServerHost> StartAsync(
        MailServerSettings settings, ServerParts parts, Func<MailServerHost, CancellationToken, Task>? prepare, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var host = new MailServerHost(settings, TimeProvider.System, parts);
        lock (Gate)
        {
            if (Running.ContainsKey(settings.Name))
            {
                throw ServerErrors.ServerExists(settings.Name);
            }

            Running.Add(settings.Name, host);
            if (!_watchesExit)
            {
                _watchesExit = true;
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => StopAllAtExit();
                WatchSignals();
            }
        }

        try
        {
            await host.StartAsync(prepare, cancellationToken);
        }
        catch
        {
            // Whatever it was, the name is free again; the caller hears the cause.
            Forget(host);
            throw;
        }

        return host;
    }

    /// <summary>The server of that name in this process, or null.</summary>
    public static MailServerHost? Find(string name)
    {
        MailServerHost? host;
        lock (Gate)
        {
            host = Running.GetValueOrDefault(name);
        }

        return host is not null && HasCome(host) ? host : null;
    }

    /// <summary>All servers of this process that have come up, by name.</summary>
    public static IReadOnlyList<MailServerHost> List() => [.. All().Where(HasCome).OrderBy(h => h.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Returns once no server of this process is being restarted: who asks for one then means the one that comes, and is not to hear that there is none.</summary>
    public static async Task SettleAsync(CancellationToken cancellationToken = default)
    {
        while (All().Select(h => h.Restart).FirstOrDefault(r => r is { IsCompleted: false }) is { } restart)
        {
            // What came of it is its asker's.
            await restart.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>
    /// Stops a server in order: no new clients, goodbye to those there, <paramref name="drain"/> at most for them. One that is being restarted is stopped when it has
    /// come up. False where there is none.
    /// </summary>
    public static async Task<bool> StopAsync(string name, TimeSpan drain, CancellationToken cancellationToken = default)
    {
        await SettleAsync(cancellationToken);
        if (Find(name) is not { } host)
        {
            return false;
        }

        await host.StopAsync(drain, cancellationToken);
        return true;
    }

    private static MailServerHost[] All()
    {
        lock (Gate)
        {
            return [.. Running.Values];
        }
    }

    /// <summary>At a restart the old host is still here when it has gone, and the new one before it has come.</summary>
    private static bool HasCome(MailServerHost host) => host.State is not (MailServerState.Starting or MailServerState.Stopped);

    /// <summary>Puts the host that a restart made in the old one's place.</summary>
    internal static void Replace(MailServerHost old, MailServerHost next)
    {
        lock (Gate)
        {
            if (Running.TryGetValue(old.Name, out var present) && ReferenceEquals(present, old))
            {
                Running[old.Name] = next;
            }
        }
    }

    /// <summary>Takes a stopped server out.</summary>
    internal static void Forget(MailServerHost host)
    {
        lock (Gate)
        {
            if (Running.TryGetValue(host.Name, out var present) && ReferenceEquals(present, host))
            {
                Running.Remove(host.Name);
            }
        }
    }

    // Since .NET 10 a process without handlers ends at once at SIGTERM and SIGHUP, without ProcessExit: a PowerShell with a server in it, for one.
    private static void WatchSignals()
    {
        if (!AppContext.TryGetSwitch(HostEndsInOrder, out var ends) || !ends)
        {
            Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, static _ => StopAllAtExit()));
            Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, static _ => StopAllAtExit()));
        }
    }

    private static void StopAllAtExit()
    {
        // The runtime waits for this handler; there is nobody left to await.
        Task.Run(() => SettleAsync()).Wait(TimeSpan.FromSeconds(5));
        Task.WaitAll([.. List().Select(h => h.StopAsync(TimeSpan.FromSeconds(2), CancellationToken.None))], TimeSpan.FromSeconds(10));
    }
}
