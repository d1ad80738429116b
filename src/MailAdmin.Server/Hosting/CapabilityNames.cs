namespace MailAdmin.Server.Hosting;

/// <summary>Names of capabilities, as settings switch them off.</summary>
public static class CapabilityNames
{
    /// <summary>All that can be switched off, of all protocols, by name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Imap.ImapCapabilities.All.Concat(Smtp.Capabilities.All).Concat(Pop3.Capabilities.All).Concat(["AUTH=PLAIN", "AUTH=LOGIN", "AUTH=SCRAM-SHA-256"])
            .Where(name => name != "LOGINDISABLED").Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>Those that settings name.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidSettings</c>: no such capability.</exception>
    internal static IReadOnlySet<string> Read(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!All.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw ServerErrors.InvalidSettings($"There is no capability '{name}'.", name, $"The capabilities are {string.Join(", ", All)}.");
            }
        }

        return names.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
