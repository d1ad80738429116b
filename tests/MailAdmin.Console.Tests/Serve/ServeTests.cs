using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MailAdmin.Console.Tests.Serve;

public sealed partial class ServeTests : IDisposable
{
    private const string Secret = "correct-horse-battery-9";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public void Dispose() => _directory.Delete(recursive: true);

    private string[] Arguments(params string[] more) => ArgumentsAt("store", more);

    private string[] ArgumentsAt(string store, params string[] more) =>
    [
        "serve", "--name", "svc", "--store", Path.Combine(_directory.FullName, store), "--domain", "example.com", "--smtp-port", "0",
        "--submission-port=0", "--submissions-port", "0", "--imap-port", "0", "--imaps-port", "0", "--pop3-port", "-1", "--pop3s-port", "-1", .. more,
    ];

    [GeneratedRegex(@"^(\S+)\s+(\S+):(\d+)\s+(StartTls|Implicit)")]
    private static partial Regex Endpoint();

    private static async Task<TcpClient> ConnectAsync(ConsoleProgram program, string service)
    {
        var line = await program.LineAsync(l => Endpoint().Match(l) is { Success: true } m && m.Groups[1].Value == service);
        var port = int.Parse(Endpoint().Match(line).Groups[3].Value, CultureInfo.InvariantCulture);
        await program.LineAsync(l => l.StartsWith("certificate", StringComparison.Ordinal));
        return new TcpClient("127.0.0.1", port);
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public async Task It_serves_until_a_signal_tells_clients_and_leaves_with_0(PosixSignal signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var password = Path.Combine(_directory.FullName, "password");
        await File.WriteAllTextAsync(password, Secret + "\n", TestContext.Current.CancellationToken);
        await using var program = ConsoleProgram.Start(Arguments("--mailbox", "alice@example.com", "--password-file", password, "--drain", "5"));
        using var client = await ConnectAsync(program, "imap");
        using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        Assert.StartsWith("* OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"a LOGIN alice@example.com {Secret}\r\n"), TestContext.Current.CancellationToken);
        var reply = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        while (reply?.StartsWith("* ", StringComparison.Ordinal) == true)
        {
            reply = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Assert.StartsWith("a OK", reply, StringComparison.Ordinal);

        program.Signal(signal);

        Assert.StartsWith("* BYE", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var (code, output, error) = await program.EndAsync();
        Assert.Equal(0, code);
        Assert.DoesNotContain(Secret, output + error, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z information ", error);
        Assert.EndsWith("stopped\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_stops_no_other_server_of_the_same_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        await using var first = ConsoleProgram.Start(Arguments("--drain", "0"));
        await using var second = ConsoleProgram.Start(ArgumentsAt("other"));
        using var before = await ConnectAsync(first, "imap");
        using var client = await ConnectAsync(second, "imap");
        using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        Assert.StartsWith("* OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        first.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        await stream.WriteAsync("a NOOP\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.StartsWith("a OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_while_it_starts_leaves_with_0_as_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        using var watch = new FileSystemWatcher(_directory.FullName);
        var begun = new TaskCompletionSource();
        watch.Created += (_, _) => begun.TrySetResult();
        watch.EnableRaisingEvents = true;
        await using var program = ConsoleProgram.Start(Arguments());
        await begun.Task.WaitAsync(ConsoleProgram.Patience, TestContext.Current.CancellationToken);

        program.Signal(PosixSignal.SIGTERM);

        var (code, _, error) = await program.EndAsync();
        Assert.Equal(0, code);
        Assert.DoesNotContain(" error ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_signal_ends_the_drain_and_leaves_with_0_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var password = Path.Combine(_directory.FullName, "password");
        await File.WriteAllTextAsync(password, Secret + "\n", TestContext.Current.CancellationToken);
        await using var program = ConsoleProgram.Start(Arguments("--drain", "3600", "--mailbox", "alice@example.com", "--password-file", password));
        using var client = await ConnectAsync(program, "smtp");
        using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        // In the middle of a message, which a drain waits for.
        foreach (var (command, reply) in new[] { ("EHLO me", "250 "), ("MAIL FROM:<a@example.org>", "250 "), ("RCPT TO:<alice@example.com>", "250 "), ("DATA", "354 ") })
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"), TestContext.Current.CancellationToken);
            string? line;
            do
            {
                line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            }
            while (line?.StartsWith('2') == true && !line.StartsWith(reply, StringComparison.Ordinal));

            Assert.StartsWith(reply, line, StringComparison.Ordinal);
        }

        program.Signal(PosixSignal.SIGTERM);
        await program.ErrorLineAsync(l => l.Contains("draining", StringComparison.Ordinal));
        program.Signal(PosixSignal.SIGTERM);

        var (code, _, error) = await program.EndAsync();
        Assert.Equal(0, code);
        Assert.DoesNotContain(" error ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_in_use_is_one_clear_line_and_exit_code_1()
    {
        await using var first = ConsoleProgram.Start(Arguments());
        using var client = await ConnectAsync(first, "smtp");

        var (code, _, error) = await ConsoleProgram.RunAsync(Arguments());

        Assert.Equal(1, code);
        Assert.Contains("in use", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
