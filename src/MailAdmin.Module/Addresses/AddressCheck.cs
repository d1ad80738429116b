using System.Management.Automation;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

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
}
