using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Drive;

/// <summary>The bare engine has no Get-ChildItem and its kin; what those call is $ExecutionContext.InvokeProvider.</summary>
public sealed class MailDriveTests
{
    [Fact]
    public void Lists_mailboxes_folders_and_messages()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        lab.Shell.Run("$null = New-MailboxFolder alice@example.com Projects/2026");

        Assert.Equal(["alice@example.com", "bob@example.com"], Names(lab, "Mail:/"));
        Assert.Contains("Projects", Names(lab, "Mail:/alice@example.com"));
        Assert.DoesNotContain("Projects/2026", Names(lab, "Mail:/alice@example.com"));
        Assert.Equal(["2026"], Names(lab, "Mail:/alice@example.com/Projects"));
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("$ExecutionContext.InvokeProvider.ChildItem.Get('Mail:/alice@example.com/INBOX', $false)").Subject);
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("$ExecutionContext.InvokeProvider.Item.Get('Mail:/alice@example.com/INBOX/1')").Subject);
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("$ExecutionContext.InvokeProvider.Item.Get('Mail:/al*/INB*/*')").Subject);
    }

    [Fact]
    public void Gives_the_raw_message_line_by_line()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one", "Hello\nagain\n");

        var lines = lab.Shell.Run("$r = $ExecutionContext.InvokeProvider.Content.GetReader('Mail:/alice@example.com/INBOX/1'); foreach ($x in $r) { $x.Read(0); $x.Close() }").Select(o => o.ToString()).ToList();

        Assert.Contains("Subject: one", lines);
        Assert.Equal(["", "Hello", "again"], lines[^3..]);
    }

    [Fact]
    public void Copies_moves_and_removes_messages()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        lab.Import("alice@example.com", "two");

        lab.Shell.Run("""
            $item = $ExecutionContext.InvokeProvider.Item
            $null = $item.Copy('Mail:/alice@example.com/INBOX/1', 'Mail:/bob@example.com/INBOX', $false, 0)
            $null = $item.Move('Mail:/alice@example.com/INBOX/1', 'Mail:/alice@example.com/Archive')
            $item.Remove('Mail:/alice@example.com/INBOX/2', $false)
            """);

        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com"));
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com Archive").Subject);
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage bob@example.com").Subject);
    }

    [Fact]
    public void Makes_renames_copies_and_removes_folders()
    {
        using var lab = new Lab();

        lab.Shell.Run("""
            $item = $ExecutionContext.InvokeProvider.Item
            $null = $item.New('Mail:/alice@example.com', 'Work', 'Folder', $null)
            $null = $item.New('Mail:/alice@example.com/Work', 'Old', 'Folder', $null)
            $null = $item.New('Mail:/alice@example.com/Work/Old', '', 'Message', "Subject: made`n`nx`n")
            $null = $item.Rename('Mail:/alice@example.com/Work', 'Play')
            $null = $item.Copy('Mail:/alice@example.com/Play', 'Mail:/bob@example.com', $true, 0)
            $item.Remove('Mail:/alice@example.com/Play', $true)
            """);

        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.Empty(lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com Play*"));
        Assert.Equal("made", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage bob@example.com Play/Old").Subject);
    }

    [Fact]
    public void Set_Location_goes_into_it_and_relative_paths_work()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");

        lab.Shell.Run("$null = $ExecutionContext.SessionState.Path.SetLocation('Mail:/alice@example.com/INBOX')");

        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("$ExecutionContext.InvokeProvider.Item.Get('1')").Subject);
        Assert.Equal(["1"], Names(lab, "."));
    }

    [Fact]
    public void A_place_that_is_not_there_is_not_found()
    {
        using var lab = new Lab();

        Assert.False(lab.Shell.Single<bool>("$ExecutionContext.InvokeProvider.Item.Exists('Mail:/nobody@example.com/INBOX')"));
        Assert.Contains("Nowhere", lab.Shell.Error("$ExecutionContext.InvokeProvider.Item.Get('Mail:/alice@example.com/Nowhere')").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_differ_only_in_case_are_not_taken_for_one_another()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = 'Work', 'work', 'Lists/a', 'lists/a', 'lists/b', 'Only' | New-MailboxFolder alice@example.com");
        lab.Import("alice@example.com", "upper", folder: "Work");
        lab.Import("alice@example.com", "lower", folder: "work");

        Assert.Equal("lower", lab.Shell.Single<MailboxMessage>("$ExecutionContext.InvokeProvider.Item.Get('Mail:/alice@example.com/work/1')").Subject);
        Assert.Equal(["a"], Names(lab, "Mail:/alice@example.com/Lists"));
        Assert.Equal(["a", "b"], Names(lab, "Mail:/alice@example.com/lists"));
        lab.Shell.Run("""
            $item = $ExecutionContext.InvokeProvider.Item
            $null = $item.Copy('Mail:/alice@example.com/Lists', 'Mail:/bob@example.com', $true, 0)
            $item.Remove('Mail:/alice@example.com/work', $true)
            $item.Remove('Mail:/alice@example.com/Lists', $true)
            """);
        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.Equal(["Lists", "Lists/a"], lab.Shell.Get<MailboxFolder>("Get-MailboxFolder bob@example.com L*").Select(f => f.Name));
        Assert.Equal(["Work", "lists", "lists/a", "lists/b"], lab.Shell.Get<MailboxFolder>("'Work*', 'Lists*' | ForEach-Object { Get-MailboxFolder alice@example.com $_ }").Select(f => f.Name).Order(StringComparer.Ordinal));

        // One that is alone is found in any case, and what is below it; where there are several, none is guessed.
        lab.Import("alice@example.com", "there", folder: "Only");
        Assert.Equal("there", lab.Shell.Single<MailboxMessage>("$ExecutionContext.InvokeProvider.Item.Get('Mail:/alice@example.com/only/1')").Subject);
        Assert.Equal(["1"], Names(lab, "Mail:/alice@example.com/ONLY"));
        lab.Shell.Run("$null = New-MailboxFolder alice@example.com work");
        Assert.False(lab.Shell.Single<bool>("$ExecutionContext.InvokeProvider.Item.Exists('Mail:/alice@example.com/WORK')"));
    }

    private static string[] Names(Lab lab, string path) =>
        [.. lab.Shell.Run("$ExecutionContext.InvokeProvider.ChildItem.GetNames($p, 'ReturnMatchingContainers', $false)", ("p", path)).Select(o => o.ToString())];
}
