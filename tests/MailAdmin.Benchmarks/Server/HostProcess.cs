using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace MailAdmin.Benchmarks.Server;

/// <summary>The verb <c>host</c> in a process of its own, so that its memory and its descriptors are the server's alone. Gone at the end.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    /// <summary>The one mailbox.</summary>
    public const string User = "user1@example.org", Password = "benchmark-1";

    private readonly Process _process;
    private readonly Dictionary<string, int> _ports = [];

    private HostProcess(Process process) => _process = process;

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<HostProcess> StartAsync()
    {
        var own = Environment.GetCommandLineArgs()[0];
        string[] arguments = [.. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? new[] { own } : [], "host", "--users", "1", "--password", Password];
        var host = new HostProcess(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
        for (var line = await host._process.StandardOutput.ReadLineAsync(); line != "ready"; line = await host._process.StandardOutput.ReadLineAsync())
        {
            if (line is null)
            {
                throw new InvalidOperationException("The server did not start.");
            }

            if (line.Split(' ') is [var service, var endpoint] && IPEndPoint.TryParse(endpoint, out var parsed))
            {
                host._ports[service] = parsed.Port;
            }
        }

        return host;
    }

    /// <summary>Port of a service: smtp, imap, pop3 …</summary>
    public int Port(string service) => _ports[service];

    /// <summary>Connects and reads the greeting.</summary>
    public Task<Wire.WireClient> ConnectAsync(string service) =>
        Wire.WireClient.ConnectAsync(new BenchmarkOptions(["--port", Port(service).ToString(CultureInfo.InvariantCulture)]), 0);

    /// <summary>Resident now, KiB. Linux only, as the next ones.</summary>
    public long ResidentKiB => Status("VmRSS:");

    /// <summary>Most that was resident since <see cref="ForgetPeak"/>, KiB.</summary>
    public long PeakKiB => Status("VmHWM:");

    /// <summary>Begins the peak anew.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private long Status(string name) => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
