using MailAdmin.Console.Serve;

namespace MailAdmin.Console.Tests.Serve;

public sealed class ServeOptionsTests
{
    [Theory]
    [InlineData("--certificate-password-file", "--certificate-password-file x")]
    [InlineData("--address", "--address 127.0.0.1 --address ::1")]
    [InlineData("given twice", "--store a -StorePath b")]
    [InlineData("--drain", "--drain 1 --drain 2")]
    [InlineData("--imap-port", "--imap-port 0 --imap-port 1")]
    [InlineData("--port-offset", "--ephemeral --port-offset 100")]
    [InlineData("--store", "--ephemeral --store x")]
    [InlineData("--port-offset", "--port-offset 70000")]
    [InlineData("--port-offset", "--port-offset -1")]
    [InlineData("--smtp-port", "--smtp-port 65536")]
    [InlineData("--smtp-port", "--smtp-port -2")]
    [InlineData("IP address", "--address localhost")]
    [InlineData("--trusted-proxy", "--trusted-proxy balancer.example.com")]
    [InlineData("--trusted-proxy", "--trusted-proxy 10.0.0.0/33")]
    [InlineData("--password-file", "--mailbox a@example.com")]
    public void What_makes_no_sense_is_told_by_the_option_s_name(string named, string line)
    {
        var error = Assert.Throws<FormatException>(() => ServeOptions.Parse(line.Split(' ')));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        foreach (var parameter in new[] { "-StorePath", "-PortOffset", "parameter" }.Where(p => !line.Contains(p, StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(parameter, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_may_be_repeated_adds_up()
    {
        var options = ServeOptions.Parse(["--domain", "a.example,b.example", "--domain=c.example", "--trusted-proxy", "10.0.0.10", "--trusted-proxy", "10.0.1.0/24,::1", "--offer-channel-binding", "--relay", "--outbound", "relay"]);

        Assert.Equal(["a.example", "b.example", "c.example"], (string[])options.Parameters["Domain"]);
        var settings = Assert.IsType<MailServerSettings>(options.Parameters["Settings"]);
        Assert.Equal(["10.0.0.10", "10.0.1.0/24", "::1"], settings.TrustedProxies);
        Assert.True(settings.OfferChannelBinding);
    }

    [Theory]
    [InlineData("Leave out -StorePath or -Ephemeral.", "Leave out --store or --ephemeral.")]
    [InlineData("choose other ports with -PortOffset or the port parameters (0 asks for a free one).", "choose other ports with --port-offset or the port options (0 asks for a free one).")]
    [InlineData("give -CertificatePassword to Start-MailServer -Name x", "give --certificate-password-file to Start-MailServer --name x")]
    [InlineData("Stop-MailServer lists them; a-Name, -Named", "Stop-MailServer lists them; a-Name, -Named")]
    public void The_cmdlets_parameters_are_named_as_options(string said, string shown) => Assert.Equal(shown, ServeOptions.InOptions(said));
}
