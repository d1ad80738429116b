using MailAdmin.Benchmarks.Store;
using Xunit;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>The short run of the kill test; the long one is the verb store-kill of MailAdmin.Benchmarks.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task A_killed_process_loses_nothing_that_was_acknowledged()
    {
        var path = Path.Combine(Path.GetTempPath(), "mailadmin-kill-" + Guid.NewGuid().ToString("N"));
        await StoreKillVerb.RunAsync(path, rounds: 8, seed: 3, TestContext.Current.TestOutputHelper!.WriteLine);
        Directory.Delete(path, true);
    }
}
