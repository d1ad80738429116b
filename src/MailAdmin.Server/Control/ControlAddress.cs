using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MailAdmin.Server.Control;

/// <summary>
/// Where a store's server is reached by other processes of the same user: a socket in the store's directory, which only its owner may enter, or a
/// named pipe of the current user on Windows. It follows from the store's path alone, so that nothing need be written down to find it.
/// </summary>
internal static class ControlAddress
{
    /// <summary>Longest path of a Unix socket: 108 octets on Linux, 104 elsewhere, one of them the end.</summary>
    private static readonly int MaxSocketPath = OperatingSystem.IsLinux() ? 107 : 103;

    /// <summary>The socket's path or the pipe's name.</summary>
    /// <exception cref="Errors.MailAdminException"><c>ControlPathTooLong</c></exception>
    public static string Of(string storePath)
    {
        if (OperatingSystem.IsWindows())
        {
            return $"mailadmin-{Digest(storePath)}";
        }

        var path = Path.Combine(storePath, "control.sock");
        if (Encoding.UTF8.GetByteCount(path) <= MaxSocketPath)
        {
            return path;
        }

        return RunDirectory.Candidates.Select(d => Path.Combine(d, Digest(storePath) + ".sock")).FirstOrDefault(p => Encoding.UTF8.GetByteCount(p) <= MaxSocketPath)
            ?? throw new Errors.MailAdminException(
                "ControlPathTooLong", Errors.MailErrorCategory.InvalidArgument, $"The path '{storePath}' is too long for a control socket.", storePath,
                "Keep the store in a directory with a shorter path.");
    }

    /// <summary>Connects, or returns null where nobody listens.</summary>
    public static async Task<Stream?> ConnectAsync(string storePath, CancellationToken cancellationToken)
    {
        var address = Of(storePath);
        if (OperatingSystem.IsWindows())
        {
            var pipe = new NamedPipeClientStream(".", address, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            try
            {
                await pipe.ConnectAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
                return pipe;
            }
            catch (Exception e) when (e is TimeoutException or IOException)
            {
                await pipe.DisposeAsync();
                return null;
            }
        }

        if (!File.Exists(address))
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return e.SocketErrorCode == SocketError.AccessDenied
                ? throw new Errors.MailAdminException(
                    "ControlAccessDenied", Errors.MailErrorCategory.PermissionDenied, $"The server of '{storePath}' belongs to another account.", storePath,
                    "Run the command as the account that runs the server.", e)
                // Left behind by a process that was killed.
                : null;
        }
    }

    private static string Digest(string storePath) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(OperatingSystem.IsWindows() ? storePath.ToUpperInvariant() : storePath)).AsSpan(0, 12));
}
