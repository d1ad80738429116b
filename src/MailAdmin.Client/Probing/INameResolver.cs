using System.Net;

namespace MailAdmin.Client.Probing;

/// <summary>The names a probe needs, behind a seam, so that tests reach no DNS server.</summary>
public interface INameResolver
{
    /// <summary>Addresses of a host, in the order to try; empty where it has none.</summary>
    Task<IReadOnlyList<IPAddress>> GetAddressesAsync(string host, CancellationToken cancellationToken);

    /// <summary>
    /// Mail hosts of a domain, best first (RFC 5321 §5.1); empty where it has no MX record; one empty name where it says that it
    /// takes no mail (RFC 7505).
    /// </summary>
    Task<IReadOnlyList<string>> GetMailHostsAsync(string domain, CancellationToken cancellationToken);
}
