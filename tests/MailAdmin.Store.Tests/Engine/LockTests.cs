using System.Diagnostics;
using MailAdmin.Benchmarks.Store;
using Xunit;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>A store without a lock would be written by two processes: where there is none to be had, it is not opened.</summary>
public sealed class LockTests
{
    [Fact]
    public async Task Where_locks_are_turned_off_a_store_is_refused_instead_of_opened_by_two()
    {
        if (OperatingSystem.IsWindows())
        {
            // Sharing is the system's own there, and cannot be turned off.
            return;
        }

        var path = Path.Combine(Path.GetTempPath(), "mailadmin-lock-" + Guid.NewGuid().ToString("N"));
        // .NET reads the variable once: it takes a process of its own.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(StoreKillVerb).Assembly.Location, "store-kill-worker", "--path", path])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1";
        using var worker = Process.Start(start)!;
        try
        {
            // It would work until it is killed; the first line says that it has opened the store.
            Assert.Null(await worker.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Contains("gives no locks", await worker.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, worker.ExitCode);
            Assert.False(File.Exists(Path.Combine(path, "index.db")));
        }
        finally
        {
            worker.Kill();
            Directory.Delete(path, true);
        }
    }
}
