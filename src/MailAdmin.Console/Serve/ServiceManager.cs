using System.Net.Sockets;
using System.Text;

namespace MailAdmin.Console.Serve;

/// <summary>Tells systemd how far the service is (sd_notify); does nothing elsewhere.</summary>
internal static class ServiceManager
{
    /// <summary>READY=1, STOPPING=1 …</summary>
    public static void Notify(string state)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path) || OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // '@' stands for the abstract namespace.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
        }
        catch (SocketException)
        {
            // Whoever asked for it is gone; the service goes on.
        }
    }
}
