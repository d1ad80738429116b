using MailAdmin.Addresses;

namespace MailAdmin.Server.Hosting;

/// <summary>Names that go into greetings, trace fields and certificates: nothing but a name may stand there.</summary>
internal static class HostNames
{
    /// <summary>The server's name: the one given, else the machine's, else localhost.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidSettings</c></exception>
    public static string OfServer(string? given)
    {
        if (given is not null)
        {
            return Canonical(given) ?? throw ServerErrors.InvalidSettings($"'{given}' is not a host name.", given, "Write it as mail.example.com.");
        }

        return Canonical(Environment.MachineName) ?? "localhost";
    }

    /// <summary>A domain to take mail for, canonical.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidSettings</c></exception>
    public static string Domain(string given) =>
        MailboxAddress.TryCanonicalDomain(given, out var domain) ? domain : throw ServerErrors.InvalidSettings($"'{given}' is not a domain name.", given, "Write it as example.com.");

    /// <summary>As a domain; a machine's own name may have underscores besides.</summary>
    private static string? Canonical(string name) =>
        MailboxAddress.TryCanonicalDomain(name, out var domain) ? domain
        : name.Length is > 0 and <= MailboxAddress.MaxDomainOctets && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? name.ToLowerInvariant()
        : null;
}
