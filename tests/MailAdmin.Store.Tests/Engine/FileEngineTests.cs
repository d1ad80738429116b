using MailAdmin.Store.Tests.Contract;

namespace MailAdmin.Store.Tests.Engine;

public sealed class FileMessageTests : MessageContract
{
    protected override IStoreFactory CreateFactory() => new FileStoreFactory();
}

public sealed class FileFolderTests : FolderContract
{
    protected override IStoreFactory CreateFactory() => new FileStoreFactory();
}

public sealed class FileQueueTests : QueueContract
{
    protected override IStoreFactory CreateFactory() => new FileStoreFactory();
}

public sealed class FileAccountTests : AccountContract
{
    protected override IStoreFactory CreateFactory() => new FileStoreFactory();
}
