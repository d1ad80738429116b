using System.Diagnostics;
using System.Globalization;
using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Tests;

/// <summary>What ten thousand sessions cost. Run by hand, for the figures in docs/dashboard.md; a test that measures would fail with the machine.</summary>
public class LoadTests(ITestOutputHelper output)
{
    private const int Sessions = 10_000, Looks = 100;

    [Fact(Explicit = true)]
    public void Ten_thousand_sessions_that_all_change()
    {
        using var dashboard = new HeadlessDashboard(200, 60);
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
        Latency("sort by the next column", dashboard, Key.S);
        Latency("group", dashboard, Key.G);
        Latency("a letter of a filter", dashboard, new Key('/'), new Key('u'), Key.Esc);
        Latency("another page and back", dashboard, Key.D5, Key.D2);
        dashboard.Press(Key.D1);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < Looks; i++)
        {
            Change(dashboard, i);
            dashboard.Tick();
        }

        output.WriteLine($"sessions hidden: frames {dashboard.Window.Frames}; making the sessions alone {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Looks:0.0} ms CPU");
    }

    private void Measure(string what, HeadlessDashboard dashboard)
    {
        var process = Process.GetCurrentProcess();
        TimeSpan cpu = default, wall = default;
        long cells = 0;
        for (var i = 0; i < Looks; i++)
        {
            Change(dashboard, i);
            process.Refresh();
            var (start, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
            Look(dashboard);
            wall += clock.Elapsed;
            process.Refresh();
            cpu += process.TotalProcessorTime - start;
            cells += dashboard.Window.CellsChanged;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {cpu.TotalMilliseconds / Looks:0.0} ms CPU, {wall.TotalMilliseconds / Looks:0.0} ms, {cells / Looks} cells; five a second: {cpu.TotalMilliseconds / Looks * 5 / 10:0.0} % of a core"));
    }

    private void Latency(string what, HeadlessDashboard dashboard, params Key[] keys)
    {
        var times = new List<double>();
        for (var i = 0; i < Looks; i++)
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
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"key to screen, {what}: median {times[times.Count / 2]:0.0} ms, 99 % {times[times.Count * 99 / 100]:0.0} ms"));
    }

    // Asking, sorting, drawing: what one update costs.
    private static void Look(HeadlessDashboard dashboard)
    {
        dashboard.Model.Sessions.RefreshAsync(CancellationToken.None).GetAwaiter().GetResult();
        dashboard.Tick();
    }

    private static void Change(HeadlessDashboard dashboard, int look)
    {
        dashboard.Time.Advance(TimeSpan.FromMilliseconds(200));
        var now = dashboard.Time.GetUtcNow();
        dashboard.Server.Sessions.Clear();
        for (var i = 0; i < Sessions; i++)
        {
            dashboard.Server.Sessions.Add(new MailSession
            {
                Id = "s" + i.ToString(CultureInfo.InvariantCulture), Protocol = (MailProtocol)(i % 4), Mailbox = $"user{i * 7919 % Sessions}@example.com", RemoteEndPoint = $"10.{i >> 8 & 255}.{i & 255}.7:{20000 + i}",
                LocalEndPoint = "127.0.0.1:2143", TlsVersion = "Tls13", State = "Selected", Command = look % 2 == 0 ? "FETCH" : "IDLE", Folder = "INBOX",
                BytesIn = (i * 131L) + (look * 1000), BytesOut = (i * 1031L) + (look * 9000), ConnectedAt = now.AddSeconds(-i), AgeSeconds = i + (look * 0.2), IdleSeconds = (i + look) % 60, Client = "Thunderbird 153",
            });
        }
    }
}
