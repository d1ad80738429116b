using System.Diagnostics;
using System.Management.Automation;
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

    [Fact]
    public void A_store_whose_opening_is_stopped_is_closed_again()
    {
        using var lab = new Lab();
        lab.Shell.Run("Stop-MailServer; $null = New-Mailbox carol@example.com -StorePath $dir/off");
        for (var change = 1; change <= 8; change++)
        {
            // Stopped at the first change of the directory that the opening makes, at the second, and so on.
            using var watch = new FileSystemWatcher(Path.Combine(lab.Directory, "off")) { IncludeSubdirectories = true };
            using var asking = PowerShell.Create(lab.Shell.Runspace);
            asking.AddScript("Get-Mailbox -StorePath $dir/off");
            var left = change;
            void Stop(object sender, FileSystemEventArgs e)
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    try
                    {
                        asking.BeginStop(null, null);
                    }
                    catch (ObjectDisposedException)
                    {
                        // It had ended before so many changes came.
                    }
                }
            }

            watch.Created += Stop;
            watch.Changed += Stop;
            watch.Deleted += Stop;
            watch.EnableRaisingEvents = true;
            try
            {
                asking.Invoke();
            }
            catch (Exception e) when (e is PipelineStoppedException or InvalidOperationException or InvalidPowerShellStateException)
            {
                // As asked; before it began, where the store of the round before still closed.
            }
        }

        // Whoever comes first waits for what still closes, and nobody for ever.
        var waited = Stopwatch.StartNew();
        do
        {
            lab.Shell.Run("Start-MailServer off -StorePath $dir/off -SmtpPort 0 -SubmissionPort -1 -SubmissionsPort -1 -ImapPort -1 -ImapsPort -1 -Pop3Port -1 -Pop3sPort -1");
        }
        while (lab.Shell.Errors is [{ FullyQualifiedErrorId: var id }] && id.StartsWith("StoreInUse", StringComparison.Ordinal) && waited.Elapsed < TimeSpan.FromSeconds(60));

        Assert.Equal("off", lab.Shell.Single<MailServerInfo>("Get-MailServer").Name);
    }
}
