using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MailAdmin.Store.IO;

/// <summary>
/// One process, one store: a file held open for this process alone. It names its holder, and a process that dies leaves it unlocked.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "owner";
    // More is no name of a process.
    private const int MaxHolder = 512;

    private readonly IStoreIO _io;
    private readonly IStoreFile _lock;
    private readonly string _holderPath;

    private StoreLock(IStoreIO io, IStoreFile held, string holderPath)
    {
        _io = io;
        _lock = held;
        _holderPath = holderPath;
    }

    /// <exception cref="Errors.MailAdminException"><c>StoreInUse</c> names the holder.</exception>
    /// <exception cref="IOException">The lock could be neither taken nor found to be held.</exception>
    public static StoreLock Take(IStoreIO io, string directory)
    {
        var holder = Path.Combine(directory, HolderName);
        var held = io.TryLock(Path.Combine(directory, LockName)) ?? throw StoreErrors.StoreInUse(directory, Describe(io, holder));
        var taken = new StoreLock(io, held, holder);
        taken.NameHolder();
        return taken;
    }

    public void Dispose()
    {
        try
        {
            _io.Delete(_holderPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only names a holder; without the lock it says nothing.
        }

        _lock.Dispose();
    }

    private void NameHolder()
    {
        try
        {
            using var self = Process.GetCurrentProcess();
            _io.Delete(_holderPath);
            using var file = _io.Create(_holderPath);
            file.Write(0, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{self.ProcessName} (process {Environment.ProcessId})")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On a full disk, say: the lock is what counts, and mail can be read and deleted there.
        }
    }

    private static string Describe(IStoreIO io, string holder)
    {
        try
        {
            using var file = io.Open(holder, write: false);
            var text = new byte[MaxHolder];
            return file.Read(0, text) is > 0 and var read ? Encoding.UTF8.GetString(text, 0, read) : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
