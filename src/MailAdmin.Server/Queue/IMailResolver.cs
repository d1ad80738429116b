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
/// <param name="servers">DNS servers to ask; those of the system where none are given.</param>
internal sealed class DnsMailResolver(params IPEndPoint[] servers) : IMailResolver
{
    private readonly Lazy<LookupClient> _dns = new(() =>
    {
        var options = servers.Length > 0 ? new LookupClientOptions(servers) : new LookupClientOptions();
        options.Timeout = TimeSpan.FromSeconds(5);
        options.Retries = 2;
        options.ThrowDnsErrors = false;
        options.UseCache = true;
        return new LookupClient(options);
    });

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
#pragma warning disable CA1031 // What a hostile answer or name makes the library throw is not of one kind, and none of it may keep mail from being put off and given up in time.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // No DNS server is known or answers, or its answer cannot be read.
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
        catch (ArgumentException)
        {
            // No name of a host, such as one with escaped octets that is longer than any may be: it has no address.
            return [];
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return e is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } ? [] : null;
        }
    }
}
