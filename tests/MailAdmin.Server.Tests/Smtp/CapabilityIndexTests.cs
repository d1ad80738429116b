using MailAdmin.Server.Hosting;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Smtp;

/// <summary>What SMTP and POP3 advertise stands in docs/rfc-index.md, with the RFC it comes from, and can be switched off by its name.</summary>
public sealed class CapabilityIndexTests
{
    [Fact]
    public async Task Every_advertised_capability_is_in_the_index_and_can_be_switched_off()
    {
        var index = await File.ReadAllTextAsync(Path.Combine(TranscriptScript.Root, "..", "..", "docs", "rfc-index.md"));
        await using var server = await TestServer.StartAsync();
        await using var smtp = await server.ConnectAsync(MailProtocol.Smtp);
        await smtp.ExpectAsync("220 ");
        await smtp.SendLineAsync("EHLO x");
        var advertised = (await smtp.ReadUntilAsync("250 ")).Skip(1).Select(l => l[4..]).ToList();
        await using var pop3 = await server.ConnectAsync(MailProtocol.Pop3);
        await pop3.ExpectAsync("+OK ");
        await pop3.SendLineAsync("CAPA");
        advertised.AddRange((await pop3.ReadUntilAsync(".")).Skip(1).SkipLast(1));
        Assert.True(advertised.Count > 15);
        Assert.All(advertised.Select(line => line.Split(' ')[0]), capability =>
        {
            Assert.Contains(capability, index, StringComparison.Ordinal);
            Assert.Contains(capability, CapabilityNames.All);
        });
    }
}
