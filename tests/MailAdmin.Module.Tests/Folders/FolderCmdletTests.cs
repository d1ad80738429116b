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
}
