namespace MailAdmin.Store.Tests.Contract;

/// <summary>An engine under the contract: opens stores, and the same store again.</summary>
public interface IStoreFactory : IAsyncDisposable
{
    /// <summary>Opens the factory's store; the second time what the first left.</summary>
    Task<IMailStore> OpenAsync();
}

/// <summary>The engine of files.</summary>
public sealed class FileStoreFactory : IStoreFactory
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    public string StorePath => _path;

    public StoreOptions Options { get; init; } = new() { Path = string.Empty };

    public async Task<IMailStore> OpenAsync() => await SqliteMailStore.OpenAsync(Options with { Path = _path });

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, true);
        }

        return ValueTask.CompletedTask;
    }
}
