using System.Diagnostics;
using System.Globalization;
using MailAdmin.Dashboard.Tests;
using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Benchmarks.Dashboard;

/// <summary>
/// What a look at very many sessions costs that all change between two looks, and how long a key takes to the screen. The screen is the headless driver's, the
/// server a stand-in: asking, sorting and drawing is what is measured.
/// </summary>
internal sealed class DashboardVerb : IBenchmarkVerb
{
    private readonly Process _process = Process.GetCurrentProcess();
    private int _sessions, _looks;

    public string Name => "dashboard";
    public string Usage => "[--sessions 10000] [--looks 100] [--width 200 --height 60]: processor time of a look, and key to screen";

    public Task<int> RunAsync(BenchmarkOptions options)
    {
        (_sessions, _looks) = ((int)options.Number("sessions", 10_000), (int)options.Number("looks", 100));
        using var dashboard = new HeadlessDashboard((int)options.Number("width", 200), (int)options.Number("height", 60));
        dashboard.Look().Press(Key.D2);
        Change(dashboard, 0);
        Look(dashboard);
        Measure("a look, by age", dashboard);
        dashboard.Model.Sessions.Table.SortBy(SessionsModel.Columns[1]);
        Measure("a look, by mailbox", dashboard);
        dashboard.Press(Key.G);
        Measure("a look, grouped", dashboard);
        dashboard.Press(Key.G, Key.G, Key.G).Type("/user12");
        Measure("a look, filtered", dashboard);
        dashboard.Press(Key.Esc);
        Latency("arrow down", dashboard, Key.CursorDown);
        Latency("end, home", dashboard, Key.End, Key.Home);
        Latency("sort by the next column", dashboard, Key.S, Key.S);
        Latency("group", dashboard, Key.G);
        Latency("a letter of a filter", dashboard, new Key('/'), new Key('u'), Key.Esc);
        Latency("another page and back", dashboard, Key.D5, Key.D2);
        dashboard.Press(Key.D1);
        var (frames, before) = (dashboard.Window.Frames, Processor());
        for (var look = 0; look < _looks; look++)
        {
            Change(dashboard, look);
            dashboard.Tick();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sessions hidden: {dashboard.Window.Frames - frames} frames; making the sessions alone {(Processor() - before).TotalMilliseconds / _looks:0.0} ms CPU a look"));
        return Task.FromResult(0);
    }

    private void Measure(string what, HeadlessDashboard dashboard)
    {
        TimeSpan cpu = default, wall = default;
        long cells = 0;
        for (var look = 0; look < _looks; look++)
        {
            Change(dashboard, look);
            var (start, clock) = (Processor(), Stopwatch.StartNew());
            Look(dashboard);
            wall += clock.Elapsed;
            cpu += Processor() - start;
            cells += dashboard.Window.CellsChanged;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {cpu.TotalMilliseconds / _looks:0.0} ms CPU, {wall.TotalMilliseconds / _looks:0.0} ms, {cells / _looks} cells; five a second: {cpu.TotalMilliseconds / _looks * 5 / 10:0.0} % of a core"));
    }

    private void Latency(string what, HeadlessDashboard dashboard, params Key[] keys)
    {
        var times = new List<double>();
        for (var look = 0; look < _looks; look++)
        {
            foreach (var key in keys)
            {
                var clock = Stopwatch.StartNew();
                dashboard.Strike(key);
                times.Add(clock.Elapsed.TotalMilliseconds);
                dashboard.Settle();
            }
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"key to screen, {what}: median {times[times.Count / 2]:0.0} ms, 99 % {times[times.Count * 99 / 100]:0.0} ms"));
    }

    // Asking, sorting, drawing: what one update costs.
    private static void Look(HeadlessDashboard dashboard)
    {
        dashboard.Model.Sessions.RefreshAsync(CancellationToken.None).GetAwaiter().GetResult();
        dashboard.Tick();
    }

    private TimeSpan Processor()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    private void Change(HeadlessDashboard dashboard, int look)
    {
        dashboard.Time.Advance(TimeSpan.FromMilliseconds(200));
        var now = dashboard.Time.GetUtcNow();
        dashboard.Server.Sessions.Clear();
        for (var i = 0; i < _sessions; i++)
        {
            dashboard.Server.Sessions.Add(new MailSession
            {
                Id = "s" + i.ToString(CultureInfo.InvariantCulture), Protocol = (MailProtocol)(i % 4), Mailbox = $"user{i * 7919L % _sessions}@example.com",
                RemoteEndPoint = $"10.{i >> 8 & 255}.{i & 255}.7:{20000 + (i % 40000)}", LocalEndPoint = "127.0.0.1:2143", TlsVersion = "Tls13", State = "Selected",
                Command = look % 2 == 0 ? "FETCH" : "IDLE", Folder = "INBOX", BytesIn = (i * 131L) + (look * 1000), BytesOut = (i * 1031L) + (look * 9000),
                ConnectedAt = now.AddSeconds(-i), AgeSeconds = i + (look * 0.2), IdleSeconds = (i + look) % 60, Client = "Thunderbird 153",
            });
        }
    }
}
