namespace MailAdmin.Module.Tests.Scripts;

/// <summary>How a PowerShell with a server in it ends.</summary>
public sealed class ProcessTests
{
    private const string Begin = "Import-Module $env:MAILADMIN_MANIFEST; $server = Start-MailServer -Ephemeral; $null = New-Mailbox a@example.com; $server.StorePath; ";

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("'the end'", 0)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Remove-Module MailAdmin; exit 4", 4)]
    public async Task With_a_server_running_it_ends_and_the_server_with_it(string last, int expected)
    {
        Pwsh.Demand();

        var (code, output, _) = await Pwsh.RunAsync(["-NonInteractive", "-Command", Begin + last]);

        Assert.Equal(expected, code);
        Assert.False(Directory.Exists(output.Split('\n')[0]), "an ephemeral store goes when its server stops");
    }

    [Theory]
    [InlineData("INT", "Wait-MailboxMessage a@example.com -Subject never -Timeout 86400")]
    [InlineData("INT", "Watch-MailEvent -After 1")]
    [InlineData("INT", "$null = Start-MailServer second -Ephemeral -Wait")]
    [InlineData("TERM", "Wait-MailboxMessage a@example.com -Subject never -Timeout 86400")]
    [InlineData("TERM", "$null = Start-MailServer second -Ephemeral -Wait")]
    public async Task A_signal_ends_what_runs_and_the_server_in_order(string signal, string command)
    {
        Pwsh.Demand();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        await using var pwsh = Pwsh.Start(["-NonInteractive", "-Command", Begin + command]);
        var store = await pwsh.LineAsync();
        Assert.True(Directory.Exists(store));

        await pwsh.SignalAsync(signal);

        var (_, _, error) = await pwsh.EndAsync();
        Assert.DoesNotContain("nhandled", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(store));
    }
}
