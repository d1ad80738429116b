using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Store.Content;
using MailAdmin.Store.Journal;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>What the tests of faults and damage do with a store that has one mailbox.</summary>
internal static class Scenes
{
    private static readonly MailboxAddress Address = MailboxAddress.Parse("a@example.org");
    private static readonly ScramVerifier Verifier = ScramVerifier.Create("secret", 4096);

    public static async Task FillAsync(IMailStore store, int count, int size = 300)
    {
        await store.Accounts.CreateMailboxAsync(new NewMailbox(Address, Verifier) { CreateDomain = true });
        for (var i = 1; i <= count; i++)
        {
            await DeliverAsync(store, $"message {i} ".PadRight(size, 'x'));
        }
    }

    public static async Task<MailboxRecord> MailboxAsync(IMailStore store) => (await store.Accounts.FindMailboxAsync(Address))!;

    public static async Task<FolderId> InboxAsync(IMailStore store, string name = "INBOX") => (await store.Folders.FindAsync((await MailboxAsync(store)).Id, name))!.Id;

    public static async Task<uint> DeliverAsync(IMailStore store, string text, string folder = "INBOX")
    {
        await using var incoming = store.Messages.CreateIncoming();
        await incoming.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        return (await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(await InboxAsync(store, folder))]))[0].Uid;
    }

    public static async Task<string> TextAsync(IMailStore store, uint uid)
    {
        await foreach (var message in store.Messages.ReadAsync(await InboxAsync(store), UidSet.Single(uid), MessageParts.None))
        {
            using var content = await store.Messages.OpenAsync(message);
            using var reader = new StreamReader(content.OpenStream());
            return await reader.ReadToEndAsync();
        }

        return string.Empty;
    }

    public static async Task<string> UidsAsync(IMailStore store) =>
        UidSet.Of((await store.Messages.GetSnapshotAsync(await InboxAsync(store))).Enumerate().Select(m => m.Uid)).ToString();

    public static async Task<List<StoreFinding>> FindingsAsync(IMailStore store)
    {
        var findings = new List<StoreFinding>();
        await foreach (var finding in store.VerifyAsync())
        {
            findings.Add(finding);
        }

        return findings;
    }

    public static async Task FailsAsync(string id, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<MailAdminException>(action);
        Assert.Equal(id, error.ErrorId);
        Assert.NotNull(error.RecommendedAction);
    }

    /// <summary>The files as they are: what a crash of the process leaves.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Append(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("lock" or "owner")))
        {
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var target = File.Create(Path.Combine(to, Path.GetRelativePath(from, file)));
            source.CopyTo(target);
        }
    }

    /// <summary>The sound records of a segment, from its start.</summary>
    public static List<(long Offset, RecordHeader Header)> Records(string segment)
    {
        var octets = File.ReadAllBytes(segment);
        var records = new List<(long, RecordHeader)>();
        for (long at = 0; at + RecordHeader.Size <= octets.Length && RecordHeader.TryRead(octets.AsSpan((int)at), out var header); at += header.TotalLength)
        {
            records.Add((at, header));
        }

        return records;
    }

    /// <summary>The last journal record of a store that has such an event.</summary>
    public static (string Segment, long Offset) JournalOf(string store, Func<StoreEvent, bool> has)
    {
        foreach (var segment in Directory.GetFiles(Path.Combine(store, "content"), "*.seg").OrderDescending())
        {
            var octets = File.ReadAllBytes(segment);
            var found = Records(segment).FindLastIndex(r => r.Header.Kind == RecordKind.Journal
                && EventCodec.ReadAll(octets.AsSpan((int)r.Offset + RecordHeader.Size, (int)r.Header.BodyLength)).Exists(e => has(e)));
            if (found >= 0)
            {
                return (segment, Records(segment)[found].Offset);
            }
        }

        throw new InvalidOperationException("No journal record has such an event.");
    }

    /// <summary>Damages the last journal record that has such an event.</summary>
    public static void LoseJournal(string store, Func<StoreEvent, bool> has)
    {
        var (segment, offset) = JournalOf(store, has);
        Flip(segment, offset + RecordHeader.Size + 1);
    }

    /// <summary>Identity of a message's content.</summary>
    public static async Task<ContentId> ContentAsync(IMailStore store, uint uid)
    {
        await foreach (var message in store.Messages.ReadAsync(await InboxAsync(store), UidSet.Single(uid), MessageParts.None))
        {
            return message.Content;
        }

        throw new InvalidOperationException($"There is no message {uid}.");
    }

    /// <summary>Changes rows of a store's index to what its columns do not allow, as rot does.</summary>
    public static void RotIndex(string store, string sql)
    {
        var path = Path.Combine(store, SqliteMailStore.IndexName);
        Execute("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', ' CHECK(1)') WHERE type = 'table'");
        Execute(sql);
        Execute("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, ' CHECK(1)', ' NOT NULL') WHERE type = 'table'");

        void Execute(string statements)
        {
            using var index = new Sqlite.IndexConnection(IO.SystemStoreIO.Instance, path, create: false);
            index.Execute(statements);
        }
    }

    public static void Flip(string path, long at)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = at;
        var octet = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(octet ^ 0x40));
    }
}
