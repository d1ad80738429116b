using System.Net.Sockets;

namespace MailAdmin.Server.Connections;

/// <summary>
/// Accepts until it is asked to stop. What passes is waited out: accept(2) also returns what is wrong with the network of the connection that waits, with a
/// firewall, with memory, or that the process is out of descriptors, and a server that ended at one of these would be deaf until somebody starts it again.
/// Only a listener that is closed or is none ends it.
/// </summary>
internal static class AcceptLoop
{
    /// <summary>Failures in a row that an admin must see: ten seconds of them.</summary>
    public const int Many = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs. Returns when asked to stop; whatever else ends it is thrown.</summary>
    /// <param name="accept">Waits for the next.</param>
    /// <param name="take">Takes it; does not wait.</param>
    /// <param name="hindered">Told of each failure, with how many there were in a row; of 0 and none once it accepts again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">Asks it to stop.</param>
    public static async Task RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> accept, Action<T> take, Action<int, Exception?> hindered, TimeProvider time, CancellationToken stopping)
    {
        var inARow = 0;
        try
        {
            while (true)
            {
                T accepted;
                try
                {
                    accepted = await accept(stopping);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
                {
                    // The client was gone before we came to it.
                    continue;
                }
                catch (Exception e) when (Passes(e) && !stopping.IsCancellationRequested)
                {
                    hindered(++inARow, e);
                    await Task.Delay(Pause, time, stopping);
                    continue;
                }

                if (inARow > 0)
                {
                    inARow = 0;
                    hindered(0, null);
                }

                take(accepted);
            }
        }
        catch (Exception e) when (stopping.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
        {
            // Asked to.
        }
    }

    // IOException: a pipe whose client went, or of which the system gives no other now.
    private static bool Passes(Exception e) =>
        e is IOException || (e is SocketException s && s.SocketErrorCode is not (SocketError.OperationAborted or SocketError.NotSocket or SocketError.InvalidArgument));
}
