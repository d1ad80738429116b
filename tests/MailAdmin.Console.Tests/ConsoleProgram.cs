using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using MailAdmin.Testing;

namespace MailAdmin.Console.Tests;

/// <summary>The program as a process, as a user or a service manager runs it.</summary>
internal sealed class ConsoleProgram : IAsyncDisposable
{
    /// <summary>Longer than the program takes on a slow, busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _errorLines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;

    private ConsoleProgram(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output, _lines.Writer), ReadAsync(process.StandardError, _error, _errorLines.Writer));
    }

    /// <summary>The program that was built beside these tests, in the same configuration.</summary>
    public static string Path { get; } = Find();

    public static ConsoleProgram Start(string[] arguments, string? input = null, params (string Name, string? Value)[] environment) =>
        Start(SignalDefaults.Start(Path, arguments), input, environment);

    /// <summary>The same with streams that a shell redirects: <c>2&gt;/dev/full</c>.</summary>
    public static ConsoleProgram StartRedirected(string redirection, string[] arguments, params (string Name, string? Value)[] environment) =>
        Start(SignalDefaults.Start("/bin/sh", ["-c", $"exec \"$0\" \"$@\" {redirection}", Path, .. arguments]), null, environment);

    private static ConsoleProgram Start(ProcessStartInfo start, string? input, (string Name, string? Value)[] environment)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        return new ConsoleProgram(process);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments, string? input = null, params (string Name, string? Value)[] environment)
    {
        await using var program = Start(arguments, input, environment);
        return await program.EndAsync();
    }

    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _reading.WaitAsync(Patience);
        return (_process.ExitCode, _output.ToString(), _error.ToString());
    }

    /// <summary>The next line of standard output that a condition holds for.</summary>
    public Task<string> LineAsync(Func<string, bool> condition) => LineAsync(_lines.Reader, condition);

    /// <summary>The same of standard error.</summary>
    public Task<string> ErrorLineAsync(Func<string, bool> condition) => LineAsync(_errorLines.Reader, condition);

    private async Task<string> LineAsync(ChannelReader<string> lines, Func<string, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var line in lines.ReadAllAsync(patience.Token))
        {
            if (condition(line))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The program ended without the line. Output: {_output} Errors: {_error}");
    }

    /// <summary>Sends a signal, as a service manager or a terminal does.</summary>
    public void Signal(PosixSignal signal)
    {
        using var kill = Process.Start("kill", ["-" + signal.ToString()[3..], _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder all, ChannelWriter<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            all.Append(line).Append('\n');
            lines.TryWrite(line);
        }

        lines.Complete();
    }

    private static string Find()
    {
        // …/tests/MailAdmin.Console.Tests/bin/Debug/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output;
        while (!File.Exists(System.IO.Path.Combine(root.FullName, "MailAdmin.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests are not in the repository.");
        }

        var program = OperatingSystem.IsWindows() ? "mailadmin.exe" : "mailadmin";
        return System.IO.Path.Combine(root.FullName, "src", "MailAdmin.Console", "bin", output.Parent!.Name, output.Name, program);
    }
}
