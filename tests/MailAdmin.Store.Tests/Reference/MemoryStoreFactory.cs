using MailAdmin.Store.Tests.Contract;

namespace MailAdmin.Store.Tests.Reference;

/// <summary>The reference engine under the contract; "the same store again" is the same object.</summary>
public sealed class MemoryStoreFactory : IStoreFactory
{
    private readonly MemoryMailStore _store = new();

    public Task<IMailStore> OpenAsync() => Task.FromResult<IMailStore>(_store);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class ReferenceMessageTests : MessageContract
{
    protected override IStoreFactory CreateFactory() => new MemoryStoreFactory();
}

public sealed class ReferenceFolderTests : FolderContract
{
    protected override IStoreFactory CreateFactory() => new MemoryStoreFactory();
}

public sealed class ReferenceQueueTests : QueueContract
{
    protected override IStoreFactory CreateFactory() => new MemoryStoreFactory();
}

public sealed class ReferenceAccountTests : AccountContract
{
    protected override IStoreFactory CreateFactory() => new MemoryStoreFactory();
}
