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
        Assert.Empty(report.Findings);
        Assert.StartsWith("StoreNotFound", lab.Shell.Error("Repair-MailStore $dir/none -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_repair_could_not_save_is_warned_of()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = New-Mailbox carol@example.com -StorePath $dir/off; 1..3 | ForEach-Object { $null = Import-MailboxMessage carol@example.com -StorePath $dir/off -Message \"Subject: $_`n`nx`n\" }");
        var segment = Directory.GetFiles(Path.Combine(lab.Directory, "off", "content")).Order(StringComparer.Ordinal).First();
        using (var file = File.Open(segment, FileMode.Open))
        {
            // The first message and the operation that placed it.
            var octets = new byte[file.Length];
            file.ReadExactly(octets);
            var at = octets.AsSpan().IndexOf("Subject: 1"u8);
            file.Position = at;
            file.Write(new byte[octets.AsSpan().IndexOf("Subject: 2"u8) - at]);
        }

        lab.Shell.Run("$report = Repair-MailStore $dir/off -Force -WarningVariable told -WarningAction SilentlyContinue");

        var finding = Assert.Single(lab.Shell.Single<MailStoreRepair>("$report").Findings);
        Assert.Equal("LostOperations", finding.Kind);
        Assert.Contains(finding.Message, lab.Shell.Single<string>("\"$told\""), StringComparison.Ordinal);
    }
}
