using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace MailAdmin.Console.Tests.Serve;

/// <summary>Who gets in: passwords given by file, and load balancers.</summary>
public sealed class ServeAdmissionTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public void Dispose() => _directory.Delete(recursive: true);

    private string[] Arguments(params string[] more) =>
    [
        "serve", "--store", Path.Combine(_directory.FullName, "store"), "--domain", "example.com", "--smtp-port", "0", "--submission-port", "-1", "--submissions-port", "-1",
        "--imap-port", "-1", "--imaps-port", "-1", "--pop3-port", "-1", "--pop3s-port", "-1", .. more,
    ];

    [Theory]
    [InlineData("a", true, "is shorter than 8 characters", "others")]
    [InlineData("a", false, "is shorter than 8 characters", null)]
    [InlineData("correct-horse-battery-9", true, null, "others")]
    [InlineData("correct-horse-battery-9", false, null, null)]
    public async Task A_weak_password_and_a_file_that_others_can_read_are_warned_of(string password, bool open, string? weak, string? readable)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such modes.");
        var file = Path.Combine(_directory.FullName, "password");
        await File.WriteAllTextAsync(file, password + "\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | (open ? UnixFileMode.OtherRead : 0));
        }

        await using var program = ConsoleProgram.Start(Arguments("--mailbox", "alice@example.com", "--password-file", file));
        await program.ErrorLineAsync(l => l.Contains(" serves ", StringComparison.Ordinal));

        program.Signal(PosixSignal.SIGTERM);

        var (code, _, error) = await program.EndAsync();
        Assert.Equal(0, code);
        var warnings = error.Split('\n').Where(l => l.Contains(" warning ", StringComparison.Ordinal)).ToList();
        Assert.Equal(weak is not null, warnings.Exists(w => w.Contains(weak ?? "is shorter", StringComparison.Ordinal) && w.Contains("alice@example.com", StringComparison.Ordinal)));
        Assert.Equal(readable is not null, warnings.Exists(w => w.Contains(readable ?? "others", StringComparison.Ordinal) && w.Contains(file, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1, "--password-file", "--mailbox", "alice@example.com", "--password-file", "{0}/none")]
    [InlineData(1, "--certificate-password-file", "--certificate", "{0}/certificate", "--certificate-password-file", "{0}/none")]
    [InlineData(64, "--trusted-proxy", "--trusted-proxy", "somewhere")]
    public async Task What_cannot_be_used_is_one_line_that_names_its_option(int expected, string named, params string[] options)
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(Arguments([.. options.Select(o => o.Replace("{0}", _directory.FullName, StringComparison.Ordinal))]));

        Assert.Equal(expected, code);
        Assert.Contains(named, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_balancer_that_is_trusted_begins_with_its_header()
    {
        await using var program = ConsoleProgram.Start(Arguments("--trusted-proxy", "127.0.0.0/8"));
        var endpoint = (await program.LineAsync(l => l.StartsWith("smtp ", StringComparison.Ordinal))).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await program.ErrorLineAsync(l => l.Contains(" serves ", StringComparison.Ordinal));
        using var client = new TcpClient("127.0.0.1", int.Parse(endpoint.Split(':')[1], CultureInfo.InvariantCulture));
        using var reader = new StreamReader(client.GetStream());

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("PROXY TCP4 198.51.100.7 127.0.0.1 4444 25\r\n"), TestContext.Current.CancellationToken);

        Assert.StartsWith("220 ", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await program.ErrorLineAsync(l => l.Contains("198.51.100.7", StringComparison.Ordinal));
    }
}
