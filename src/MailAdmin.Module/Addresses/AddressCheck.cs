using MailAdmin.Addresses;
using MailAdmin.Errors;

namespace MailAdmin.Module.Addresses;

/// <summary>Says what is wrong with an address before anything is asked of a server.</summary>
internal static class AddressCheck
{
    /// <exception cref="MailAdminException"><c>InvalidAddress</c>.</exception>
    public static void Demand(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (!MailboxAddress.TryParse(address, out _, out var reason))
            {
                throw new MailAdminException("InvalidAddress", MailErrorCategory.InvalidArgument, reason, address, "Write the address as name@domain.");
            }
        }
    }

    /// <summary>The same for an address that is to be made: one with wildcards could never be named alone.</summary>
    /// <exception cref="MailAdminException"><c>InvalidAddress</c>.</exception>
    public static void DemandNew(string address)
    {
        Demand([address]);
        if (address.AsSpan().ContainsAny('*', '?'))
        {
            throw new MailAdminException(
                "InvalidAddress", MailErrorCategory.InvalidArgument, $"'{address}' has a wildcard: everywhere else it would mean all addresses that fit.", address,
                "Write one address. The mail for all other names of a domain goes where New-MailDomain -CatchAll says.");
        }
    }

    /// <summary>The addresses that an alias is to lead to.</summary>
    /// <exception cref="MailAdminException"><c>InvalidAddress</c>, <c>AliasOfItself</c>.</exception>
    public static void DemandTargets(string alias, IReadOnlyCollection<string> targets)
    {
        Demand(targets);
        if (targets.Contains(alias, StringComparer.OrdinalIgnoreCase))
        {
            throw new MailAdminException("AliasOfItself", MailErrorCategory.InvalidArgument, $"Alias '{alias}' would lead to itself.", alias, "Name the mailboxes or other addresses that its mail is to go to.");
        }
    }
}
