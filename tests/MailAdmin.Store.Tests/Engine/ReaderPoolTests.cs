using MailAdmin.Store.IO;
using MailAdmin.Store.Sqlite;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Engine;

public sealed class ReaderPoolTests
{
    [Fact]
    public void After_a_rush_of_questions_connections_are_kept_as_before()
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "index.db");
        using var index = new IndexConnection(SystemStoreIO.Instance, path, create: true);
        using var pool = new ReaderPool(SystemStoreIO.Instance, path);
        var asking = ReaderPool.MaxKept * 2;
        using var all = new Barrier(asking);
        var rush = Enumerable.Range(0, asking).Select(_ => new Thread(() => pool.Ask(_ => all.SignalAndWait(Eventually.Patience)))).ToList();
        rush.ForEach(t => t.Start());
        rush.ForEach(t => t.Join());

        var readers = Enumerable.Range(0, asking * 2).Select(_ => pool.Ask(r => r)).Distinct().Count();
        Assert.InRange(readers, 1, ReaderPool.MaxKept);
    }
}
