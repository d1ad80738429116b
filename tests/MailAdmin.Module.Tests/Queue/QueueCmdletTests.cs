using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Queue;

/// <summary>A day's work with the queue, over a next hop where nobody listens.</summary>
public sealed class QueueCmdletTests
{
    private const string Nowhere = "Set-MailServer -OutboundMail Relay; $null = New-MailRoute nowhere 127.0.0.1 -Port 9";

    [Fact]
    public void Mail_that_cannot_go_is_listed_by_destination_and_by_message()
    {
        using var lab = new Lab();
        Send(lab, "carol@elsewhere.test", "dave@elsewhere.test", "erin@other.test");

        var destinations = lab.Shell.Get<MailQueueDestination>("Get-MailQueue");
        Assert.Equal(["elsewhere.test", "other.test"], destinations.Select(d => d.Destination));
        Assert.All(destinations, d => Assert.Equal(("nowhere", "127.0.0.1", 1), (d.Route, d.NextHop, d.RetryCount)));
        Assert.Contains("127.0.0.1", destinations[0].LastReply, StringComparison.Ordinal);
        Assert.Empty(lab.Shell.Get<MailQueueDestination>("Get-MailQueue nobody.test"));

        var message = lab.Shell.Single<MailQueueMessage>("Get-MailQueue else* | Get-MailQueueMessage");
        Assert.Equal(("alice@example.com", 2, "hello", 1), (message.Sender, message.Recipients.Count, message.Subject, message.Attempts));
        Assert.Equal(message.Id, lab.Shell.Single<MailQueueMessage>("Get-MailQueueMessage -Recipient dave@* -Sender alice* -Status Retry").Id);
        Assert.Equal(message.Id, lab.Shell.Single<MailQueueMessage>("Get-MailQueueMessage $id", ("id", message.Id)).Id);
        Assert.StartsWith("QueueMessageNotFound", lab.Shell.Error("Get-MailQueueMessage 00000000000000000000000000000000").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(2, lab.Shell.Single<MailServerStatistics>("Measure-MailServer").QueueDepth);
    }

    [Fact]
    public void An_admin_holds_resumes_retries_exports_and_removes()
    {
        using var lab = new Lab();
        Send(lab, "carol@elsewhere.test", "erin@other.test");
        lab.Shell.Run("Get-MailQueueMessage | Suspend-MailQueueMessage -WhatIf");
        Assert.Empty(lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage -Status Suspended"));
        Assert.Equal(2, lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage | Suspend-MailQueueMessage -PassThru").Count(m => m.Status == MailQueueStatus.Suspended));
        Assert.All(lab.Shell.Get<MailQueueMessage>("Resume-MailQueueMessage * -PassThru"), m => Assert.NotEqual(MailQueueStatus.Suspended, m.Status));
        lab.Shell.Run("$tried = Get-MailQueueMessage -Destination other.test; $tried | Restart-MailQueueMessage; $null = Watch-MailEvent Deferred -After 1 -Count 3 -TimeoutSeconds 60");
        Assert.Equal(2, lab.Shell.Single<MailQueueMessage>("Get-MailQueueMessage -Destination other.test").Attempts);

        var file = lab.Shell.Single<FileInfo>("Get-MailQueueMessage -Destination other.test | Export-MailQueueMessage -Path \"$dir/out\"");
        Assert.Contains("Subject: hello", File.ReadAllText(file.FullName), StringComparison.Ordinal);
        Assert.StartsWith("FileExists", lab.Shell.Error("Get-MailQueueMessage -Destination other.test | Export-MailQueueMessage -Path \"$dir/out\"").FullyQualifiedErrorId, StringComparison.Ordinal);

        lab.Shell.Run("Get-MailQueueMessage -Destination other.test | Remove-MailQueueMessage -Force; Get-MailQueueMessage | Remove-MailQueueMessage -Bounce -Force");
        Assert.Empty(lab.Shell.Errors);
        Assert.Empty(lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage"));
        var report = lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com INBOX");
        Assert.Equal("Undelivered mail returned to sender", report.Subject);
        Assert.StartsWith("QueueMessageNotFound", lab.Shell.Error("Remove-MailQueueMessage ffffffffffffffffffffffffffffffff -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_are_made_changed_and_removed_and_never_show_their_password()
    {
        using var lab = new Lab();
        var route = lab.Shell.Single<MailRoute>("New-MailRoute smarthost relay.example.net -Credential $alice");
        Assert.Equal(("*", "relay.example.net", 587, MailRouteTlsMode.Required, "alice@example.com", true), (route.Domain, route.Host, route.Port, route.TlsMode, route.UserName, route.HasCredential));
        Assert.DoesNotContain(Lab.Password, string.Concat(lab.Shell.Run("Get-MailRoute | Out-String; (Get-MailRoute).ToString(); Get-MailRoute | Format-List * | Out-String")), StringComparison.Ordinal);
        Assert.Equal(25, lab.Shell.Single<MailRoute>("New-MailRoute lab 192.0.2.1 -Domain *.lab.example").Port);
        Assert.StartsWith("RouteExists", lab.Shell.Error("New-MailRoute Lab 192.0.2.2 -Domain x.example").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("RouteExists", lab.Shell.Error("New-MailRoute other 192.0.2.2 -Domain *.lab.example").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("InvalidRoute", lab.Shell.Error("New-MailRoute other 'not a host' -Domain x.example").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("InvalidRoute", lab.Shell.Error("New-MailRoute other 192.0.2.9 -Domain x.example -TlsMode None -Credential $alice").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(lab.Shell.Single<MailRoute>("Set-MailRoute smarthost -Credential $null -PassThru").HasCredential);
        Assert.Equal(2525, lab.Shell.Single<MailRoute>("Get-MailRoute lab | Set-MailRoute -Port 2525 -PassThru").Port);
        Assert.StartsWith("NothingToChange", lab.Shell.Error("Set-MailRoute lab").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("RouteNotFound", lab.Shell.Error("Set-MailRoute nobody -Port 25").FullyQualifiedErrorId, StringComparison.Ordinal);
        lab.Shell.Run("Get-MailRoute | Remove-MailRoute -Force");
        Assert.Empty(lab.Shell.Get<MailRoute>("Get-MailRoute"));
        Assert.StartsWith("RouteNotFound", lab.Shell.Error("Get-MailRoute lab").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-MailRoute lab 192.0.2.1 -Domain a.example, b.example")]
    [InlineData("[pscustomobject]@{ Name = 'lab'; SmartHost = '192.0.2.1'; Domain = 'a.example', 'b.example' } | New-MailRoute")]
    [InlineData("$null = New-MailRoute one 192.0.2.1 -Domain x.example; Set-MailRoute one -Domain a.example, b.example")]
    public void Several_domains_are_several_routes(string script)
    {
        using var lab = new Lab();
        Assert.Contains("Make a route for each", lab.Shell.Error(script).Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(lab.Shell.Get<MailRoute>("Get-MailRoute"), r => r.Domain.EndsWith("b.example", StringComparison.Ordinal));
        // What the error says to do.
        lab.Shell.Run("$null = 'a.example', 'b.example' | ForEach-Object { New-MailRoute $_ relay.example.net -Domain $_ }");
        Assert.Equal(2, lab.Shell.Get<MailRoute>("Get-MailRoute ?.example").Count);
        Assert.Equal("c.example", lab.Shell.Single<MailRoute>("New-MailRoute c 192.0.2.1 -Domain @('c.example')").Domain);
    }

    [Fact]
    public void A_store_at_rest_shows_its_queue_and_takes_changes()
    {
        using var lab = new Lab();
        lab.Shell.Run("Stop-MailServer; $store = \"$dir/store\"; $quiet = @{ StorePath = $store; Address = '127.0.0.1'; SmtpPort = 0; SubmissionPort = 0; SubmissionsPort = -1; ImapPort = -1; ImapsPort = -1; Pop3Port = -1; Pop3sPort = -1 }; $null = Start-MailServer @quiet -OutboundMail Relay -Credential $alice");
        Send(lab, "carol@elsewhere.test");
        lab.Shell.Run("Stop-MailServer");
        var message = lab.Shell.Single<MailQueueMessage>("Get-MailQueueMessage -StorePath $store");
        Assert.Equal("elsewhere.test", lab.Shell.Single<MailQueueDestination>("Get-MailQueue -StorePath $store").Destination);
        Assert.Equal(MailQueueStatus.Suspended, lab.Shell.Single<MailQueueMessage>("Suspend-MailQueueMessage $id -StorePath $store -PassThru", ("id", message.Id)).Status);
        Assert.StartsWith("ServerNotRunning", lab.Shell.Error("Remove-MailQueueMessage $id -Bounce -Force -StorePath $store", ("id", message.Id)).FullyQualifiedErrorId, StringComparison.Ordinal);
        lab.Shell.Run("Remove-MailQueueMessage * -Force -StorePath $store");
        Assert.Empty(lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage -StorePath $store"));
        Assert.Equal("nowhere", lab.Shell.Single<MailRoute>("Get-MailRoute -StorePath $store").Name);
    }

    private static void Send(Lab lab, params string[] recipients)
    {
        lab.Shell.Run(Nowhere);
        lab.Shell.Run("$null = Send-Mail -From alice@example.com -To $to -Subject hello -Body hi -Credential $alice", ("to", recipients));
        // One for each destination.
        lab.Shell.Run("$null = Watch-MailEvent Deferred -After 1 -Count $n -TimeoutSeconds 60", ("n", recipients.Select(r => r.Split('@')[1]).Distinct().Count()));
        Assert.Empty(lab.Shell.Errors);
    }

    [Fact]
    public void An_id_that_is_none_is_one_error_and_the_others_are_changed()
    {
        using var lab = new Lab();
        Send(lab, "carol@elsewhere.test", "erin@other.test");
        var ids = lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage").Select(m => m.Id).ToList();

        var error = lab.Shell.Error("$held = Suspend-MailQueueMessage $a, nonsense, $b -PassThru", ("a", ids[0]), ("b", Guid.Parse(ids[1]).ToString("B")));

        Assert.StartsWith("QueueMessageNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("nonsense", error.TargetObject);
        Assert.Equal(2, lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage -Status Suspended").Count);
    }

    [Fact]
    public void A_message_that_a_filter_leaves_out_is_no_error()
    {
        using var lab = new Lab();
        Send(lab, "carol@elsewhere.test");

        Assert.Empty(lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage (Get-MailQueueMessage).Id -Status Suspended"));
        Assert.Empty(lab.Shell.Get<MailQueueMessage>("Get-MailQueueMessage (Get-MailQueueMessage).Id -Recipient nobody@*"));
    }

    [Fact]
    public void One_file_takes_one_message()
    {
        using var lab = new Lab();
        Send(lab, "carol@elsewhere.test", "erin@other.test");

        Assert.StartsWith("PathIsOneFile,", lab.Shell.Error("$null = Export-MailQueueMessage * $dir/one.eml -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(2, lab.Shell.Get<FileInfo>("Export-MailQueueMessage * $dir/out -Force").Count);
        Assert.Equal(2, lab.Shell.Get<FileInfo>("Export-MailQueueMessage * $dir/out -Force").Count);
    }
}
