using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace MailAdmin.Server.Queue;

/// <summary>DNS as mail needs it; tests answer themselves.</summary>
public interface IMailResolver
{
    /// <summary>MX records of a domain.</summary>
    Task<MailExchangers> GetExchangersAsync(string domain, CancellationToken cancellationToken);

    /// <summary>Addresses of a host; empty where it has none, null where nobody could say.</summary>
    Task<IReadOnlyList<IPAddress>?> GetAddressesAsync(string host, CancellationToken cancellationToken);
}

/// <summary>An MX record.</summary>
public readonly record struct MailExchanger(string Host, int Preference);

/// <summary>What DNS says of a domain's MX.</summary>
public enum ExchangerStatus
{
    /// <summary>There are records.</summary>
    Found,
    /// <summary>The domain is there and has none.</summary>
    NoRecords,
    /// <summary>There is no such domain.</summary>
    NoDomain,
    /// <summary>Nobody could say.</summary>
    Unknown,
}

/// <summary>The answer.</summary>
public sealed record MailExchangers(ExchangerStatus Status, IReadOnlyList<MailExchanger> Hosts);

/// <summary>The system's resolver for addresses, DNS for MX records.</summary>
internal sealed class DnsMailResolver : IMailResolver
{
    private readonly Lazy<LookupClient> _dns = new(() => new LookupClient(new LookupClientOptions { Timeout = TimeSpan.FromSeconds(5), Retries = 2, ThrowDnsErrors = false, UseCache = true }));

    public async Task<MailExchangers> GetExchangersAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _dns.Value.QueryAsync(domain, QueryType.MX, cancellationToken: cancellationToken);
            if (answer.HasError)
            {
                return new MailExchangers(answer.Header.ResponseCode == DnsHeaderResponseCode.NotExistentDomain ? ExchangerStatus.NoDomain : ExchangerStatus.Unknown, []);
            }

            MailExchanger[] hosts = [.. answer.Answers.OfType<MxRecord>().Select(r => new MailExchanger(r.Exchange.Value.TrimEnd('.'), r.Preference))];
            return new MailExchangers(hosts.Length > 0 ? ExchangerStatus.Found : ExchangerStatus.NoRecords, hosts);
        }
        catch (Exception e) when (e is DnsResponseException or InvalidOperationException or SocketException)
        {
            // No DNS server is known or answers.
            return new MailExchangers(ExchangerStatus.Unknown, []);
        }
    }

    public async Task<IReadOnlyList<IPAddress>?> GetAddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData ? [] : null;
        }
    }
}
