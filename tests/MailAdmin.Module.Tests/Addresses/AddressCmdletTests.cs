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

    [Theory]
    [InlineData("New-MailDomain 'not a domain'", "InvalidDomain", ErrorCategory.InvalidArgument)]
    [InlineData("New-MailDomain example.com", "DomainExists", ErrorCategory.ResourceExists)]
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
