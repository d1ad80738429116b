using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Threading.Channels;
using MailAdmin.Module.Tests.Engine;
using MailAdmin.Testing;

namespace MailAdmin.Module.Tests.Scripts;

/// <summary>The real PowerShell of the tool manifest, started as a person starts it.</summary>
internal sealed class Pwsh : IAsyncDisposable
{
    /// <summary>Longer than anything here takes on a slow, busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private Pwsh(Process process)
    {
        Process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output, _lines.Writer), ReadAsync(process.StandardError, _error, null));
    }

    private Process Process { get; }

    /// <summary>Where it is, or null where the manifest's tools have not been restored.</summary>
    public static string? Program { get; } = PwshProgram.Find(Shell.Root);

    /// <summary>Pester's manifest.</summary>
    public static string Pester { get; } = typeof(Pwsh).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Pester").Value!;

    /// <summary>The program of this repository, built in the same configuration.</summary>
    public static string MailAdminProgram { get; } = FindProgram();

    /// <summary>Skips the test where there is no PowerShell.</summary>
    public static void Demand() => Assert.SkipWhen(Program is null, PwshProgram.Missing);

    public static Pwsh Start(string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = SignalDefaults.Start(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program!, "-NoLogo", "-NoProfile", .. arguments]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.Environment["MAILADMIN_MANIFEST"] = Shell.Manifest;
        start.Environment["MAILADMIN_PROGRAM"] = MailAdminProgram;
        start.Environment["MAILADMIN_ROOT"] = Shell.Root;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["NO_COLOR"] = "1";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Pwsh(process);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] arguments, params (string Name, string? Value)[] environment)
    {
        await using var pwsh = Start(arguments, environment);
        return await pwsh.EndAsync();
    }

    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        await Process.WaitForExitAsync().WaitAsync(Patience);
        await _reading.WaitAsync(Patience);
        return (Process.ExitCode, _output.ToString(), _error.ToString());
    }

    /// <summary>The next line of standard output.</summary>
    public async Task<string> LineAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Sends a signal, as a terminal or a service manager does.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder all, ChannelWriter<string>? lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            all.Append(line).Append('\n');
            lines?.TryWrite(line);
        }

        lines?.TryComplete();
    }

    private static string FindProgram()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Shell.Root, "src", "MailAdmin.Console", "bin", output.Parent!.Name, output.Name, OperatingSystem.IsWindows() ? "mailadmin.exe" : "mailadmin");
    }
}
