using System.Text.Json;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>A route as the store keeps it. <see cref="SecretId"/> names the file of its password, which is in no record of the log.</summary>
internal sealed record RelayRoute(string Name, string Domain, string Host, int Port, MailRouteTlsMode TlsMode, string? UserName, string? SecretId, DateTimeOffset CreatedAt)
{
    /// <summary>As an admin sees it.</summary>
    public MailRoute ToRoute() => new()
    {
        Name = Name, Domain = Domain, Host = Host, Port = Port, TlsMode = TlsMode, UserName = UserName, HasCredential = SecretId is not null, CreatedAt = CreatedAt,
    };
}

/// <summary>
/// The routes of a store: a setting of it, small enough to be read whole. Passwords lie in files of their own, owner-readable only, beside the other secrets: the log
/// keeps what was for ever, and a password that was taken away must be gone.
/// </summary>
internal sealed class RelayRoutes
{
    /// <summary>Most routes: each look-up of a domain without a route of its own goes over the wildcards.</summary>
    private const int MaxRoutes = 1000;
    private const string Setting = "queue.routes";

    // One per process, for a pipeline of two cmdlets on a store without a server is two of these.
    private static readonly SemaphoreSlim Gate = new(1);

    private readonly IMailStore _store;
    private volatile RelayRoute[] _routes = [];

    private RelayRoutes(IMailStore store) => _store = store;

    /// <summary>After a change: what waits may have another way now.</summary>
    public event Func<Task>? Changed;

    private string SecretDirectory => Path.Combine(_store.Location, "secrets");

    /// <summary>Reads the routes of a store.</summary>
    public static async Task<RelayRoutes> OpenAsync(IMailStore store, CancellationToken cancellationToken)
    {
        var routes = new RelayRoutes(store);
        await routes.ReadAsync(cancellationToken);
        return routes;
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<RelayRoute> List() => _routes;

    /// <summary>The route for a domain: its own name before the longest wildcard above it, that before <c>*</c>.</summary>
    public RelayRoute? Find(string domain)
    {
        RelayRoute? best = null;
        foreach (var route in _routes)
        {
            if (Matches(route.Domain, domain) && (best is null || Weight(route.Domain) > Weight(best.Domain)))
            {
                best = route;
            }
        }

        return best;
    }

    /// <summary>The password of a route; null where it has none or its file is gone.</summary>
    public string? PasswordOf(RelayRoute route)
    {
        try
        {
            return route.SecretId is { } id ? File.ReadAllText(SecretPath(id)) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Makes a route.</summary>
    /// <exception cref="MailAdminException"><c>RouteExists</c>, <c>InvalidRoute</c></exception>
    public Task<RelayRoute> AddAsync(string name, MailRouteChange change, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        routes =>
        {
            if (string.IsNullOrWhiteSpace(name) || name.Length > 100 || name.Any(char.IsControl))
            {
                throw RouteErrors.Invalid($"'{name}' cannot be a route's name.", name, "Give a short name, such as smarthost.");
            }

            if (routes.Exists(r => Same(r.Name, name)))
            {
                throw RouteErrors.Exists(name);
            }

            if (routes.Count >= MaxRoutes)
            {
                throw RouteErrors.Invalid($"There are {MaxRoutes} routes already.", name, "Remove those that are not needed; a wildcard route serves many domains.");
            }

            var host = change.Host ?? throw RouteErrors.Invalid("A route needs a next hop.", name, "Name it with -SmartHost.");
            var tls = change.TlsMode ?? (change.UserName is null ? MailRouteTlsMode.Opportunistic : MailRouteTlsMode.Required);
            var port = change.Port ?? (tls == MailRouteTlsMode.Implicit ? 465 : change.UserName is null ? 25 : 587);
            return Check(new RelayRoute(name, Pattern(change.Domain ?? "*"), Host(host), port, tls, null, null, now), routes);
        },
        change, cancellationToken);

    /// <summary>Changes a route.</summary>
    /// <exception cref="MailAdminException"><c>RouteNotFound</c>, <c>RouteExists</c>, <c>InvalidRoute</c></exception>
    public Task<RelayRoute> SetAsync(string name, MailRouteChange change, CancellationToken cancellationToken) => ChangeAsync(
        routes =>
        {
            var old = routes.Find(r => Same(r.Name, name)) ?? throw RouteErrors.NotFound(name);
            return Check(
                old with
                {
                    Domain = change.Domain is null ? old.Domain : Pattern(change.Domain),
                    Host = change.Host is null ? old.Host : Host(change.Host),
                    Port = change.Port ?? old.Port,
                    TlsMode = change.TlsMode ?? old.TlsMode,
                },
                [.. routes.Where(r => r != old)]);
        },
        change, cancellationToken);

    /// <summary>Removes a route and its password.</summary>
    /// <exception cref="MailAdminException"><c>RouteNotFound</c></exception>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            var routes = await ReadAsync(cancellationToken);
            var old = routes.Find(r => Same(r.Name, name)) ?? throw RouteErrors.NotFound(name);
            routes.Remove(old);
            await WriteAsync(routes, cancellationToken);
            DropSecret(old.SecretId);
        }
        finally
        {
            Gate.Release();
        }

        await TellAsync();
    }

    private async Task<RelayRoute> ChangeAsync(Func<List<RelayRoute>, RelayRoute> plan, MailRouteChange change, CancellationToken cancellationToken)
    {
        RelayRoute route;
        await Gate.WaitAsync(cancellationToken);
        try
        {
            var routes = await ReadAsync(cancellationToken);
            route = plan(routes);
            var before = route.SecretId;
            route = WithCredential(route, change);
            if (route.SecretId is not null && !IsLoopback(route.Host))
            {
                if (route.TlsMode == MailRouteTlsMode.Opportunistic && change.TlsMode is null)
                {
                    route = route with { TlsMode = MailRouteTlsMode.Required };
                }

                if (route.TlsMode is MailRouteTlsMode.None or MailRouteTlsMode.Opportunistic)
                {
                    // Without a certificate that holds it would be given to whoever answers.
                    DropSecret(route.SecretId == before ? null : route.SecretId);
                    throw RouteErrors.Invalid("A password may not cross a network without TLS that must hold.", route.Name, "Use -TlsMode Required or Implicit, or give no credential.");
                }
            }

            routes.RemoveAll(r => Same(r.Name, route.Name));
            routes.Add(route);
            await WriteAsync(routes, cancellationToken);
            if (before != route.SecretId)
            {
                DropSecret(before);
            }
        }
        finally
        {
            Gate.Release();
        }

        await TellAsync();
        return route;
    }

    private Task TellAsync() => Changed?.Invoke() ?? Task.CompletedTask;

    private RelayRoute WithCredential(RelayRoute route, MailRouteChange change)
    {
        if (change.UserName is "")
        {
            return route with { UserName = null, SecretId = null };
        }

        if (change.Password is not { } password)
        {
            return change.UserName is null || route.SecretId is not null
                ? route with { UserName = change.UserName ?? route.UserName }
                : throw RouteErrors.Invalid("A user name needs a password.", route.Name, "Give both with -Credential.");
        }

        if ((change.UserName ?? route.UserName) is not { } user)
        {
            throw RouteErrors.Invalid("A password needs a user name.", route.Name, "Give both with -Credential.");
        }

        // A new file each time: a crash leaves the old password or the new one, never half of either.
        var id = Guid.NewGuid().ToString("N");
        StoreDirectory.CreatePrivate(SecretDirectory);
        StoreDirectory.WritePrivate(SecretPath(id), System.Text.Encoding.UTF8.GetBytes(password));
        return route with { UserName = user, SecretId = id };
    }

    private string SecretPath(string id) => Path.Combine(SecretDirectory, $"route-{id}");

    private void DropSecret(string? id)
    {
        if (id is not null)
        {
            File.Delete(SecretPath(id));
        }
    }

    private async Task<List<RelayRoute>> ReadAsync(CancellationToken cancellationToken)
    {
        var text = await _store.Accounts.GetSettingAsync(Setting, cancellationToken);
        List<RelayRoute> routes = text is null ? [] : JsonSerializer.Deserialize<List<RelayRoute>>(text) ?? [];
        _routes = [.. routes.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase)];
        return [.. _routes];
    }

