using System.Net.Sockets;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Blocks;

public sealed class BlockCmdletTests
{
    [Fact]
    public void The_peer_of_a_session_is_blocked_from_the_pipeline_and_let_in_again()
    {
        using var lab = new Lab();
        using var client = Connect(lab);
        Assert.StartsWith("* OK", Line(client), StringComparison.Ordinal);

        Assert.Empty(lab.Shell.Get<MailBlock>("Get-MailSession | Add-MailBlock -WhatIf; Get-MailBlock"));
        var block = lab.Shell.Single<MailBlock>("Get-MailSession | Add-MailBlock -Duration 1:00:00 -Reason noise");
        Assert.Equal(("127.0.0.1", "noise"), (block.Address, block.Reason));
        Assert.Equal(TimeSpan.FromHours(1), block.ExpiresAt - block.CreatedAt);
        Assert.StartsWith("* BYE", Line(client), StringComparison.Ordinal);
        using (var refused = Connect(lab))
        {
            Assert.Contains("refused", Line(refused), StringComparison.Ordinal);
        }

        Assert.Equal(1, lab.Shell.Single<MailBlock>("Get-MailBlock 127.0.0.1:143").RefusedCount);
        lab.Shell.Get<object>("Get-MailBlock | Remove-MailBlock");
        using var again = Connect(lab);
        Assert.StartsWith("* OK", Line(again), StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_are_found_by_address_network_and_wildcard()
    {
        using var lab = new Lab();
        lab.Shell.Get<MailBlock>("Add-MailBlock 192.0.2.0/24, 192.0.2.17, 2001:db8::/32");

        Assert.Equal(["192.0.2.0/24", "192.0.2.17"], lab.Shell.Get<MailBlock>("Get-MailBlock 192.0.2.17").Select(b => b.Address));
        Assert.Equal(["192.0.2.0/24"], lab.Shell.Get<MailBlock>("Get-MailBlock 192.0.2.18").Select(b => b.Address));
        Assert.Equal(["2001:db8::/32"], lab.Shell.Get<MailBlock>("'2001*', '198.*' | Get-MailBlock").Select(b => b.Address));
        Assert.StartsWith("BlockNotFound", lab.Shell.Error("Get-MailBlock 198.51.100.1").FullyQualifiedErrorId, StringComparison.Ordinal);
        lab.Shell.Get<object>("Remove-MailBlock 192.*");
        Assert.Equal(["2001:db8::/32"], lab.Shell.Get<MailBlock>("Get-MailBlock").Select(b => b.Address));
        Assert.StartsWith("BlockNotFound", lab.Shell.Error("Remove-MailBlock 192.0.2.17").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_bad_address_is_one_error_and_the_others_are_blocked()
    {
        using var lab = new Lab();

        var error = lab.Shell.Error("$made = '192.0.2.1', 'mail.example.com', '192.0.2.2' | Add-MailBlock");

        Assert.StartsWith("InvalidIpAddress", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("mail.example.com", error.TargetObject);
        Assert.Equal(2, lab.Shell.Get<MailBlock>("Get-MailBlock").Count);
    }

    [Fact]
    public void A_store_at_rest_takes_blocks_and_the_server_that_starts_on_it_has_them()
    {
        using var lab = new Lab();
        lab.Shell.Run("Stop-MailServer; $store = \"$dir/store\"");
        lab.Shell.Get<MailBlock>("Add-MailBlock 127.0.0.1 -StorePath $store");
        lab.Shell.Run("$server = Start-MailServer -StorePath $store -Address 127.0.0.1 -SmtpPort 0 -SubmissionPort -1 -SubmissionsPort -1 -ImapPort -1 -ImapsPort -1 -Pop3Port -1 -Pop3sPort -1");

        Assert.Equal("127.0.0.1", lab.Shell.Single<MailBlock>("Get-MailBlock").Address);
        using var client = Connect(lab.Shell.Single<MailServerInfo>("Get-MailServer").Find(MailProtocol.Smtp)!);
        Assert.StartsWith("554 ", Line(client), StringComparison.Ordinal);
    }

    private static TcpClient Connect(Lab lab) => Connect(lab.Server.Find(MailProtocol.Imap)!);

    private static TcpClient Connect(MailEndpoint endpoint) => new(endpoint.Address, endpoint.Port) { ReceiveTimeout = 120_000 };

    // Octet by octet: a reader with a buffer would keep what belongs to the next line.
    private static string Line(TcpClient client)
    {
        var line = new System.Text.StringBuilder();
        for (int octet; (octet = client.GetStream().ReadByte()) >= 0 && octet != '\n';)
        {
            line.Append((char)octet);
        }

        return line.ToString();
    }

    [Theory]
    [InlineData("[2001:db8::17]:52110", "2001:db8::17")]
    [InlineData("[2001:db8::17]", "2001:db8::17")]
    [InlineData("2001:DB8::17", "2001:db8::17")]
    [InlineData("[fe80::17%2]:52110", "fe80::17")]
    [InlineData("192.0.2.17:52110", "192.0.2.17")]
    public void A_peer_is_blocked_found_and_let_in_as_a_session_shows_it(string peer, string address)
    {
        using var lab = new Lab();

        Assert.Equal(address, lab.Shell.Single<MailBlock>("[pscustomobject]@{ RemoteEndPoint = $peer } | Add-MailBlock", ("peer", peer)).Address);
        Assert.Equal(address, lab.Shell.Single<MailBlock>("[pscustomobject]@{ RemoteEndPoint = $peer } | Get-MailBlock", ("peer", peer)).Address);
        lab.Shell.Get<object>("Remove-MailBlock $peer", ("peer", peer));
        Assert.StartsWith("BlockNotFound,", lab.Shell.Error("Get-MailBlock $peer", ("peer", peer)).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("60")]
    [InlineData("'60'")]
    [InlineData("1.5")]
    [InlineData("([timespan]::FromMilliseconds(60))")]
    [InlineData("([timespan]60)")]
    public void A_duration_that_nobody_can_have_meant_is_refused_with_the_way_to_write_it(string duration)
    {
        using var lab = new Lab();

        var error = lab.Shell.Error($"Add-MailBlock 192.0.2.1 -Duration {duration}");

        Assert.Contains("1:00:00", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(lab.Shell.Get<MailBlock>("Get-MailBlock"));
        Assert.NotNull(lab.Shell.Single<MailBlock>("Add-MailBlock 192.0.2.1 -Duration 0:01").ExpiresAt);
    }
}
