using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Folders;

public sealed class FolderCmdletTests
{
    [Fact]
    public void Folders_are_made_listed_renamed_and_removed()
    {
        using var lab = new Lab();

        Assert.Equal("Work/2026", lab.Shell.Single<MailboxFolder>("New-MailboxFolder alice@example.com Work/2026").Name);
        Assert.Equal(["Work", "Work/2026"], lab.Shell.Get<MailboxFolder>("Get-Mailbox alice* | Get-MailboxFolder -Name Work*").Select(f => f.Name).Order());
        Assert.Equal("Play/2026", lab.Shell.Get<MailboxFolder>("Rename-MailboxFolder alice@example.com Work Play; Get-MailboxFolder alice@example.com Play/*")[0].Name);
        lab.Shell.Run("Get-MailboxFolder alice@example.com Play/2026 | Remove-MailboxFolder -Force -WhatIf");
        Assert.Single(lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com Play/2026"));
        lab.Shell.Run("Remove-MailboxFolder alice@example.com Play* -Force");
        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.Empty(lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com Play*"));
    }

    [Theory]
    [InlineData("Get-MailboxFolder nobody@example.com", "MailboxNotFound")]
    [InlineData("Get-MailboxFolder alice@example.com Nowhere", "FolderNotFound")]
    [InlineData("New-MailboxFolder alice@example.com INBOX", "FolderExists")]
    [InlineData("Remove-MailboxFolder alice@example.com Nowhere -Force", "FolderNotFound")]
    [InlineData("Rename-MailboxFolder alice@example.com Nowhere There", "FolderNotFound")]
    public void Errors_name_what_is_wrong(string script, string id)
    {
        using var lab = new Lab();

        var error = lab.Shell.Error(script);

        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
    }

    [Fact]
    public void A_folder_from_the_pipeline_is_meant_by_its_name_and_no_other()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = 'What?', 'Whats', '[Gmail]', 'a\\b', '*' | New-MailboxFolder alice@example.com");
        lab.Import("alice@example.com", "kept", folder: "Whats");
        lab.Import("alice@example.com", "asked", folder: "What?");

        Assert.Equal("asked", lab.Shell.Single<MailboxMessage>("Get-MailboxFolder alice@example.com | Where-Object Name -EQ 'What?' | Get-MailboxMessage").Subject);
        lab.Shell.Run("$gone = Get-MailboxFolder alice@example.com | Where-Object Name -IN 'What?', '*'; $gone | Remove-MailboxFolder -Force");
        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.StartsWith("FolderNotFound,", lab.Shell.Error("$gone[0] | Remove-MailboxFolder -Force").FullyQualifiedErrorId, StringComparison.Ordinal);

        var left = lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com").Select(f => f.Name).ToList();
        Assert.Contains("INBOX", left);
        Assert.Contains("Whats", left);
        Assert.DoesNotContain("What?", left);
        Assert.DoesNotContain("*", left);
    }

    [Fact]
    public void A_folder_is_not_removed_for_another_whose_name_differs_in_case()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = 'Work', 'work', 'WORK' | New-MailboxFolder alice@example.com; $gone = Get-MailboxFolder alice@example.com WORK; Remove-MailboxFolder alice@example.com WORK -Force");
        Assert.Equal(2, lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com w*").Count);

        Assert.StartsWith("NameNotUnique,", lab.Shell.Error("Remove-MailboxFolder alice@example.com WORK -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
        lab.Shell.Run("Remove-MailboxFolder alice@example.com work -Force");
        Assert.StartsWith("FolderNotFound,", lab.Shell.Error("$gone | Remove-MailboxFolder -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Work", lab.Shell.Single<MailboxFolder>("Get-MailboxFolder alice@example.com w*").Name);
        lab.Shell.Run("Remove-MailboxFolder alice@example.com wORK -Force");
        Assert.Empty(lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com w*"));
    }

    [Fact]
    public void A_typed_name_that_a_folder_has_exactly_is_no_pattern()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = 'What?', 'Whats', 'a\\b' | New-MailboxFolder alice@example.com");

        Assert.Equal("What?", lab.Shell.Single<MailboxFolder>("Get-MailboxFolder alice@example.com 'What?'").Name);
        Assert.Equal("a\\b", lab.Shell.Single<MailboxFolder>("Get-MailboxFolder alice@example.com 'a\\b'").Name);
        Assert.Equal(2, lab.Shell.Get<MailboxFolder>("Get-MailboxFolder alice@example.com What*").Count);
    }

    [Theory]
    [InlineData("Get-MailboxFolder alice@example.com '[Gmail]/Nosuch'")]
    [InlineData("Get-MailboxMessage alice@example.com '[Gmail]/Nosuch'")]
    [InlineData("Remove-MailboxFolder alice@example.com '[Gmail]/Nosuch' -Force")]
    public void A_bracket_in_a_name_means_itself(string script)
    {
        using var lab = new Lab();

        Assert.StartsWith("FolderNotFound,", lab.Shell.Error(script).FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
