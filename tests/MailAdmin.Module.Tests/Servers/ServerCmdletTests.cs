using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Servers;

public sealed class ServerCmdletTests
{
    [Fact]
    public void Start_gives_a_running_server_with_all_endpoints()
    {
        using var lab = new Lab();

        Assert.Equal(MailServerState.Running, lab.Server.State);
        Assert.True(lab.Server.IsEphemeral);
        Assert.Equal(["imap", "imaps", "pop3", "pop3s", "smtp", "submission", "submissions"], lab.Server.Endpoints.Select(e => e.Service).Order());
        Assert.All(lab.Server.Endpoints, e => Assert.InRange(e.Port, 1, 65535));
        Assert.Equal(2, lab.Server.MailboxCount);
        Assert.NotNull(lab.Server.CertificateThumbprint);
    }

    [Fact]
    public void Get_finds_servers_by_wildcard_and_tells_of_a_name_that_leads_nowhere()
    {
        using var lab = new Lab();

        Assert.Equal("default", lab.Shell.Single<MailServerInfo>("Get-MailServer").Name);
        Assert.Equal("default", lab.Shell.Single<MailServerInfo>("'def*' | Get-MailServer").Name);
        Assert.Empty(lab.Shell.Run("Get-MailServer other*"));
        var error = lab.Shell.Error("Get-MailServer other");
        Assert.Equal("ServerNotFound,MailAdmin.Module.Servers.GetMailServer", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal("other", error.TargetObject);
        Assert.Contains("Start-MailServer", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_twice_under_one_name_is_an_error()
    {
        using var lab = new Lab();

        var error = lab.Shell.Error("Start-MailServer -Ephemeral");

        Assert.StartsWith("ServerExists", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_on_a_taken_port_names_the_port()
    {
        using var shell = new Shell();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = shell.Error("Start-MailServer -Ephemeral -ImapPort $port", ("port", port));

        Assert.StartsWith("PortInUse", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains($"{port}", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(shell.Run("Get-MailServer"));
    }

    [Fact]
    public void Start_with_WhatIf_starts_nothing()
    {
        using var shell = new Shell();

        Assert.Empty(shell.Run("Start-MailServer -Ephemeral -WhatIf"));
        Assert.Empty(shell.Run("Get-MailServer"));
    }

    [Fact]
    public void Start_takes_settings_as_a_hashtable_and_refuses_a_name_it_does_not_know()
    {
        using var shell = new Shell();
        try
        {
            var info = shell.Single<MailServerInfo>("Start-MailServer -Settings @{ Name = 'lab'; Ephemeral = $true; HostName = 'mx.example.com'; Domains = 'example.com', 'example.org' } -Pop3Port -1");

            Assert.Equal("lab", info.Name);
            Assert.Equal("mx.example.com", info.HostName);
            Assert.Equal(["example.com", "example.org"], info.Domains.Order());
            Assert.Null(info.Find(MailProtocol.Pop3, MailTlsMode.StartTls));
            Assert.Contains("HostName", shell.Error("Start-MailServer -Settings @{ Hostnam = 'x' }").Exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            shell.Run("Get-MailServer | Where-Object ProcessId -eq $PID | Stop-MailServer -DrainSeconds 0");
        }
    }

    [Fact]
    public void Stop_ends_it_and_an_ephemeral_store_goes()
    {
        using var lab = new Lab();

        var stopped = lab.Shell.Single<MailServerInfo>("Get-MailServer | Stop-MailServer -PassThru");

        Assert.Equal(MailServerState.Stopped, stopped.State);
        Assert.Empty(lab.Shell.Run("Get-MailServer"));
        Assert.False(Directory.Exists(lab.Server.StorePath));
    }

    [Fact]
    public void What_was_stored_is_there_after_stop_and_start()
    {
        using var lab = new Lab();
        lab.Shell.Run("Stop-MailServer; $null = Start-MailServer -Name kept -StorePath $dir/store -PortOffset 0 -SmtpPort 0 -SubmissionPort 0 -SubmissionsPort 0 -ImapPort 0 -ImapsPort 0 -Pop3Port 0 -Pop3sPort 0 -Credential $alice");
        lab.Import("alice@example.com", "kept");

        var info = lab.Shell.Single<MailServerInfo>("Restart-MailServer kept");

        Assert.Equal(1, info.MessageCount);
        Assert.Equal("kept", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com").Subject);
    }

    [Fact]
    public void A_first_mailbox_that_cannot_be_had_is_an_error_of_its_own_and_the_server_runs()
    {
        using var lab = new Lab();

        var error = lab.Shell.Error("Stop-MailServer; $bad = [pscredential]::new('nobody', $alice.Password); $null = Start-MailServer -Ephemeral -Credential $bad, $alice");

        Assert.StartsWith("InvalidAddress,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("nobody", error.TargetObject);
        Assert.Equal(1, lab.Shell.Single<MailServerInfo>("Get-MailServer").MailboxCount);
    }

    [Fact]
    public void Restart_refuses_to_throw_an_ephemeral_store_away()
    {
        using var lab = new Lab();

        Assert.StartsWith("ServerIsEphemeral", lab.Shell.Error("Restart-MailServer").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(lab.Shell.Run("Get-MailServer"));
    }

    [Fact]
    public void Set_changes_what_a_running_server_says_and_limits_by_name()
    {
        using var lab = new Lab();

        Assert.Equal("mx.example.com", lab.Shell.Single<MailServerInfo>("Set-MailServer -HostName mx.example.com -Limit @{ MessageSize = 1MB } -PassThru").HostName);
        Assert.StartsWith("NothingToChange", lab.Shell.Error("Set-MailServer").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Sise", lab.Shell.Error("Set-MailServer -Limit @{ MessageSise = 1 }").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_gives_counters_of_every_protocol()
    {
        using var lab = new Lab();

        var statistics = lab.Shell.Single<MailServerStatistics>("Get-MailServer | Measure-MailServer");

        Assert.Equal([MailProtocol.Smtp, MailProtocol.Submission, MailProtocol.Imap, MailProtocol.Pop3], statistics.Protocols.Select(p => p.Protocol).Order());
    }

    [Fact]
    public void Remove_Module_with_a_server_running_leaves_it_running_for_the_next_import()
    {
        using var lab = new Lab();

        lab.Shell.Run("Remove-Module MailAdmin");
        lab.Shell.Import();
        Assert.Equal(lab.Server.Endpoints, lab.Shell.Single<MailServerInfo>("Get-MailServer").Endpoints);
        lab.Shell.Run("Import-Module $path -Force", ("path", Shell.Manifest));

        Assert.Equal(2, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);
    }

    [Fact]
    public void Connect_chooses_among_several()
    {
        using var lab = new Lab();
        lab.Shell.Single<MailServerInfo>("Start-MailServer -Name second -Ephemeral");
        Assert.StartsWith("ServerNotUnique", lab.Shell.Error("Get-Mailbox").FullyQualifiedErrorId, StringComparison.Ordinal);

        lab.Shell.Single<MailServerInfo>("Connect-MailServer default");
        Assert.Equal(2, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);
        Assert.Empty(lab.Shell.Get<Mailbox>("Get-Mailbox -Server second"));

        lab.Shell.Run("Disconnect-MailServer");
        Assert.StartsWith("ServerNotUnique", lab.Shell.Error("Get-Mailbox").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Wait_serves_until_stopped()
    {
        using var shell = new Shell();
        using var serving = PowerShell.Create(shell.Runspace);
        using var output = new PSDataCollection<PSObject>();
        using var up = new ManualResetEventSlim();
        output.DataAdded += (_, _) => up.Set();
        serving.AddScript("Start-MailServer -Ephemeral -Wait");

        var running = serving.BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(up.Wait(TimeSpan.FromSeconds(120)));
        var info = (MailServerInfo)output[0].BaseObject;
        serving.Stop();

        Assert.Throws<PipelineStoppedException>(() => serving.EndInvoke(running));
        Assert.Empty(shell.Run("Get-MailServer"));
        Assert.False(Directory.Exists(info.StorePath));
    }
}
