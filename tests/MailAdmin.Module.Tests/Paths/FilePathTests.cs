using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Paths;

/// <summary>Paths of files mean the place the session stands in, and only where that is the file system.</summary>
public sealed class FilePathTests
{
    [Theory]
    [InlineData("Export-MailboxMessage alice@example.com INBOX 1")]
    [InlineData("Save-MailboxAttachment alice@example.com INBOX 1")]
    [InlineData("Export-MailQueueMessage 00000000000000000000000000000000")]
    [InlineData("Import-MailboxMessage alice@example.com INBOX/1")]
    [InlineData("New-MailCertificate mx.example.com ./mx.pfx")]
    [InlineData("Get-MailCertificate -Path ./mx.pfx")]
    [InlineData("Set-MailCertificate ./mx.pfx")]
    [InlineData("Get-Mailbox -StorePath ./store")]
    [InlineData("Repair-MailStore ./store -Force")]
    [InlineData("Connect-MailServer -StorePath ./store")]
    [InlineData("Start-MailServer other -StorePath ./store")]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -Attachments INBOX")]
    [InlineData("Send-Mail -From alice@example.com -To bob@example.com -RawPath ./1.eml")]
    public void A_place_that_is_no_directory_is_refused_with_the_remedy(string script)
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");

        var error = lab.Shell.Error(At("Mail:/alice@example.com") + script);

        Assert.StartsWith("PathNotInFileSystem,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Set-Location", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_of_the_drive_are_exported_to_a_directory_that_is_named_as_one()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");

        Assert.Equal("1.eml", lab.Shell.Single<FileInfo>(At("Mail:/alice@example.com/INBOX") + "$ExecutionContext.InvokeProvider.ChildItem.Get('.', $false) | Export-MailboxMessage FileSystem::$dir/out").Name);
    }

    [Fact]
    public void A_drive_that_is_not_there_is_told()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");

        Assert.StartsWith("PathNotUsable,", lab.Shell.Error("Export-MailboxMessage alice@example.com INBOX 1 nodrive:/out").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_of_settings_mean_the_place_of_the_session()
    {
        using var lab = new Lab();
        lab.Shell.Run(At(lab.Directory) + "$null = New-MailCertificate mx.example.com ./mx.pfx");

        var info = lab.Shell.Single<MailServerInfo>(
            "Start-MailServer other -Settings @{ StorePath = './mail'; CertificatePath = './mx.pfx'; SmtpPort = 0; SubmissionPort = -1; SubmissionsPort = -1; ImapPort = -1; ImapsPort = -1; Pop3Port = -1; Pop3sPort = -1 }");

        Assert.Equal(Path.Combine(lab.Directory, "mail"), info.StorePath);
        Assert.Equal(lab.Shell.Single<MailCertificate>("Get-MailCertificate -Path ./mx.pfx").Thumbprint, info.CertificateThumbprint);
    }

    [Fact]
    public void Settings_that_are_null_are_refused()
    {
        using var shell = new Shell();

        Assert.StartsWith("ParameterArgumentValidationError", shell.Error("Start-MailServer -Ephemeral -Settings $null").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    // The engine alone has no Set-Location.
    private static string At(string place) => $"$null = $ExecutionContext.SessionState.Path.SetLocation('{place}'); ";
}