    private async Task WriteAsync(List<RelayRoute> routes, CancellationToken cancellationToken)
    {
        await _store.Accounts.PutSettingAsync(Setting, routes.Count == 0 ? null : JsonSerializer.Serialize(routes), cancellationToken);
        _routes = [.. routes.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase)];
    }

    private static RelayRoute Check(RelayRoute route, List<RelayRoute> others) =>
        others.Find(r => r.Domain == route.Domain) is { } other ? throw RouteErrors.DomainTaken(route.Domain, other.Name)
        : route.Port is < 1 or > 65535 ? throw RouteErrors.Invalid($"{route.Port} is not a port.", route.Port, "Ports are 1 to 65535; 25, 587 or 465 for mail.")
        : route;

    private static string Pattern(string text)
    {
        text = text.Trim();
        if (text == "*")
        {
            return text;
        }

        var below = text.StartsWith("*.", StringComparison.Ordinal);
        return MailboxAddress.TryCanonicalDomain(below ? text[2..] : text, out var domain) && !domain.Contains('*', StringComparison.Ordinal)
            ? (below ? "*." : "") + domain
            : throw RouteErrors.Invalid($"'{text}' is not a domain.", text, "Write *, example.com or *.example.com.");
    }

    private static string Host(string text) =>
        System.Net.IPAddress.TryParse(text.Trim(), out var address) ? address.ToString()
        : MailboxAddress.TryCanonicalDomain(text, out var host) ? host
        : throw RouteErrors.Invalid($"'{text}' is not a host.", text, "Write a host name or an IP address, without a port.");

    /// <summary>A host that is this machine by its name, whatever DNS says.</summary>
    public static bool IsLoopback(string host) => host == "localhost" || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));

    private static bool Matches(string pattern, string domain) =>
        pattern == "*" || pattern == domain || (pattern.StartsWith("*.", StringComparison.Ordinal) && domain.EndsWith(pattern[1..], StringComparison.Ordinal));

    // A name of its own beats a wildcard, a longer one a shorter.
    private static int Weight(string pattern) => pattern == "*" ? 0 : pattern.StartsWith("*.", StringComparison.Ordinal) ? pattern.Length : int.MaxValue;

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What can be wrong with a route.</summary>
internal static class RouteErrors
{
    public static MailAdminException NotFound(string name) => new(
        "RouteNotFound", MailErrorCategory.ObjectNotFound, $"There is no route '{name}'.", name, "Get-MailRoute lists those there are; New-MailRoute makes one.");

    public static MailAdminException Exists(string name) => new(
        "RouteExists", MailErrorCategory.ResourceExists, $"There is already a route '{name}'.", name, "Change it with Set-MailRoute, or choose another name.");

    public static MailAdminException DomainTaken(string domain, string by) => new(
        "RouteExists", MailErrorCategory.ResourceExists, $"The route '{by}' is already for the domain '{domain}'.", domain, $"Change it with Set-MailRoute {by}.");

    public static MailAdminException Invalid(string message, object? target, string remedy) => new("InvalidRoute", MailErrorCategory.InvalidArgument, message, target, remedy);
}
