using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace MailAdmin.Client.Probing;

/// <summary>The system's resolver for addresses, DNS for MX records.</summary>
public sealed class NameResolver : INameResolver
{
    private readonly Lazy<LookupClient> _dns = new(() => new LookupClient(new LookupClientOptions { Timeout = TimeSpan.FromSeconds(3), Retries = 1, ThrowDnsErrors = false }));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> GetAddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> GetMailHostsAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _dns.Value.QueryAsync(domain, QueryType.MX, cancellationToken: cancellationToken);
            return [.. answer.Answers.OfType<MxRecord>().OrderBy(r => r.Preference).Select(r => r.Exchange.Value.TrimEnd('.'))];
        }
        catch (DnsResponseException)
        {
            return []; // no DNS server answers; the name may still have an address
        }
    }
}
