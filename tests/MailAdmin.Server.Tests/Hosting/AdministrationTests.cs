using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Server.Administration;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hosting;

/// <summary>The same questions to each of the three routes.</summary>
public sealed class AdministrationTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> Routes => ["here", "elsewhere", "store"];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Mailboxes_domains_and_aliases(string route)
    {
        await using var under = await RouteUnderTest.OpenAsync(route);
        var admin = under.Administration;
        var verifier = ScramVerifier.Create("secret", 4096);
        var made = await admin.NewMailboxAsync(new NewMailboxRequest("Alice@Example.com", verifier) { DisplayName = "Alice A.", QuotaBytes = 1000 }, None);
        Assert.Equal(("alice@example.com", "Alice A.", 1000L, true), (made.Address, made.DisplayName, made.QuotaBytes, made.IsEnabled));
        await admin.NewMailboxAsync(new NewMailboxRequest("bob@example.com", verifier), None);

        Assert.Equal(["alice@example.com", "bob@example.com"], (await admin.GetMailboxesAsync(null, None).ToListAsync()).Select(m => m.Address));
        Assert.Equal(["alice@example.com"], (await admin.GetMailboxesAsync("a*@example.com", None).ToListAsync()).Select(m => m.Address));
        Assert.Equal(["alice@example.com"], (await admin.GetMailboxesAsync("*ce a*", None).ToListAsync()).Select(m => m.Address));
        Assert.Equal(["bob@example.com"], (await admin.GetMailboxesAsync("b??@*", None).ToListAsync()).Select(m => m.Address));
        Assert.Equal(["alice@example.com"], (await admin.GetMailboxesAsync(made.Id.ToString(), None).ToListAsync()).Select(m => m.Address));
        Assert.Empty(await admin.GetMailboxesAsync("nobody@example.com", None).ToListAsync());

        var changed = await admin.SetMailboxAsync("alice@example.com", new MailboxChange { DisplayName = "", QuotaBytes = 0, IsEnabled = false, Address = "alicia@example.com" }, None);
        Assert.Equal((made.Id, "alicia@example.com", null, null, false), (changed.Id, changed.Address, changed.DisplayName, changed.QuotaBytes, changed.IsEnabled));

        await admin.NewDomainAsync("example.org", "bob@example.com", None);
        Assert.Equal(["example.com", "example.org"], (await admin.GetDomainsAsync(null, None).ToListAsync()).Select(d => d.Name));
        Assert.Equal("alicia@example.com", (await admin.SetDomainAsync("Example.org", "alicia@example.com", None)).CatchAll);
        Assert.Null((await admin.SetDomainAsync("example.org", null, None)).CatchAll);
        Assert.Null((await admin.GetDomainsAsync("example.org", None).ToListAsync())[0].CatchAll);
        await admin.RemoveDomainAsync("example.org", None);

        await admin.SetAliasAsync("sales@example.com", ["bob@example.com", "alicia@example.com"], false, None);
        Assert.Equal(["bob@example.com", "alicia@example.com"], Assert.Single(await admin.GetAliasesAsync("s*", None).ToListAsync()).Targets);
        await admin.RemoveAliasAsync("sales@example.com", None);
        Assert.Empty(await admin.GetAliasesAsync(null, None).ToListAsync());

        await admin.RemoveMailboxAsync("bob@example.com", None);
        Assert.Single(await admin.GetMailboxesAsync(null, None).ToListAsync());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Targets_that_nobody_has_are_told_and_loops_refused(string route)
    {
        await using var under = await RouteUnderTest.OpenAsync(route);
        var admin = under.Administration;
        await admin.NewMailboxAsync(new NewMailboxRequest("alice@example.com", ScramVerifier.Create("secret", 4096)), None);
        await admin.NewDomainAsync("caught.test", "alice@example.com", None);
        await admin.NewDomainAsync("ghost.test", "gone@example.com", None);
        string[] alive = ["alice@example.com", "alice+sales@example.com", "x@elsewhere.test", "any@caught.test", "postmaster@example.com"];
        var made = await admin.SetAliasAsync("sales@example.com", [.. alive, "nosuch@example.com", "any@ghost.test"], false, None);
        Assert.Equal(["nosuch@example.com", "any@ghost.test"], made.DeadTargets);
        Assert.Equal(made.DeadTargets, (await admin.GetAliasesAsync(null, None).ToListAsync())[0].DeadTargets);

        await admin.SetAliasAsync("l1@example.com", ["l2@example.com", "alice@example.com"], false, None);
        Assert.Equal(["l2@example.com"], (await admin.GetAliasesAsync("l1@example.com", None).ToListAsync())[0].DeadTargets);
        await admin.SetAliasAsync("l2@example.com", ["l3@example.com"], false, None);
        var loop = await Assert.ThrowsAsync<MailAdminException>(() => admin.SetAliasAsync("l3@example.com", ["alice@example.com", "l1@example.com"], false, None));
        Assert.Equal("AliasLoop", loop.ErrorId);
        Assert.Contains("l3@example.com -> l1@example.com -> l2@example.com -> l3@example.com", loop.Message, StringComparison.Ordinal);
        Assert.Equal("AliasLoop", (await Assert.ThrowsAsync<MailAdminException>(() => admin.SetAliasAsync("l2@example.com", ["l2+x@example.com"], true, None))).ErrorId);
        Assert.Equal("AliasOfItself", (await Assert.ThrowsAsync<MailAdminException>(() => admin.SetAliasAsync("l3@example.com", ["L3@example.com"], false, None))).ErrorId);
        Assert.Empty((await admin.SetAliasAsync("l3@example.com", ["alice@example.com"], false, None)).DeadTargets);

        var uses = await admin.GetUsesAsync("alice@example.com", None);
        Assert.Equal(["l1@example.com", "l3@example.com", "sales@example.com"], uses.Aliases);
        Assert.Equal(["caught.test"], uses.Domains);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Folders_and_messages(string route)
    {
        await using var under = await RouteUnderTest.OpenAsync(route);
        var admin = under.Administration;
        const string Alice = "alice@example.com";
        await admin.NewMailboxAsync(new NewMailboxRequest(Alice, ScramVerifier.Create("secret", 4096)), None);
        var work = await admin.NewFolderAsync(Alice, "Work/2026", null, None);
        Assert.Equal(("Work/2026", true, 0), (work.Name, work.IsSubscribed, work.MessageCount));
        await admin.RenameFolderAsync(Alice, "Work/2026", "Work/2027", None);
        Assert.Equal(["Work", "Work/2027"], (await admin.GetFoldersAsync(Alice, "Work*", None).ToListAsync()).Select(f => f.Name));

        var source = System.Text.Encoding.UTF8.GetBytes(
            "From: Carol <carol@example.net>\r\nTo: alice@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@example.net>\r\n\r\n" + new string('x', 5_000_000) + "\r\n");
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var stored = await admin.ImportMessageAsync(Alice, "INBOX", ContentPieces.Of(source), ["\\Seen", "work"], at, None);
        Assert.Equal(("Grüße", "1@example.net", at, source.Length), (stored.Subject, stored.MessageId, stored.ReceivedAt, (int)stored.SizeBytes));
        Assert.Equal(["\\Seen", "work"], stored.Flags);
        for (var i = 0; i < 5; i++)
        {
            await admin.ImportMessageAsync(Alice, "INBOX", ContentPieces.Of(System.Text.Encoding.ASCII.GetBytes($"Subject: code {i}\r\n\r\n{i}\r\n")), [], at.AddDays(i + 1), None);
        }

        async Task<uint[]> Find(MessageQuery query) => [.. (await admin.GetMessagesAsync(query, None).ToListAsync()).Select(m => m.Uid)];

        var all = new MessageQuery(Alice, "INBOX");
        var uids = await Find(all);
        Assert.Equal(6, uids.Length);
        Assert.Equal(uids[..1], await Find(all with { IsRead = true }));
        Assert.Equal(uids[..1], await Find(all with { Subject = "gr*" }));
        Assert.Equal(uids[..1], await Find(all with { From = "*carol@*" }));
        Assert.Equal(uids[..1], await Find(all with { MessageId = "1@example.net" }));
        Assert.Equal(uids[^2..], await Find(all with { Newest = 2 }));
        Assert.Equal(uids[^2..], await Find(all with { Newest = 2, Subject = "*code*" }));
        Assert.Equal(uids[2..], await Find(all with { AfterUid = uids[1] }));
        Assert.Equal(uids[2..4], await Find(all with { Since = at.AddDays(2), Before = at.AddDays(4) }));
        Assert.Equal([uids[1], uids[3]], await Find(all with { Uids = [uids[1], uids[3], 999_999] }));

        var read = new MemoryStream();
        while (await admin.ReadMessageAsync(Alice, "INBOX", stored.Uid, read.Length, 1_000_000, None) is { Length: > 0 } part)
        {
            read.Write(part);
        }

        Assert.True(read.ToArray().AsSpan().SequenceEqual(source));
        Assert.Equal(2, await admin.SetMessageFlagsAsync(Alice, "INBOX", [uids[1], uids[2]], MessageFlagsMode.Add, ["Flagged"], None));
        var moved = await admin.TransferMessagesAsync(Alice, "INBOX", [uids[1], uids[2]], Alice, "Work/2027", move: true, None);
        Assert.Equal([uids[1], uids[2]], moved.Select(p => p.Source));
        Assert.Equal(2, (await admin.GetMessagesAsync(new MessageQuery(Alice, "Work/2027"), None).ToListAsync()).Count(m => m.Flags.Contains("\\Flagged")));
        Assert.Equal(1, await admin.RemoveMessagesAsync(Alice, "INBOX", [stored.Uid, 999_999], None));
        await admin.RemoveFolderAsync(Alice, "Work/2027", None);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_store_is_verified_and_compacted(string route)
    {
        await using var under = await RouteUnderTest.OpenAsync(route);
        var admin = under.Administration;
        await admin.NewMailboxAsync(new NewMailboxRequest("alice@example.com", ScramVerifier.Create("secret", 4096)), None);
        var source = System.Text.Encoding.ASCII.GetBytes("Subject: x\r\n\r\n" + new string('x', 100_000) + "\r\n");
        var kept = await admin.ImportMessageAsync("alice@example.com", "INBOX", ContentPieces.Of(source), [], null, None);
        var gone = await admin.ImportMessageAsync("alice@example.com", "INBOX", ContentPieces.Of(source), [], null, None);
        await admin.RemoveMessagesAsync("alice@example.com", "INBOX", [gone.Uid], None);
        Assert.True(await admin.OptimizeStoreAsync(None) >= 0);
        Assert.DoesNotContain(await admin.TestStoreAsync(None).ToListAsync(), f => f.Severity == MailEventSeverity.Error);
        Assert.Equal(source, await admin.ReadMessageAsync("alice@example.com", "INBOX", kept.Uid, 0, source.Length, None));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task What_is_wrong_gives_one_error_with_id_target_and_remedy(string route)
    {
        await using var under = await RouteUnderTest.OpenAsync(route);
        var admin = under.Administration;
        var verifier = ScramVerifier.Create("secret", 4096);
        await admin.NewMailboxAsync(new NewMailboxRequest("alice@example.com", verifier), None);

        async Task Fails(string id, Func<Task> action)
        {
            var error = await Assert.ThrowsAsync<MailAdminException>(action);
            Assert.Equal(id, error.ErrorId);
            Assert.NotEqual(MailErrorCategory.NotSpecified, error.Category);
            Assert.False(string.IsNullOrEmpty(error.RecommendedAction), id);
            Assert.NotNull(error.Target);
        }

        await Fails("MailboxExists", () => admin.NewMailboxAsync(new NewMailboxRequest("alice@example.com", verifier), None));
        await Fails("InvalidAddress", () => admin.NewMailboxAsync(new NewMailboxRequest("no address", verifier), None));
        await Fails("DomainNotFound", () => admin.NewMailboxAsync(new NewMailboxRequest("a@nowhere.test", verifier) { CreateDomain = false }, None));
        await Fails("MailboxNotFound", () => admin.SetMailboxAsync("bob@example.com", new MailboxChange(), None));
        await Fails("MailboxNotFound", () => admin.RemoveMailboxAsync("bob", None));
        await Fails("MailboxNotFound", () => admin.GetFoldersAsync("bob@example.com", null, None).ToListAsync().AsTask());
        await Fails("FolderNotFound", () => admin.GetMessagesAsync(new MessageQuery("alice@example.com", "Nope"), None).ToListAsync().AsTask());
        await Fails("FolderExists", () => admin.NewFolderAsync("alice@example.com", "Sent", null, None));
        await Fails("InvalidFolderName", () => admin.NewFolderAsync("alice@example.com", "a//b", null, None));
        await Fails("InvalidSpecialUse", () => admin.NewFolderAsync("alice@example.com", "ab", "Sometimes", None));
        await Fails("MessageNotFound", () => admin.ReadMessageAsync("alice@example.com", "INBOX", 77, 0, 10, None));
        await Fails("InvalidFlag", () => admin.SetMessageFlagsAsync("alice@example.com", "INBOX", [1], MessageFlagsMode.Add, ["not an atom"], None));
        await Fails("DomainNotFound", () => admin.RemoveDomainAsync("nowhere.test", None));
        await Fails("DomainNotFound", () => admin.SetDomainAsync("nowhere.test", null, None));
        await Fails("DomainNotEmpty", () => admin.RemoveDomainAsync("example.com", None));
        await Fails("AliasNotFound", () => admin.RemoveAliasAsync("sales@example.com", None));
        if (route == "store")
        {
            Assert.Equal("ServerNotRunning", (await Assert.ThrowsAsync<MailAdminException>(() => admin.GetSessionsAsync(None))).ErrorId);
            Assert.Equal("ServerNotRunning", (await Assert.ThrowsAsync<MailAdminException>(() => admin.GetStatisticsAsync(None))).ErrorId);
            Assert.Equal("ServerNotRunning", (await Assert.ThrowsAsync<MailAdminException>(() => admin.StopServerAsync(TimeSpan.Zero, None))).ErrorId);
        }
        else
        {
            Assert.Equal("SessionNotFound", (await Assert.ThrowsAsync<MailAdminException>(() => admin.GetTranscriptAsync("s77", false, None).ToListAsync().AsTask())).ErrorId);
        }
    }

    /// <summary>One of the three routes, over a fresh store.</summary>
    private sealed class RouteUnderTest : IAsyncDisposable
    {
        private readonly TestServer? _server;
        private readonly TempDirectory? _directory;

        private RouteUnderTest(IMailAdministration administration, TestServer? server, TempDirectory? directory)
        {
            Administration = administration;
            _server = server;
            _directory = directory;
        }

        public IMailAdministration Administration { get; }

        public static async Task<RouteUnderTest> OpenAsync(string route)
        {
            if (route == "store")
            {
                var directory = new TempDirectory();
                return new RouteUnderTest(await MailAdministration.OpenStoreAsync(directory.Path, None), null, directory);
            }

            var server = await TestServer.StartAsync();
            return new RouteUnderTest(route == "here" ? server.Administration : (await Server.Control.ControlClient.ConnectAsync(server.Host.StorePath, None))!, server, null);
        }

        public async ValueTask DisposeAsync()
        {
            await Administration.DisposeAsync();
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }

            _directory?.Dispose();
        }
    }
}
