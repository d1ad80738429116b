namespace MailAdmin.Store.Tests.Model;

/// <summary>Random operations on the engine and the reference, with restarts, crashes, compactions and rebuilds in between. The seed reproduces a run.</summary>
public sealed class ModelTests
{
    // Small bounds, so that segments rotate, checkpoints interleave and large messages are adopted within few operations.
    private static readonly StoreOptions Options = new() { Path = string.Empty, SegmentSize = 128 * 1024, CheckpointMessages = 7, AdoptionSize = 150_000, CompactionShare = 0.05, CachedMessages = 5 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_engine_does_what_the_reference_does(int seed)
    {
        var random = new Random(seed);
        var path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));
        var spent = new List<string> { path };
        var pair = new StorePair(random, await SqliteMailStore.OpenAsync(Options with { Path = path }));
        try
        {
            await pair.StartAsync();
            for (var step = 0; step < 200; step++)
            {
                await pair.StepAsync();
                switch (random.Next(40))
                {
                    case 0:
                        await pair.Engine.DisposeAsync();
                        pair.Engine = await SqliteMailStore.OpenAsync(Options with { Path = path });
                        break;
                    case 1:
                        // What a crash leaves: the files as they are, with an index that is behind.
                        var copy = path + "-" + step;
                        StoreFiles.Copy(path, copy);
                        await pair.Engine.DisposeAsync();
                        spent.Add(path = copy);
                        pair.Engine = await SqliteMailStore.OpenAsync(Options with { Path = path });
                        break;
                    case 2:
                        await pair.Engine.CompactAsync();
                        break;
                    case 3:
                        await pair.Engine.DisposeAsync();
                        File.Delete(Path.Combine(path, "index.db"));
                        var report = await StoreRepair.RebuildAsync(path);
                        Assert.Equal((0, 0, 0), (report.LostMessages, report.DamagedPlaces, report.SkippedRecords));
                        pair.Engine = await SqliteMailStore.OpenAsync(Options with { Path = path });
                        break;
                    default:
                        continue;
                }

                await pair.CompareAsync();
            }

            await pair.CompareAsync();
            await foreach (var finding in pair.Engine.VerifyAsync())
            {
                Assert.Fail(finding.ToString());
            }
        }
        finally
        {
            await pair.DisposeAsync();
            spent.ForEach(p => Directory.Delete(p, true));
        }
    }
}

/// <summary>Copies of a store's files as they are. The index goes first: the log, which only grows, then has at least what the index knows.</summary>
internal static class StoreFiles
{
    public static void Copy(string from, string to)
    {
        foreach (var directory in (string[])["", "content", "spool"])
        {
            Directory.CreateDirectory(Path.Combine(to, directory));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(from, directory)).Order(StringComparer.Ordinal))
            {
                var name = Path.GetFileName(file);
                if (name is "lock" or "owner" || name.EndsWith("-shm", StringComparison.Ordinal))
                {
                    continue;
                }

                File.Copy(file, Path.Combine(to, directory, name));
            }
        }
    }
}
