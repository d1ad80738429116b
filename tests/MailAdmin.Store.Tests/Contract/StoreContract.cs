using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Security;

namespace MailAdmin.Store.Tests.Contract;

/// <summary>What the contract's tests share: an open store with a mailbox, and short ways to say things.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    protected static readonly ScramVerifier Verifier = ScramVerifier.Create("secret", 4096);

    private IStoreFactory _factory = null!;

    protected IMailStore Store { get; private set; } = null!;
    protected MailboxRecord Ann { get; private set; } = null!;
    protected FolderId Inbox { get; private set; }

    protected abstract IStoreFactory CreateFactory();

    public async ValueTask InitializeAsync()
    {
        _factory = CreateFactory();
        Store = await _factory.OpenAsync();
        Ann = await Mailbox("ann@example.org");
        Inbox = (await Store.Folders.FindAsync(Ann.Id, "INBOX"))!.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _factory.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await _factory.OpenAsync();
    }

    protected Task<MailboxRecord> Mailbox(string address, long? quota = null) =>
        Store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse(address), Verifier) { CreateDomain = true, QuotaBytes = quota });

    protected async Task<FolderId> Folder(string name, MailboxRecord? of = null) => (await Store.Folders.FindAsync((of ?? Ann).Id, name))!.Id;

    protected async Task<IncomingMessage> Incoming(string text)
    {
        var incoming = Store.Messages.CreateIncoming();
        await incoming.WriteAsync(Encoding.UTF8.GetBytes(text));
        return incoming;
    }

    protected async Task<uint> Deliver(string text, FolderId? folder = null, MessageFlags flags = default, params string[] keywords)
    {
        await using var incoming = await Incoming(text);
        return (await Store.Messages.DeliverAsync(incoming, [new DeliveryTarget(folder ?? Inbox, flags, keywords)]))[0].Uid;
    }

    protected ValueTask<FolderSnapshot> Snapshot(FolderId? folder = null) => Store.Messages.GetSnapshotAsync(folder ?? Inbox);

    protected async Task<string> Text(uint uid, FolderId? folder = null)
    {
        await foreach (var message in Store.Messages.ReadAsync(folder ?? Inbox, UidSet.Single(uid), MessageParts.None))
        {
            using var content = await Store.Messages.OpenAsync(message);
            using var reader = new StreamReader(content.OpenStream(), Encoding.UTF8);
            return await reader.ReadToEndAsync();
        }

        throw new InvalidOperationException($"There is no message {uid}.");
    }

    protected static async Task Fails(string errorId, Func<Task> action) => Assert.Equal(errorId, (await Assert.ThrowsAsync<MailAdminException>(action)).ErrorId);

    protected static string Uids(FolderSnapshot snapshot) => UidSet.Of(snapshot.Enumerate().Select(m => m.Uid)).ToString();
}
