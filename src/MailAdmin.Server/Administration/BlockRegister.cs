using System.Text.Json;
using MailAdmin.Addresses;
using MailAdmin.Server.Connections;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

/// <summary>
/// Blocked addresses, kept. Each is one setting of the store, so that a change writes one small record. Invariants: what the list refuses stands in the store
/// (written first, then published), and changes come one after another, whoever asks. A block that is over leaves the store with the next change or start.
/// </summary>
#pragma warning disable CA1001 // The semaphore's handle is never asked for, so there is nothing to give back.
internal sealed class BlockRegister
#pragma warning restore CA1001
{
    /// <summary>Characters of a reason at most.</summary>
    public const int MaxReason = 500;

    private const string Prefix = "block/";

    private readonly IAccountStore _accounts;
    private readonly BlockList _list;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);

    private BlockRegister(IAccountStore accounts, BlockList list, TimeProvider time)
    {
        (_accounts, _list, _time) = (accounts, list, time);
    }

    /// <summary>Fills the list with what the store has.</summary>
    public static async Task<BlockRegister> OpenAsync(IAccountStore accounts, BlockList list, TimeProvider time, CancellationToken cancellationToken)
    {
        await foreach (var (key, value) in accounts.ListSettingsAsync(Prefix, cancellationToken))
        {
            // A later version may write what this one cannot read: it is left alone.
            if (IpRange.TryParse(key[Prefix.Length..], out var range, out _) && Read(value) is { } kept)
            {
                list.Put(range, new MailBlock { Address = range.ToString(), CreatedAt = kept.CreatedAt, ExpiresAt = kept.ExpiresAt, Reason = kept.Reason });
            }
        }

        return new BlockRegister(accounts, list, time);
    }

    /// <summary>Blocks that last, by address.</summary>
    public IReadOnlyList<MailBlock> All() => _list.All();

    /// <summary>Adds a block, or gives the one there is a new end and reason.</summary>
    /// <exception cref="Errors.MailAdminException"><c>TooManyBlocks</c></exception>
    public Task<MailBlock> AddAsync(IpRange range, TimeSpan? duration, string? reason, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        foreach (var over in _list.Expired())
        {
            await _accounts.PutSettingAsync(Key(over), null, cancellationToken);
            _list.Remove(over);
        }

        if (_list.Count >= BlockList.MaxBlocks && !_list.Has(range))
        {
            throw AdministrationErrors.TooManyBlocks(range.ToString());
        }

        var now = _time.GetUtcNow();
        var block = new MailBlock { Address = range.ToString(), CreatedAt = now, ExpiresAt = now + duration, Reason = string.IsNullOrWhiteSpace(reason) ? null : reason.Trim() };
        await _accounts.PutSettingAsync(Key(range), JsonSerializer.Serialize(new KeptBlock(now, block.ExpiresAt, block.Reason)), cancellationToken);
        _list.Put(range, block);
        return block;
    }, cancellationToken);

    /// <summary>Takes a block off; false where there was none.</summary>
    public Task<bool> RemoveAsync(IpRange range, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        await _accounts.PutSettingAsync(Key(range), null, cancellationToken);
        return _list.Remove(range);
    }, cancellationToken);

    private async Task<T> InTurnAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string Key(IpRange range) => Prefix + range;

    private static KeptBlock? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<KeptBlock>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record KeptBlock(DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Reason);
}
