using System.Management.Automation;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Addresses;

public sealed class AddressCmdletTests
{
    [Fact]
    public void Domains_are_made_listed_and_removed()
    {
        using var lab = new Lab();

        Assert.Equal("alice@example.com", lab.Shell.Single<MailDomain>("New-MailDomain Example.ORG -CatchAll alice@example.com").CatchAll);
        Assert.Equal(["example.com", "example.org"], lab.Shell.Get<MailDomain>("Get-MailDomain").Select(d => d.Name).Order());
        lab.Shell.Run("Get-MailDomain *.org | Remove-MailDomain -Force");
        Assert.Equal("example.com", lab.Shell.Single<MailDomain>("Get-MailDomain").Name);
    }

    [Fact]
    public void The_catch_all_of_a_domain_that_is_there_is_set_and_taken_away()
    {
        using var lab = new Lab();

        Assert.Contains("Set-MailDomain", lab.Shell.Error("New-MailDomain example.com -CatchAll alice@example.com").ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        lab.Shell.Run("Set-MailDomain example.com -CatchAll alice@example.com -WhatIf");
        Assert.Null(lab.Shell.Single<MailDomain>("Get-MailDomain").CatchAll);
        Assert.Empty(lab.Shell.Run("Set-MailDomain example.com -CatchAll alice@example.com"));
        Assert.Equal("alice@example.com", lab.Shell.Single<MailDomain>("Get-MailDomain").CatchAll);
        Assert.Equal("bob@example.com", lab.Shell.Single<MailDomain>("Get-MailDomain | Set-MailDomain -CatchAll bob@example.com -PassThru").CatchAll);
        Assert.Empty(lab.Shell.Warnings);
        Assert.Null(lab.Shell.Single<MailDomain>("Set-MailDomain *.com -CatchAll $null -PassThru").CatchAll);
        lab.Shell.Run("Set-MailDomain example.com -CatchAll nosuch@example.com");
        Assert.Contains("nosuch@example.com", Assert.Single(lab.Shell.Warnings), StringComparison.Ordinal);
        Assert.Null(lab.Shell.Single<MailDomain>("'example.com' | Set-MailDomain -CatchAll '' -PassThru").CatchAll);
    }

    [Fact]
    public void An_alias_that_leads_to_nobody_is_told_and_one_that_leads_round_refused()
    {
        using var lab = new Lab();

        lab.Shell.Single<MailAlias>("New-MailAlias sales@example.com -Target alice@example.com, nosuch@example.com");
        Assert.Contains("nosuch@example.com", Assert.Single(lab.Shell.Warnings), StringComparison.Ordinal);
        lab.Shell.Run("Set-MailAlias sales@example.com -Add bob@example.com, x@elsewhere.test");
        Assert.Contains("nosuch@example.com", Assert.Single(lab.Shell.Warnings), StringComparison.Ordinal);
        lab.Shell.Run("Set-MailAlias sales@example.com -Remove nosuch@example.com");
        Assert.Empty(lab.Shell.Warnings);

        lab.Shell.Run("New-MailAlias l1@example.com l2@example.com -WarningAction SilentlyContinue");
        Assert.StartsWith("AliasLoop,", lab.Shell.Error("New-MailAlias l2@example.com l1@example.com").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(2, lab.Shell.Get<MailAlias>("Get-MailAlias").Count);
    }

    [Fact]
    public void What_leads_to_a_mailbox_follows_its_rename_and_is_told_at_its_removal()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = New-MailAlias team@example.com alice@example.com, bob@example.com; Set-MailDomain example.com -CatchAll alice@example.com");

        lab.Shell.Run("Rename-Mailbox alice@example.com alicia@example.com");

        Assert.Equal(["alicia@example.com", "bob@example.com"], lab.Shell.Single<MailAlias>("Get-MailAlias").Targets);
        Assert.Empty(lab.Shell.Warnings);
        Assert.Equal("alicia@example.com", lab.Shell.Single<MailDomain>("Get-MailDomain").CatchAll);
        foreach (var how in new[] { "-WhatIf", "-Force" })
        {
            lab.Shell.Run("Remove-Mailbox alicia@example.com " + how);
            Assert.Equal(2, lab.Shell.Warnings.Count);
            Assert.Contains("Alias team@example.com leads to alicia@example.com", lab.Shell.Warnings[0], StringComparison.Ordinal);
            Assert.Contains("example.com", lab.Shell.Warnings[1], StringComparison.Ordinal);
        }

        lab.Shell.Run("Remove-MailAlias team@example.com -Force; $null = New-MailAlias sales@example.com bob+sales@example.com; Rename-Mailbox bob@example.com rob@example.com");
        Assert.Contains("Alias sales@example.com leads to bob@example.com with a detail", Assert.Single(lab.Shell.Warnings), StringComparison.Ordinal);
        lab.Shell.Run("Remove-Mailbox rob@example.com -Force");
        Assert.Empty(lab.Shell.Warnings);
    }

    [Theory]
    [InlineData("New-MailDomain 'not a domain'", "InvalidDomain", ErrorCategory.InvalidArgument)]
    [InlineData("New-MailDomain example.com", "DomainExists", ErrorCategory.ResourceExists)]
    [InlineData("Set-MailDomain example.net -CatchAll $null", "DomainNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Set-MailDomain example.com", "NothingToChange", ErrorCategory.InvalidArgument)]
    [InlineData("Set-MailDomain example.com -CatchAll alice", "InvalidAddress", ErrorCategory.InvalidArgument)]
    [InlineData("Get-MailDomain example.net", "DomainNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Remove-MailDomain example.com -Force", "DomainNotEmpty", ErrorCategory.InvalidOperation)]
    [InlineData("Get-MailAlias team@example.com", "AliasNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Set-MailAlias team@example.com -Add alice@example.com", "AliasNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("New-MailAlias team alice@example.com", "InvalidAddress", ErrorCategory.InvalidArgument)]
    public void Errors_have_an_id_a_category_and_a_remedy(string script, string id, ErrorCategory category)
    {
        using var lab = new Lab();

        var error = lab.Shell.Error(script);

        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
    }

    [Fact]
    public void Aliases_are_made_changed_and_removed()
    {
        using var lab = new Lab();

        lab.Shell.Run("New-MailAlias team@example.com alice@example.com -WhatIf");
        Assert.Empty(lab.Shell.Get<MailAlias>("Get-MailAlias"));
        Assert.Equal(["alice@example.com"], lab.Shell.Single<MailAlias>("New-MailAlias team@example.com alice@example.com").Targets);
        Assert.Equal(["alice@example.com", "bob@example.com"], lab.Shell.Single<MailAlias>("Set-MailAlias team@example.com -Add bob@example.com -PassThru").Targets.Order());
        Assert.Equal(["bob@example.com"], lab.Shell.Single<MailAlias>("Get-MailAlias | Set-MailAlias -Remove alice@example.com -PassThru").Targets);
        Assert.StartsWith("AliasWithoutTarget", lab.Shell.Error("Set-MailAlias team@example.com -Remove bob@example.com").FullyQualifiedErrorId, StringComparison.Ordinal);
        lab.Shell.Run("Get-MailAlias team* | Remove-MailAlias -Force");
        Assert.Empty(lab.Shell.Get<MailAlias>("Get-MailAlias"));
    }
}
