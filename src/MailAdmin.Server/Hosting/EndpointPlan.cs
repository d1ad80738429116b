using System.Net;

namespace MailAdmin.Server.Hosting;

/// <summary>Which endpoints a server's settings ask for.</summary>
internal static class EndpointPlan
{
    private sealed record Service(MailProtocol Protocol, MailTlsMode TlsMode, int StandardPort, Func<MailServerSettings, int?> Wanted);

    private static readonly Service[] Services =
    [
        new(MailProtocol.Smtp, MailTlsMode.StartTls, 25, s => s.SmtpPort),
        new(MailProtocol.Submission, MailTlsMode.StartTls, 587, s => s.SubmissionPort),
        new(MailProtocol.Submission, MailTlsMode.Implicit, 465, s => s.SubmissionsPort),
        new(MailProtocol.Imap, MailTlsMode.StartTls, 143, s => s.ImapPort),
        new(MailProtocol.Imap, MailTlsMode.Implicit, 993, s => s.ImapsPort),
        new(MailProtocol.Pop3, MailTlsMode.StartTls, 110, s => s.Pop3Port),
        new(MailProtocol.Pop3, MailTlsMode.Implicit, 995, s => s.Pop3sPort),
    ];

    /// <summary>The endpoints, port 0 where a free one is wanted.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidSettings</c>, <c>AddressNotAvailable</c></exception>
    public static IReadOnlyList<MailEndpoint> Of(MailServerSettings settings)
    {
        if (!IPAddress.TryParse(settings.Address, out var address))
        {
            throw ServerErrors.NotAnAddress(settings.Address);
        }

        var endpoints = new List<MailEndpoint>();
        foreach (var service in Services)
        {
            var port = service.Wanted(settings) ?? (settings.Ephemeral ? 0 : service.StandardPort + settings.PortOffset);
            if (port == -1)
            {
                continue;
            }

            var endpoint = new MailEndpoint(service.Protocol, address.ToString(), port, service.TlsMode);
            if (port is < 0 or > IPEndPoint.MaxPort)
            {
                throw ServerErrors.InvalidSettings($"{port} is not a port for {endpoint.Service}.", port, "Ports go from 1 to 65535; 0 asks for a free one, -1 for none.");
            }

            if (port > 0 && endpoints.Find(e => e.Port == port) is { } other)
            {
                throw ServerErrors.InvalidSettings($"Port {port} is given to both {other.Service} and {endpoint.Service}.", port, "Give each service a port of its own.");
            }

            endpoints.Add(endpoint);
        }

        return endpoints;
    }

    /// <summary>The settings for a restart: just these endpoints again, also where the system chose the ports, and no domain made that was removed meanwhile.</summary>
    public static MailServerSettings Keep(MailServerSettings settings, IReadOnlyList<MailEndpoint> endpoints)
    {
        int Port(MailProtocol protocol, MailTlsMode tlsMode) => endpoints.FirstOrDefault(e => e.Protocol == protocol && e.TlsMode == tlsMode)?.Port ?? -1;
        return settings with
        {
            Domains = [],
            SmtpPort = Port(MailProtocol.Smtp, MailTlsMode.StartTls),
            SubmissionPort = Port(MailProtocol.Submission, MailTlsMode.StartTls),
            SubmissionsPort = Port(MailProtocol.Submission, MailTlsMode.Implicit),
            ImapPort = Port(MailProtocol.Imap, MailTlsMode.StartTls),
            ImapsPort = Port(MailProtocol.Imap, MailTlsMode.Implicit),
            Pop3Port = Port(MailProtocol.Pop3, MailTlsMode.StartTls),
            Pop3sPort = Port(MailProtocol.Pop3, MailTlsMode.Implicit),
        };
    }

    /// <summary>The networks whose connections begin with a PROXY header.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidSettings</c></exception>
    public static IReadOnlyList<IPNetwork> TrustedProxies(MailServerSettings settings) =>
    [
        .. settings.TrustedProxies.Select(text =>
            IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(text, out var network) ? network
            : throw ServerErrors.InvalidSettings($"'{text}' is not an address or network of a proxy.", text, "Write it as 192.0.2.10 or 10.0.0.0/8.")),
    ];
}
