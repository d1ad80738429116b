using MailAdmin.Benchmarks.Store;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>The short run of the kill test; the long one is the verb store-kill of MailAdmin.Benchmarks.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_process_loses_nothing_that_was_acknowledged_nor_does_a_repair_of_what_it_left(bool repair)
    {
        var path = Path.Combine(Path.GetTempPath(), "mailadmin-kill-" + Guid.NewGuid().ToString("N"));
        await StoreKillVerb.RunAsync(path, rounds: 8, seed: 3, repair, TestContext.Current.TestOutputHelper!.WriteLine);
        Directory.Delete(path, true);
    }
}
