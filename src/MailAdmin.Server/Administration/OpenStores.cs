using MailAdmin.Server.Hosting;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

/// <summary>
/// Stores opened for callers with no server on them. One store has one writer, and a pipeline of two cmdlets is two callers at once: they
/// share it, and who leaves last closes it.
/// </summary>
internal static class OpenStores
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static readonly Dictionary<string, (IMailStore Store, int Users)> Open = new(StringComparer.Ordinal);

    /// <summary>The open store at <paramref name="path"/>; opened where nobody has it.</summary>
    public static async Task<IMailStore> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            var store = Open.TryGetValue(path, out var shared) ? shared.Store : await ServerParts.Default.OpenStore(path, TimeProvider.System, null, cancellationToken);
            Open[path] = (store, shared.Users + 1);
            return store;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Leaves it; the last one closes it.</summary>
    public static async Task ReleaseAsync(string path)
    {
        await Gate.WaitAsync();
        try
        {
            var (store, users) = Open[path];
            if (users > 1)
            {
                Open[path] = (store, users - 1);
                return;
            }

            Open.Remove(path);
            await store.DisposeAsync();
        }
        finally
        {
            Gate.Release();
        }
    }
}
