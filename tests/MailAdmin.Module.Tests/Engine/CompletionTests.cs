using System.Management.Automation;

namespace MailAdmin.Module.Tests.Engine;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("Get-Mailbox al", "alice@example.com")]
    [InlineData("Get-MailboxFolder alice@example.com IN", "INBOX")]
    [InlineData("Get-MailDomain ex", "example.com")]
    [InlineData("Get-Mailbox -Server de", "default")]
    [InlineData("Stop-MailServer de", "default")]
    [InlineData("Watch-MailEvent Del", "Delivered")]
    [InlineData("Set-MailboxMessage alice@example.com INBOX 1 -AddFlag Fl", "Flagged")]
    [InlineData("New-MailboxFolder alice@example.com x -SpecialUse Ar", "Archive")]
    [InlineData("New-Mailbox x@example.com -Quota ", "500MB")]
    [InlineData("Set-Mailbox alice@example.com -Quota 5", "5GB")]
    public void Every_identity_is_completed(string typed, string expected)
    {
        using var lab = new Lab();
        using var shell = PowerShell.Create(lab.Shell.Runspace);

        var completion = CommandCompletion.CompleteInput(typed, typed.Length, null, shell);

        Assert.Contains(expected, completion.CompletionMatches.Select(m => m.CompletionText));
    }

    [Theory]
    [InlineData("Set-MailAlias sales@example.com -Remove ", "alice@example.com", "carol@elsewhere.example")]
    [InlineData("Set-MailAlias -Identity sales@example.com -Remove alice@example.com, c", "carol@elsewhere.example")]
    [InlineData("Set-MailAlias -Remove ")]
    public void What_is_taken_out_of_an_alias_is_one_of_its_targets(string typed, params string[] expected)
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = New-MailAlias sales@example.com alice@example.com, carol@elsewhere.example");
        using var shell = PowerShell.Create(lab.Shell.Runspace);

        var completion = CommandCompletion.CompleteInput(typed, typed.Length, null, shell);

        Assert.Equal(expected, completion.CompletionMatches.Select(m => m.CompletionText).Where(t => t.Contains('@', StringComparison.Ordinal)));
    }
}
