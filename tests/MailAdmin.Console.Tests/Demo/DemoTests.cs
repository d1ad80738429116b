using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MailAdmin.Console.Tests.Demo;

public class DemoTests
{
    [Fact]
    public async Task The_demonstration_holds_and_fits_a_screen()
    {
        var (code, output, error) = await ConsoleProgram.RunAsync(["demo"]);

        Assert.True(code == 0, output + error);
        Assert.Equal("", error);
        Assert.Contains("All 21 checks held", output, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Split('\n'), l => l.Length > 80);
        foreach (var shown in new[] { "Start-MailServer", "New-Mailbox", "Send-Mail", "Receive-Mail -Protocol Imap", "Receive-Mail -Protocol Pop3", "Get-MailSession", "Test-MailProtocol", "Stop-MailServer" })
        {
            Assert.Contains("PS> ", output.Split('\n').First(l => l.Contains(shown, StringComparison.Ordinal)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task In_the_C_locale_it_is_plain_ASCII()
    {
        var (code, output, _) = await ConsoleProgram.RunAsync(["demo"], null, ("LC_ALL", "C"));

        Assert.Equal(0, code);
        Assert.DoesNotContain(output, c => c > 0x7E);
        Assert.Contains("ok   both are in the directory", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stay_says_how_to_connect_and_leaves_at_a_signal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        await using var program = ConsoleProgram.Start(["demo", "-Stay"]);
        await program.LineAsync(l => l.Contains("The server stays", StringComparison.Ordinal));
        var imap = await program.LineAsync(l => l.TrimStart().StartsWith("imap ", StringComparison.Ordinal));
        var user = await program.LineAsync(l => l.Contains("alice@example.com", StringComparison.Ordinal));
        await program.LineAsync(l => l.Contains("Ctrl+C", StringComparison.Ordinal));

        var words = imap.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var client = new TcpClient(words[1], int.Parse(words[2], CultureInfo.InvariantCulture));
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("* OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var password = user.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"a LOGIN alice@example.com \"{password}\"\r\n"), TestContext.Current.CancellationToken);
        Assert.StartsWith("a OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        program.Signal(PosixSignal.SIGINT);

        var (code, output, _) = await program.EndAsync();
        Assert.True(code == 0, output);
        Assert.Contains("nothing is left behind", output, StringComparison.Ordinal);
    }
}
