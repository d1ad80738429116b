using MailAdmin.Addresses;
using MailAdmin.Security;

namespace MailAdmin.Store.Tests.Contract;

/// <summary>Domains, mailboxes, aliases, settings.</summary>
public abstract class AccountContract : StoreContract
{
    private static readonly MailboxAddress Sales = MailboxAddress.Parse("sales@example.org");

    [Fact]
    public async Task A_mailbox_is_found_by_any_spelling_of_its_address_also_after_a_restart()
    {
        await ReopenAsync();
        var found = await Store.Accounts.FindMailboxAsync(MailboxAddress.Parse("ANN@Example.ORG"));
        Assert.Equal(Ann.Id, found!.Id);
        Assert.True(found.Verifier.Verify("secret"));
        Assert.Equal(1, (await Store.Accounts.FindDomainAsync("EXAMPLE.org"))!.MailboxCount);
    }

    [Fact]
    public async Task An_address_belongs_to_one_mailbox_or_alias()
    {
        await Fails("MailboxExists", () => Mailbox("ann@example.org"));
        await Store.Accounts.PutAliasAsync(Sales, [Ann.Address, MailboxAddress.Parse("x@elsewhere.example")], false);
        await Fails("AddressInUse", () => Mailbox("sales@example.org"));
        await Fails("AddressInUse", () => Store.Accounts.PutAliasAsync(Ann.Address, [Sales], false));
        await Fails("AliasExists", () => Store.Accounts.PutAliasAsync(Sales, [Ann.Address], false));
        await Fails("DomainNotFound", () => Store.Accounts.PutAliasAsync(MailboxAddress.Parse("a@unknown.example"), [Sales], false));
        await Store.Accounts.PutAliasAsync(Sales, [Ann.Address], true);
        await ReopenAsync();
        Assert.Equal([Ann.Address], (await Store.Accounts.FindAliasAsync(Sales))!.Targets);
        await Store.Accounts.DeleteAliasAsync(Sales);
        await Fails("AliasNotFound", () => Store.Accounts.DeleteAliasAsync(Sales));
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_nothing_else()
    {
        await Store.Accounts.UpdateMailboxAsync(Ann.Id, new MailboxUpdate { DisplayName = "Ann", QuotaBytes = 5 });
        await Fails("QuotaExceeded", () => Deliver("123456"));
        var second = ScramVerifier.Create("other", 4096);
        await Store.Accounts.UpdateMailboxAsync(Ann.Id, new MailboxUpdate { Verifier = second, ClearQuota = true, IsEnabled = false, Address = MailboxAddress.Parse("anna@example.org") });
        await Deliver("123456");
        await ReopenAsync();
        var mailbox = (await Store.Accounts.GetMailboxAsync(Ann.Id))!;
        Assert.Equal("Ann", mailbox.DisplayName);
        Assert.Null(mailbox.QuotaBytes);
        Assert.False(mailbox.IsEnabled);
        Assert.True(mailbox.Verifier.Verify("other"));
        Assert.Equal((6L, 1L), (mailbox.UsedBytes, mailbox.MessageCount));
        Assert.Null(await Store.Accounts.FindMailboxAsync(Ann.Address));
    }

    [Fact]
    public async Task What_leads_to_a_mailbox_leads_to_its_new_address()
    {
        var (bob, anna) = ((await Mailbox("bob@example.org")).Address, MailboxAddress.Parse("anna@example.org"));
        var (team, other) = (MailboxAddress.Parse("team@example.org"), MailboxAddress.Parse("other@example.org"));
        await Store.Accounts.PutAliasAsync(Sales, [bob, Ann.Address, MailboxAddress.Parse("ann@example.org.test"), anna], false);
        await Store.Accounts.PutAliasAsync(team, [Ann.Address], false);
        await Store.Accounts.PutAliasAsync(other, [bob, MailboxAddress.Parse("joann@example.org")], false);
        await Store.Accounts.CreateDomainAsync("caught.test", Ann.Address);
        await Store.Accounts.CreateDomainAsync("else.test", bob);
        await Store.Accounts.UpdateMailboxAsync(Ann.Id, new MailboxUpdate { Address = anna });
        await ReopenAsync();
        Assert.Equal([bob, anna, MailboxAddress.Parse("ann@example.org.test")], (await Store.Accounts.FindAliasAsync(Sales))!.Targets);
        Assert.Equal([anna], (await Store.Accounts.FindAliasAsync(team))!.Targets);
        Assert.Equal([bob, MailboxAddress.Parse("joann@example.org")], (await Store.Accounts.FindAliasAsync(other))!.Targets);
        Assert.Equal(anna, (await Store.Accounts.FindDomainAsync("caught.test"))!.CatchAll);
        Assert.Equal(bob, (await Store.Accounts.FindDomainAsync("else.test"))!.CatchAll);
        Assert.Equal(2, (await Store.Accounts.FindDomainAsync("example.org"))!.MailboxCount);
    }

    [Fact]
    public async Task A_deleted_mailbox_takes_its_folders_and_messages_along()
    {
        await Deliver("x");
        await Store.Accounts.DeleteMailboxAsync(Ann.Id);
        Assert.Null(await Store.Accounts.GetMailboxAsync(Ann.Id));
        await Fails("FolderNotFound", () => Store.Messages.GetSnapshotAsync(Inbox).AsTask());
        Assert.Equal(0, (await Store.GetTotalsAsync()).Messages);
        await Fails("MailboxNotFound", () => Store.Accounts.DeleteMailboxAsync(Ann.Id));
        await Store.Accounts.DeleteDomainAsync("example.org");
        Assert.Null(await Store.Accounts.FindDomainAsync("example.org"));
    }

    [Fact]
    public async Task A_domain_goes_only_when_nothing_is_in_it()
    {
        await Fails("DomainNotEmpty", () => Store.Accounts.DeleteDomainAsync("example.org"));
        await Fails("DomainExists", () => Store.Accounts.CreateDomainAsync("Example.org", null));
        await Fails("DomainNotFound", () => Store.Accounts.DeleteDomainAsync("other.example"));
        await Store.Accounts.SetCatchAllAsync("example.org", Ann.Address);
        await ReopenAsync();
        Assert.Equal(Ann.Address, (await Store.Accounts.FindDomainAsync("example.org"))!.CatchAll);
    }

    [Fact]
    public async Task Lists_are_ordered_and_take_patterns()
    {
        foreach (var name in (string[])["zoe", "bob", "bert", "b_x"])
        {
            await Mailbox($"{name}@example.org");
        }

        Assert.Equal(["ann", "b_x", "bert", "bob", "zoe"], await Names([null]));
        Assert.Equal(["bert", "bob"], await Names("b?*t@*", "bob@example.org"));
        Assert.Equal(["b_x", "bert", "bob"], await Names("B*"));
        Assert.Empty(await Names("nobody*"));

        async Task<List<string>> Names(params string?[] patterns)
        {
            var names = new List<string>();
            foreach (var pattern in patterns)
            {
                await foreach (var mailbox in Store.Accounts.ListMailboxesAsync(pattern))
                {
                    names.Add(mailbox.Address.LocalPart);
                }
            }

            return names;
        }
    }

    [Fact]
    public async Task Settings_and_logins_are_kept()
    {
        var at = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await Store.Accounts.PutSettingAsync("a", "1");
        await Store.Accounts.PutSettingAsync("a", "2");
        await Store.Accounts.PutSettingAsync("b", "x");
        await Store.Accounts.PutSettingAsync("b", null);
        Store.Accounts.NoteLogin(Ann.Id, at);
        Assert.Equal(at, (await Store.Accounts.GetMailboxAsync(Ann.Id))!.LastLoginAt);
        await ReopenAsync();
        Assert.Equal("2", await Store.Accounts.GetSettingAsync("a"));
        Assert.Null(await Store.Accounts.GetSettingAsync("b"));
        Assert.Equal(at, (await Store.Accounts.GetMailboxAsync(Ann.Id))!.LastLoginAt);
    }

    [Fact]
    public async Task Settings_are_listed_by_the_beginning_of_their_key()
    {
        foreach (var key in new[] { "block/192.0.2.1", "block/", "block", "block0", "blocks/x", "block/2001:db8::/32", "a" })
        {
            await Store.Accounts.PutSettingAsync(key, "of " + key);
        }

        await ReopenAsync();
        var found = new List<KeyValuePair<string, string>>();
        await foreach (var setting in Store.Accounts.ListSettingsAsync("block/"))
        {
            found.Add(setting);
        }

        Assert.Equal([new("block/", "of block/"), new("block/192.0.2.1", "of block/192.0.2.1"), new("block/2001:db8::/32", "of block/2001:db8::/32")], found);
    }
}
