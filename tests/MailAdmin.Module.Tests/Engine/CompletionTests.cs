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
    public void Every_identity_is_completed(string typed, string expected)
    {
        using var lab = new Lab();
        using var shell = PowerShell.Create(lab.Shell.Runspace);

        var completion = CommandCompletion.CompleteInput(typed, typed.Length, null, shell);

        Assert.Contains(expected, completion.CompletionMatches.Select(m => m.CompletionText));
    }
}
