using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Provider;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Routing;
using MailAdmin.Module.Store;

namespace MailAdmin.Module.Drive;

/// <summary>
/// The drive <c>Mail:</c>: mailboxes, in them folders, in those folders and messages by UID. Everything goes through the same
/// administration as the cmdlets, so IMAP clients see each change at once. Which server a path means is said by the path alone: the drive at its
/// front, or what is meant where nobody says. The root is always there; who lists it hears what is wrong behind it.
/// </summary>
[CmdletProvider("MailAdmin", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
public sealed partial class MailDriveProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    /// <summary>Items read ahead of the pipeline.</summary>
    private const int MostAhead = 256;

    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<(object Item, MailPath Path)> _made = new();
    private Place? _shown;

    /// <inheritdoc/>
    protected override Collection<PSDriveInfo> InitializeDefaultDrives() =>
        [new MailDriveInfo(new PSDriveInfo("Mail", ProviderInfo, "", "Mailboxes, folders and messages", null), default, null)];

    /// <inheritdoc/>
    protected override object NewDriveDynamicParameters() => new MailDriveParameters();

    /// <inheritdoc/>
    protected override PSDriveInfo NewDrive(PSDriveInfo drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        if (drive is MailDriveInfo || DynamicParameters is not MailDriveParameters given)
        {
            return drive as MailDriveInfo ?? new MailDriveInfo(drive, default, null);
        }

        var server = ServerChoice.Of(given.Server);
        string? store = null;
        try
        {
            store = given.StorePath is { } path ? FilePaths.Full(SessionState.Path, path) : null;
            if (store is not null && server.Name is not null)
            {
                throw new MailAdminException("ServerAndStore", MailErrorCategory.InvalidArgument, $"Both a server, '{server}', and a store were given.", server.Name, "Give -Server or -StorePath: the server on a store is found by the store's path.");
            }

            if (store is not null)
            {
                StorePathCheck.Demand(store, given.StorePath!);
            }
        }
        catch (MailAdminException e)
        {
            ThrowTerminatingError(ErrorRecords.Make(e, drive.Name));
        }

        return new MailDriveInfo(drive, server, store);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => true;

    /// <inheritdoc/>
    protected override bool ItemExists(string path) => MailPath.Parse(path).IsRoot || Do(path, async a => await FindAsync(a, MailPath.Parse(path)) is not null, asks: true);

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => MailPath.Parse(path).IsRoot || Do(path, async a => await FindAsync(a, MailPath.Parse(path)) is not (null or MailboxMessage), asks: true);

    /// <inheritdoc/>
    protected override void GetItem(string path)
    {
        if (Do(path, async a => await DemandAsync(a, MailPath.Parse(path))) is { } item)
        {
            WriteItemObject(item, path, item is not MailboxMessage);
        }
    }

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => Do(path, async a => await ChildrenAsync(a, MailPath.Parse(path), null).AnyAsync(_stop.Token), asks: true);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        var filter = Filter;
        WriteAll(path, a => WalkAsync(a, path, filter, recurse ? depth : 0), static (provider, found) => provider.WriteItemObject(found.Item, found.Path, found.Item is not MailboxMessage));
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        var filter = returnContainers == ReturnContainers.ReturnAllContainers ? null : Filter;
        WriteAll(path, a => WalkAsync(a, path, filter, 0), static (provider, found) => provider.WriteItemObject(found.Name, found.Path, found.Item is not MailboxMessage));
    }

    /// <summary>The last level; the root has none, which the base class takes for a mistake.</summary>
    protected override string GetChildName(string path) => string.IsNullOrEmpty(path) ? "" : base.GetChildName(path);

    /// <summary>What lies below a place, <paramref name="depth"/> levels deeper at most. A filter chooses what is shown, not where is looked.</summary>
    private async IAsyncEnumerable<(string Name, string Path, object Item)> WalkAsync(IMailAdministration administration, string path, string? filter, uint depth)
    {
        var at = MailPath.Parse(path);
        if (await FindAsync(administration, at) is MailboxMessage message)
        {
            yield return (message.Uid.ToString(CultureInfo.InvariantCulture), path, message);
            yield break;
        }

        var pattern = filter is null ? null : WildcardPattern.Get(filter, WildcardOptions.IgnoreCase);
        await foreach (var (name, item) in ChildrenAsync(administration, at, filter))
        {
            var below = MakePath(path, name);
            if (item is MailboxMessage || pattern?.IsMatch(name) != false)
            {
                yield return (name, below, item);
            }

            if (depth > 0 && item is not MailboxMessage)
            {
                await foreach (var deeper in WalkAsync(administration, below, filter, depth - 1))
                {
                    yield return deeper;
                }
            }
        }
    }

    /// <summary>What is directly below a place: all containers, and the messages whose subject a filter matches.</summary>
    private async IAsyncEnumerable<(string Name, object Item)> ChildrenAsync(IMailAdministration administration, MailPath at, string? filter)
    {
        if (at.IsRoot)
        {
            await foreach (var mailbox in administration.GetMailboxesAsync(null, _stop.Token))
            {
                yield return (mailbox.Address, mailbox);
            }

            yield break;
        }

        var folders = await administration.GetFoldersAsync(at.Mailbox!, null, _stop.Token).ToListAsync(_stop.Token);
        var above = at.Folder is null ? null : Choose(folders, at.Folder)?.Name ?? at.Folder;
        var prefix = above is null ? "" : above + "/";
        foreach (var folder in folders)
        {
            var isBelow = folder.Name.StartsWith(prefix, StringComparison.Ordinal) && folder.Name.Length > prefix.Length;
            if (isBelow && !folder.Name[prefix.Length..].Contains('/', StringComparison.Ordinal))
            {
                yield return (folder.Name[prefix.Length..], folder);
            }
        }

        if (above is not null)
        {
            await foreach (var message in administration.GetMessagesAsync(new MessageQuery(at.Mailbox!, above) { Subject = filter }, _stop.Token))
            {
                yield return (message.Uid.ToString(CultureInfo.InvariantCulture), message);
            }
        }
    }

    /// <summary>The thing a path names: the root's text, a mailbox, a folder or a message; null where there is none.</summary>
    private async Task<object?> FindAsync(IMailAdministration administration, MailPath at)
    {
        if (at.IsRoot)
        {
            return $"{at.Drive ?? "Mail"}:";
        }

        var mailbox = await administration.GetMailboxesAsync(at.Mailbox, _stop.Token).FirstOrDefaultAsync(m => m.Address.Equals(at.Mailbox, StringComparison.OrdinalIgnoreCase), _stop.Token);
        if (mailbox is null || at.IsMailbox)
        {
            return mailbox;
        }

        // A folder goes before a message whose UID is its name.
        var folders = await administration.GetFoldersAsync(mailbox.Address, null, _stop.Token).ToListAsync(_stop.Token);
        if (Choose(folders, at.Folder!) is { } folder)
        {
            return folder;
        }

        if (!at.TrySplitUid(out var name, out var uid) || Choose(folders, name) is not { } above)
        {
            return null;
        }

        try
        {
            return await administration.GetMessagesAsync(new MessageQuery(mailbox.Address, above.Name) { Uids = [uid] }, _stop.Token).FirstOrDefaultAsync(_stop.Token);
        }
        catch (MailAdminException e) when (e.Category == MailErrorCategory.ObjectNotFound)
        {
            return null;
        }
    }

    // Names of folders are case-sensitive, and people type as they do on other drives: any case will do where it leads to one.
    private static MailboxFolder? Choose(List<MailboxFolder> folders, string name) =>
        folders.Find(f => f.Name == name) ?? (folders.FindAll(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is [var only] ? only : null);

    private async Task<object> DemandAsync(IMailAdministration administration, MailPath at) =>
        await FindAsync(administration, at) ?? throw new MailAdminException(
            "ItemNotFound", MailErrorCategory.ObjectNotFound, $"There is no mailbox, folder or message '{at}'.", at.ToString(), $"List what there is with Get-ChildItem {at.Drive ?? "Mail"}:/");

    /// <summary>Keeps an object that was made until the pipeline's thread can write it.</summary>
    private void Emit(object item, MailPath path) => _made.Enqueue((item, path));

    private void Do(string path, Func<IMailAdministration, Task> work) => Do(path, async administration =>
    {
        await work(administration);
        return true;
    });

    /// <summary>Writes a stream as it comes; a bound keeps a slow pipeline from piling up memory, and an early end of it ends the stream.</summary>
    private void WriteAll<T>(string path, Func<IMailAdministration, IAsyncEnumerable<T>> source, Action<MailDriveProvider, T> write)
    {
        if (ShownBy(path) is not { } place)
        {
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var items = new BlockingCollection<T>(MostAhead);
        var token = ended.Token;
        var producing = Task.Run(
            async () =>
            {
                try
                {
                    await using var administration = await ServerGateway.OpenAsync(place, token);
                    await foreach (var item in source(administration).WithCancellation(token))
                    {
                        items.Add(item, token);
                    }
                }
                finally
                {
                    items.CompleteAdding();
                }
            },
            CancellationToken.None);
        try
        {
            foreach (var item in items.GetConsumingEnumerable(_stop.Token))
            {
                write(this, item);
            }

            Await(path, producing);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            ended.Cancel();
            ((Task)producing.ContinueWith(static _ => { }, TaskScheduler.Default)).Wait();
        }
    }

    private void Await(string path, Task work)
    {
        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (Exception e) when (ErrorRecords.TryMake(e, path, out var record))
        {
            WriteError(record);
        }
    }

    /// <summary>
    /// The place that a path leads to, remembered with what is written from there. Null where its drive is gone, which is told: it must not lead to another server.
    /// </summary>
    private Place? ShownBy(string path)
    {
        var drive = MailPath.Parse(path).Drive;
        if (drive is null)
        {
            return _shown = ServerGateway.Meant(default);
        }

        if (SessionState.Drive.GetAll().OfType<MailDriveInfo>().FirstOrDefault(d => d.Name.Equals(drive, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            return _shown = found.Shown;
        }

        WriteError(ErrorRecords.Make(new MailAdminException("DriveNotFound", MailErrorCategory.ObjectNotFound, $"The drive '{drive}:' of '{path}' is not there.", path, "Make it again with New-PSDrive."), path));
        return null;
    }

    private new void WriteItemObject(object item, string path, bool isContainer)
    {
        _shown?.Remember(item);
        base.WriteItemObject(item, path, isContainer);
    }

    /// <summary>Runs work over a fresh route, off this thread, which may be a cmdlet's pump; failures become errors.</summary>
    /// <param name="path">What it is about.</param>
    /// <param name="work">What to do.</param>
    /// <param name="asks">
    /// Whether only something is asked: that it is not there is no error then, but that nobody can be asked is.
    /// </param>
    private T? Do<T>(string path, Func<IMailAdministration, Task<T>> work, bool asks = false)
    {
        if (ShownBy(path) is not { } place)
        {
            return default;
        }

        var reached = false;
        try
        {
            return Task.Run(async () =>
            {
                await using var administration = await ServerGateway.OpenAsync(place, _stop.Token);
                reached = true;
                return await work(administration);
            }).WaitAsync(_stop.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (ErrorRecords.TryMake(e, path, out var record))
        {
            if (!asks || !reached)
            {
                WriteError(record);
            }

            return default;
        }
        finally
        {
            while (_made.TryDequeue(out var made))
            {
                WriteItemObject(made.Item, made.Path.ToString(), made.Item is not MailboxMessage);
            }
        }
    }
}
