using MailAdmin.Benchmarks.Server;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>What a message of 50 MB costs in memory beyond small ones, received and fetched: the peak of the server's resident set. Linux only.</summary>
internal sealed class LargeMessageVerb : IBenchmarkVerb
{
    private const int Line = 64 * 1024;

    public string Name => "large-message";
    public string Usage => "[--lines 790]: peak memory of receiving (DATA) and fetching (RETR, FETCH) a message of so many lines of 64 KiB, beside small ones";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var lines = (int)options.Number("lines", 790);
        await using var server = await HostProcess.StartAsync();
        var work = new (string Name, Func<int, Task> Run)[]
        {
            ("receiving", n => SendAsync(server, n)),
            ("RETR", n => RetrieveAsync(server, n == 1 ? 1 : int.MaxValue)),
            ("FETCH", n => FetchAsync(server, n == 1 ? "1" : "*")),
        };

        // Code that runs for the first time, and buffers that are kept, are no message's cost.
        foreach (var (_, run) in work)
        {
            for (var i = 0; i < 300; i++)
            {
                await run(1);
            }

            await run(lines / 10);
        }

        foreach (var (name, run) in work)
        {
            await SettleAsync(server);
            server.ForgetPeak();
            for (var i = 0; i < 100; i++)
            {
                await run(1);
            }

            var small = server.PeakKiB;
            server.ForgetPeak();
            await run(lines);
            var large = server.PeakKiB;
            await SettleAsync(server);
            Console.WriteLine($"{name,-10} small {small} KiB, {lines * 64L / 1024} MiB {large} KiB: {large - small:+0;-0;0} KiB");
        }

        return 0;
    }

    // What came is summed up and indexed while nothing else is to be done; that is neither receiving nor fetching.
    private static async Task SettleAsync(HostProcess server)
    {
        for (var quiet = 0; quiet < 8; quiet++)
        {
            server.ForgetPeak();
            var before = server.PeakKiB;
            await Task.Delay(1000);
            quiet = server.PeakKiB - before > 64 ? 0 : quiet;
        }
    }

    private static async Task SendAsync(HostProcess server, int lines)
    {
        using var client = await server.ConnectAsync("smtp");
        foreach (var command in new[] { "HELO x", "MAIL FROM:<a@b.test>", $"RCPT TO:<{HostProcess.User}>", "DATA" })
        {
            await client.SendAsync(command + "\r\n");
            await client.ReadLineAsync();
        }

        var line = new string('x', Line - 2) + "\r\n";
        for (var i = 0; i < lines; i++)
        {
            await client.SendAsync(lines == 1 ? "Subject: small\r\n\r\ntext\r\n" : line);
        }

        await client.SendAsync(".\r\n");
        var reply = await client.ReadLineAsync();
        if (!reply.StartsWith("250", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(reply);
        }
    }

    private static async Task RetrieveAsync(HostProcess server, int number)
    {
        using var client = await server.ConnectAsync("pop3");
        await client.SendAsync($"USER {HostProcess.User}\r\nPASS {HostProcess.Password}\r\n");
        await client.ReadLineAsync();
        var count = int.Parse((await client.ReadLineAsync()).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        await client.SendAsync($"RETR {Math.Min(number, count)}\r\n");
        await client.SkipDotEndedAsync();
    }

    private static async Task FetchAsync(HostProcess server, string number)
    {
        using var client = await server.ConnectAsync("imap");
        await client.LoginImapAsync(HostProcess.User, HostProcess.Password);
        await client.CommandAsync("SELECT INBOX");
        await client.CommandAsync($"FETCH {number} BODY.PEEK[]");
    }
}
