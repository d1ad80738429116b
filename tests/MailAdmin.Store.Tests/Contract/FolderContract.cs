namespace MailAdmin.Store.Tests.Contract;

/// <summary>Folders and subscriptions.</summary>
public abstract class FolderContract : StoreContract
{
    [Fact]
    public async Task A_new_mailbox_has_its_folders_subscribed()
    {
        Assert.Equal(["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"], (await Store.Folders.ListAsync(Ann.Id)).Select(f => f.Name));
        Assert.Equal(6, (await Store.Folders.ListSubscriptionsAsync(Ann.Id)).Count);
        Assert.Equal(SpecialUse.Trash, (await Store.Folders.FindAsync(Ann.Id, "Trash"))!.Use);
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "inbox"));
    }

    [Fact]
    public async Task Create_makes_the_missing_levels_above()
    {
        var leaf = await Store.Folders.CreateAsync(Ann.Id, "a/b/c");
        Assert.Equal("a/b/c", (await Store.Folders.GetAsync(leaf.Id))!.Name);
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "a"));
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "a/b"));
        await Fails("FolderExists", () => Store.Folders.CreateAsync(Ann.Id, "a/b"));
        await Fails("FolderExists", () => Store.Folders.CreateAsync(Ann.Id, "Inbox"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a\u0007b")]
    [InlineData("a\uFFFEb")]
    [InlineData("\uFDD0")]
    [InlineData("\uD83F\uDFFF")]
    public async Task A_name_that_cannot_be_is_refused(string name)
    {
        await Fails("InvalidFolderName", () => Store.Folders.CreateAsync(Ann.Id, name));
        await Fails("InvalidFolderName", async () => await Store.Folders.RenameAsync(await Folder("Trash"), name));
        await Fails("InvalidFolderName", () => Store.Folders.SubscribeAsync(Ann.Id, name, true));
        await Fails("InvalidFolderName", () => Store.Accounts.CreateMailboxAsync(new NewMailbox(MailAdmin.Addresses.MailboxAddress.Parse("new@example.org"), Verifier) { Folders = [(name, SpecialUse.None)] }));
        await Store.Folders.CreateAsync(Ann.Id, "still alive");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("C:\\x")]
    [InlineData("$(rm)")]
    public async Task No_name_is_a_path(string name)
    {
        var folder = await Store.Folders.CreateAsync(Ann.Id, name);
        await Deliver("x", folder.Id);
        await ReopenAsync();
        Assert.Equal("x", await Text(1, folder.Id));
    }

    [Fact]
    public async Task A_special_use_is_given_once() => await Fails("SpecialUseExists", () => Store.Folders.CreateAsync(Ann.Id, "Other", SpecialUse.Trash));

    [Fact]
    public async Task Rename_takes_all_below_and_the_messages_along()
    {
        await Store.Folders.CreateAsync(Ann.Id, "a/b/c");
        var b = await Folder("a/b");
        await Deliver("inside", b);
        await Store.Folders.RenameAsync(b, "x/y");
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "x/y/c"));
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "x"));
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "a"));
        Assert.Null(await Store.Folders.FindAsync(Ann.Id, "a/b"));
        Assert.Equal("inside", await Text(1, await Folder("x/y")));
        await Fails("InvalidFolderName", async () => await Store.Folders.RenameAsync(await Folder("x"), "x/y/z"));
        await Fails("FolderExists", async () => await Store.Folders.RenameAsync(await Folder("x"), "a"));
    }

    [Fact]
    public async Task A_name_that_is_only_a_parent_is_renamed_by_what_is_below_it()
    {
        await Store.Folders.CreateAsync(Ann.Id, "a/b/c");
        await Deliver("inside", await Folder("a/b/c"));
        await Store.Folders.DeleteAsync(await Folder("a/b"));
        await Store.Folders.DeleteAsync(await Folder("a"));
        await Fails("InvalidFolderName", () => Store.Folders.RenameParentAsync(Ann.Id, "a", "a/x"));
        await Fails("FolderNotFound", () => Store.Folders.RenameParentAsync(Ann.Id, "nowhere", "x"));
        await Fails("FolderExists", () => Store.Folders.RenameParentAsync(Ann.Id, "a", "Trash"));
        await Store.Folders.RenameParentAsync(Ann.Id, "a", "x");
        Assert.Equal("inside", await Text(1, await Folder("x/b/c")));
        Assert.Null(await Store.Folders.FindAsync(Ann.Id, "x"));
        Assert.Null(await Store.Folders.FindAsync(Ann.Id, "a/b/c"));
    }

    [Fact]
    public async Task Renaming_inbox_moves_its_messages_and_leaves_it_empty()
    {
        await Deliver("one", null, MessageFlags.Seen, "kept");
        await Store.Folders.CreateAsync(Ann.Id, "INBOX/below");
        var old = await Store.Folders.RenameAsync(Inbox, "Old");
        Assert.Equal("one", await Text(1, old.Id));
        var moved = await Snapshot(old.Id);
        Assert.True(moved[0].Flags.Has(MessageFlags.Seen));
        Assert.Equal("kept", moved.Keywords[0]);
        Assert.Equal(0, (await Snapshot()).Count);
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "INBOX/below"));
        Assert.Equal(2u, await Deliver("next"));
    }

    [Fact]
    public async Task Delete_leaves_those_below_and_the_same_name_never_has_the_same_uidvalidity()
    {
        await Store.Folders.CreateAsync(Ann.Id, "a/b");
        var a = (await Store.Folders.FindAsync(Ann.Id, "a"))!;
        await Deliver("gone", a.Id);
        await Store.Folders.DeleteAsync(a.Id);
        Assert.Null(await Store.Folders.FindAsync(Ann.Id, "a"));
        Assert.NotNull(await Store.Folders.FindAsync(Ann.Id, "a/b"));
        await Fails("FolderNotFound", () => Store.Messages.GetSnapshotAsync(a.Id).AsTask());
        await Fails("FolderNotFound", () => Deliver("x", a.Id));
        await ReopenAsync();
        var again = await Store.Folders.CreateAsync(Ann.Id, "a");
        Assert.True(again.UidValidity > a.UidValidity);
        Assert.NotEqual(a.Id, again.Id);
        Assert.Equal(0, (await Snapshot(again.Id)).Count);
        Assert.Equal(0, (await Store.Accounts.GetMailboxAsync(Ann.Id))!.UsedBytes);
        await Fails("InboxCannotBeDeleted", () => Store.Folders.DeleteAsync(Inbox));
    }

    [Fact]
    public async Task Subscriptions_are_names_and_outlive_folders()
    {
        var archive = await Folder("Archive");
        await Store.Folders.DeleteAsync(archive);
        await Store.Folders.SubscribeAsync(Ann.Id, "not/there", true);
        await Store.Folders.SubscribeAsync(Ann.Id, "Trash", false);
        await ReopenAsync();
        var names = await Store.Folders.ListSubscriptionsAsync(Ann.Id);
        Assert.Contains("Archive", names);
        Assert.Contains("not/there", names);
        Assert.DoesNotContain("Trash", names);
    }
}
