using System.Diagnostics;
using System.Globalization;

namespace MailAdmin.Store.IO;

/// <summary>
/// One process, one store: a file held open for this process alone. It names its holder, and a process that dies leaves it unlocked.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "owner";

    private readonly FileStream _lock;
    private readonly string _holderPath;

    private StoreLock(FileStream held, string holderPath)
    {
        _lock = held;
        _holderPath = holderPath;
    }

    /// <exception cref="Errors.MailAdminException"><c>StoreInUse</c> names the holder.</exception>
    public static StoreLock Take(string directory)
    {
        var path = Path.Combine(directory, LockName);
        var holder = Path.Combine(directory, HolderName);
        FileStream held;
        try
        {
            held = new FileStream(path, PrivateFile(FileMode.OpenOrCreate));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw StoreErrors.StoreInUse(directory, Describe(holder), e);
        }

        try
        {
            using var self = Process.GetCurrentProcess();
            File.Delete(holder);
            using (new FileStream(holder, PrivateFile(FileMode.CreateNew)))
            {
            }

            File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"{self.ProcessName} (process {Environment.ProcessId})"));
            return new StoreLock(held, holder);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_holderPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only names a holder; without the lock it says nothing.
        }

        _lock.Dispose();
    }

    private static FileStreamOptions PrivateFile(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static string Describe(string holder)
    {
        try
        {
            return File.ReadAllText(holder) is { Length: > 0 } text ? text : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
