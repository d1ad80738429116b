using MailAdmin.Errors;

namespace MailAdmin.Server.Hosting;

/// <summary>Errors of hosting, with their remedies in one place.</summary>
internal static class ServerErrors
{
    public static MailAdminException ServerExists(string name) => new(
        "ServerExists", MailErrorCategory.ResourceExists, $"A server named '{name}' runs already in this process.", name,
        "Give another -Name, or stop the running one with Stop-MailServer first.");

    public static MailAdminException ServerNotRunning(string? name) => new(
        "ServerNotRunning", MailErrorCategory.ResourceUnavailable, name is null ? "No server is running." : $"The server '{name}' is not running.", name,
        "Start one with Start-MailServer, or name a running one with -Server; Get-MailServer lists them.");

    public static MailAdminException ServerNotUnique(IReadOnlyList<(string Name, int ProcessId, string StorePath)> running, string? name = null) =>
        running.DistinctBy(s => s.Name, StringComparer.OrdinalIgnoreCase).Count() == running.Count
            ? new("ServerNotUnique", MailErrorCategory.InvalidArgument, $"More than one server is running: {string.Join(", ", running.Select(s => s.Name))}.", name, "Say which one with -Server.")
            : new(
                "ServerNotUnique", MailErrorCategory.InvalidArgument,
                $"More than one server is running: {string.Join("; ", running.Select(s => $"'{s.Name}' of process {s.ProcessId}, store {s.StorePath}"))}.", name,
                $"Give the server itself in place of its name: Get-MailServer | Where-Object ProcessId -EQ {running[0].ProcessId} gives one of them, to pipe on, for -Server or Connect-MailServer; or name its store with -StorePath.");

    public static MailAdminException ServerIsEphemeral(string name) => new(
        "ServerIsEphemeral", MailErrorCategory.InvalidOperation, $"Server '{name}' is ephemeral: its mail would go with the stop.", name, "Stop it and start a new one.");

    public static MailAdminException PortInUse(int port, string address, string? owner, Exception cause) => new(
        "PortInUse", MailErrorCategory.ResourceBusy,
        owner is null ? $"Port {port} at {address} is taken by another program." : $"Port {port} at {address} is taken by {owner}.", port,
        "Stop that program, or choose other ports with -PortOffset or the port parameters (0 asks for a free one).", cause);

    public static MailAdminException PortNotPermitted(int port, Exception cause) => new(
        "PortNotPermitted", MailErrorCategory.PermissionDenied, $"This account may not listen on port {port}.", port,
        "Ports below 1024 need the right for it (CAP_NET_BIND_SERVICE on Linux); choose others with -PortOffset or the port parameters.", cause);

    public static MailAdminException AddressNotAvailable(string address, Exception? cause) => new(
        "AddressNotAvailable", MailErrorCategory.InvalidArgument, $"'{address}' is not an address of this machine.", address,
        "Use 127.0.0.1, ::1, 0.0.0.0, :: or an address of one of its network interfaces.", cause);

    public static MailAdminException NotAnAddress(string text) => new(
        "AddressNotAvailable", MailErrorCategory.InvalidArgument, $"'{text}' is not an IP address, and a server listens on one.", text,
        "Use 127.0.0.1, ::1, 0.0.0.0, :: or an address of one of the machine's network interfaces.");

    public static MailAdminException InvalidSettings(string message, object? target, string action) =>
        new("InvalidSettings", MailErrorCategory.InvalidArgument, message, target, action);

    public static MailAdminException CertificateNotUsable(string path, string reason, Exception? cause) => new(
        "CertificateNotUsable", MailErrorCategory.InvalidArgument, $"The certificate '{path}' cannot be used: {reason}", path,
        "Give a PFX file, or a PEM file that holds the certificate chain and the private key; where it is encrypted, its password with -CertificatePassword (Set-MailCertificate: -Password).", cause);

    public static MailAdminException SessionNotFound(string id) => new(
        "SessionNotFound", MailErrorCategory.ObjectNotFound, $"There is no session '{id}'.", id, "Get-MailSession lists the open ones.");
}
