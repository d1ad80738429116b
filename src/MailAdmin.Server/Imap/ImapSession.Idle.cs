using System.Text;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>Hearing of changes: the store's broadcaster only wakes the session, which then looks for itself.</summary>
internal sealed partial class ImapSession
{
    /// <summary>Longest line that may end IDLE.</summary>
    private const int MaxDoneLine = 64;

    private CancellationTokenSource? _wake;
    private bool _changed;

    /// <summary>The watch on the selected folder. Runs on the store's broadcaster: never blocks, never writes.</summary>
    public void OnChange(StoreChange change)
    {
        Volatile.Write(ref _changed, true);
        // Each side writes its word and then reads the other's: without a fence between, both could read the old one and the wake-up be lost.
        Interlocked.MemoryBarrier();
        // Woken on the pool, so that the broadcaster does not run the session.
        _ = Volatile.Read(ref _wake)?.CancelAsync();
    }

    /// <summary>Tells of changes as they come, until the client says DONE. RFC 2177.</summary>
    public async ValueTask<ImapResult> IdleAsync()
    {
        Continue("idling");
        while (!_ended)
        {
            Volatile.Write(ref _changed, false);
            // What is heard from here on may be missing in the snapshot that is read next.
            Interlocked.MemoryBarrier();
            await SyncAsync(ImapSync.Full);
            TellCoverage();
            if (_ended)
            {
                break;
            }

            if (TryTakeLine(MaxDoneLine, out var line))
            {
                return line is null ? ImapResult.Answered : Ascii.EqualsIgnoreCase(line, "DONE"u8) ? ImapResult.Done : ImapResult.Bad("DONE expected");
            }

            var wake = new CancellationTokenSource();
            // With a fence, as in OnChange.
            Interlocked.Exchange(ref _wake, wake);
            if (Volatile.Read(ref _changed))
            {
                // It came before there was somebody to wake.
                continue;
            }

            try
            {
                await ReadMoreAsync(wake.Token);
            }
            catch (OperationCanceledException) when (wake.IsCancellationRequested
                && !Connection.Closing.IsCancellationRequested && !Connection.Aborted.IsCancellationRequested)
            {
                // Something changed.
            }
            finally
            {
                Volatile.Write(ref _wake, null);
            }
        }

        return ImapResult.Answered;
    }
}
