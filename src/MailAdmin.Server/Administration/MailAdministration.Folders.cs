using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<MailboxFolder> GetFoldersAsync(string mailbox, string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var owner = await MailboxAsync(mailbox, cancellationToken);
        var subscriptions = await store.Folders.ListSubscriptionsAsync(owner.Id, cancellationToken);
        var name = pattern is not null && FolderName.TryNormalize(pattern, out var normalized) ? normalized : pattern;
        foreach (var folder in NamePattern.Choose(await store.Folders.ListAsync(owner.Id, cancellationToken), name, f => f.Name))
        {
            yield return await ToFolderAsync(owner, folder, subscriptions, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<MailboxFolder> NewFolderAsync(string mailbox, string name, string? specialUse, CancellationToken cancellationToken)
    {
        var owner = await MailboxAsync(mailbox, cancellationToken);
        var use = SpecialUse.None;
        if (specialUse is { Length: > 0 } && (!Enum.TryParse(specialUse.TrimStart('\\'), ignoreCase: true, out use) || !Enum.IsDefined(use)))
        {
            throw AdministrationErrors.InvalidSpecialUse(specialUse);
        }

        var folder = await store.Folders.CreateAsync(owner.Id, NewFolderName(name), use, cancellationToken);
        // Clients that show subscribed folders only are to show it.
        await store.Folders.SubscribeAsync(owner.Id, folder.Name, subscribed: true, cancellationToken);
        return await ToFolderAsync(owner, folder, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<MailboxFolder> RenameFolderAsync(string mailbox, string name, string newName, CancellationToken cancellationToken)
    {
        var (owner, folder) = await FolderAsync(mailbox, name, cancellationToken);
        return await ToFolderAsync(owner, await store.Folders.RenameAsync(folder.Id, NewFolderName(newName), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RemoveFolderAsync(string mailbox, string name, CancellationToken cancellationToken)
    {
        var (_, folder) = await FolderAsync(mailbox, name, cancellationToken);
        await store.Folders.DeleteAsync(folder.Id, cancellationToken);
    }

    private static string NewFolderName(string name) => FolderName.TryNormalize(name, out var normalized) ? normalized : throw AdministrationErrors.InvalidFolderName(name);

    private async Task<MailboxFolder> ToFolderAsync(MailboxRecord owner, FolderRecord folder, CancellationToken cancellationToken) =>
        await ToFolderAsync(owner, folder, await store.Folders.ListSubscriptionsAsync(owner.Id, cancellationToken), cancellationToken);

    private async Task<MailboxFolder> ToFolderAsync(MailboxRecord owner, FolderRecord folder, IReadOnlySet<string> subscriptions, CancellationToken cancellationToken)
    {
        var snapshot = await store.Messages.GetSnapshotAsync(folder.Id, cancellationToken);
        return new MailboxFolder
        {
            Id = folder.Id.Value,
            Mailbox = owner.Address.ToString(),
            Name = folder.Name,
            SpecialUse = folder.Use == SpecialUse.None ? null : folder.Use.ToString(),
            IsSubscribed = subscriptions.Contains(folder.Name),
            MessageCount = snapshot.Count,
            UnseenCount = snapshot.UnseenCount,
            SizeBytes = snapshot.TotalSize,
            UidValidity = snapshot.UidValidity,
            UidNext = snapshot.UidNext,
            HighestModSeq = snapshot.HighestModSeq,
        };
    }
}
