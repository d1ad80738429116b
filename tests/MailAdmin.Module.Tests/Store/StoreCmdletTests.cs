using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Store;

public sealed class StoreCmdletTests
{
    [Fact]
    public void A_sound_store_has_no_findings_and_is_compacted()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");

        Assert.Empty(lab.Shell.Run("Test-MailStore"));
        Assert.True(lab.Shell.Single<bool>("Test-MailStore -Quiet"));
        Assert.Empty(lab.Shell.Run("Optimize-MailStore -WhatIf"));
        Assert.True(lab.Shell.Single<MailStoreOptimization>("Optimize-MailStore").FreedBytes >= 0);
    }

    [Fact]
    public void An_index_that_is_gone_is_made_again_from_the_content()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = New-Mailbox carol@example.com -StorePath $dir/off; $null = Import-MailboxMessage carol@example.com -StorePath $dir/off -Message \"Subject: kept`n`nx`n\"");
        foreach (var file in Directory.GetFiles(Path.Combine(lab.Directory, "off"), "index.db*"))
        {
            File.Delete(file);
        }

        Assert.Empty(lab.Shell.Run("Repair-MailStore $dir/off -WhatIf"));
        var report = lab.Shell.Single<MailStoreRepair>("Repair-MailStore $dir/off -Force");

        Assert.Equal((1, 1, 0), (report.MailboxCount, report.MessageCount, report.LostMessages));
        Assert.Equal("kept", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage carol@example.com -StorePath $dir/off").Subject);
        Assert.StartsWith("StoreNotFound", lab.Shell.Error("Repair-MailStore $dir/none -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
