using System.Globalization;
using System.Net.Sockets;

namespace MailAdmin.Server.Hosting;

/// <summary>Who holds a port, where the system tells: on Linux /proc/net/tcp gives the socket, /proc/PID/fd the process.</summary>
internal static class PortOwner
{
    /// <summary><c>postfix (process 812)</c>, or null where it cannot be known.</summary>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var sockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
                .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(f => f.Length > 9 && f[3] == "0A" && f[1].EndsWith(":" + port.ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal))
                .Select(f => $"socket:[{f[9]}]")
                .ToHashSet(StringComparer.Ordinal);
            return sockets.Count == 0 ? null : Processes().FirstOrDefault(p => Holds(p, sockets)) is { } process ? Describe(process) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The error that a failed bind means.</summary>
    public static Errors.MailAdminException Explain(SocketException cause, MailEndpoint endpoint) => cause.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => ServerErrors.PortInUse(endpoint.Port, endpoint.Address, Find(endpoint.Port), cause),
        SocketError.AccessDenied => ServerErrors.PortNotPermitted(endpoint.Port, cause),
        _ => ServerErrors.AddressNotAvailable(endpoint.Address, cause),
    };

    private static IEnumerable<string> Processes() =>
        Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(f => Target(f) is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or gone meanwhile.
            return false;
        }
    }

    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            // Closed meanwhile; the others are still to be looked at.
            return null;
        }
    }

    private static string Describe(string process)
    {
        var id = Path.GetFileName(process);
        return id == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            ? "this process"
            : $"{File.ReadAllText(Path.Combine(process, "comm")).Trim()} (process {id})";
    }
}
