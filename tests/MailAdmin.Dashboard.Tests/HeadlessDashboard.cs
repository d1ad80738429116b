using MailAdmin.Testing;
using System.Drawing;
using MailAdmin.Dashboard.ViewModels;
using MailAdmin.Dashboard.Views;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.Testing;
using Terminal.Gui.Time;

namespace MailAdmin.Dashboard.Tests;

/// <summary>The dashboard on Terminal.Gui without a terminal: keys and mouse go in at the driver, the screen comes out of it.</summary>
internal sealed class HeadlessDashboard : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IApplication _app;

    public HeadlessDashboard(int width, int height, Action<FakeAdministration>? prepare = null, bool isPlain = false, ICommandRunner? runner = null, string theme = "auto")
    {
        // Terminal.Gui asks for this switch where there is no terminal.
        Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");
        Server = new FakeAdministration(Time);
        Samples.Fill(Server, Time);
        prepare?.Invoke(Server);
        Model = new DashboardModel(Server, Time, runner, (_, message, _) => Server.ParseAsync(message));
        Window = new DashboardWindow(Model, Theme.Find(theme)!, isPlain);
        _app = Application.Create(new VirtualTimeProvider());
        _app.Init(DriverRegistry.Names.ANSI);
        _app.Driver!.SetScreenSize(width, height);
        _app.Driver.ClearedContents += (_, _) => Window.Repaint();
        _app.Begin(Window);
    }

    public ManualTimeProvider Time { get; } = new();
    public FakeAdministration Server { get; }
    public DashboardModel Model { get; }
    public DashboardWindow Window { get; }

    /// <summary>Waits for background work by its own word, takes it in and draws.</summary>
    public void Settle()
    {
        // What is drawn may ask for more: the source of a message is fetched as far as it is looked at.
        do
        {
            Window.SetNeedsDraw();
            _app.LayoutAndDraw();
            Model.Work.WhenIdle().Wait(Patience);
        }
        while (Model.Changes.Drain());
    }

    /// <summary>Waits for a task and takes in what it found.</summary>
    public void Await(Task task)
    {
        Require(task.Wait(Patience));
        Settle();
    }

    /// <summary>Listens until a number of events has come, no longer.</summary>
    public HeadlessDashboard HearEvents(int count)
    {
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => Model.Events.RunAsync(stop.Token), CancellationToken.None);
        WaitFor(() => Model.Events.Total >= count);
        stop.Cancel();
        Await(watching);
        return this;
    }

    /// <summary>Waits for the end of the open session's transcript.</summary>
    public void HearTranscript() => Await(Model.Sessions.Detail!.Following);

    /// <summary>Takes in, and draws if there was something.</summary>
    public void Tick()
    {
        Window.Tick();
        _app.LayoutAndDraw();
    }

    /// <summary>Takes two readings of the counters a second apart, so that there are rates.</summary>
    public HeadlessDashboard Look()
    {
        Model.RefreshActive();
        Settle();
        Time.Advance(TimeSpan.FromSeconds(1));
        Server.Statistics = Samples.After(Server.Statistics, Time);
        Model.RefreshActive();
        Settle();
        return this;
    }

    public HeadlessDashboard Press(params Key[] keys)
    {
        foreach (var key in keys)
        {
            _app.InjectKey(key);
            Settle();
        }

        return this;
    }

    public HeadlessDashboard Type(string text) => Press([.. text.Select(c => new Key(c))]);

    /// <summary>Types without waiting for what it sets going.</summary>
    public void Inject(string text, Key last)
    {
        foreach (var key in text.Select(c => new Key(c)).Append(last))
        {
            _app.InjectKey(key);
        }
    }

    /// <summary>Presses a key and draws, and waits for nothing else: what the eye waits for.</summary>
    public void Strike(Key key)
    {
        _app.InjectKey(key);
        _app.LayoutAndDraw();
    }

    /// <summary>Draws until something is so.</summary>
    public void WaitFor(Func<bool> condition) => Require(SpinWait.SpinUntil(() =>
    {
        Tick();
        return condition();
    }, Patience));

    public HeadlessDashboard Click(int x, int y)
    {
        _app.InjectSequence(InputInjectionExtensions.LeftButtonClick(new Point(x, y)));
        Settle();
        return this;
    }

    public HeadlessDashboard Wheel(int x, int y, bool down)
    {
        _app.InjectMouse(new Mouse { ScreenPosition = new Point(x, y), Flags = down ? MouseFlags.WheeledDown : MouseFlags.WheeledUp });
        Settle();
        return this;
    }

    public HeadlessDashboard Resize(int width, int height)
    {
        _app.Driver!.SetScreenSize(width, height);
        _app.LayoutAndDraw();
        return this;
    }

    /// <summary>What stands on the screen.</summary>
    public string Screen => string.Join('\n', _app.Driver!.ToString()!.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd()));

    public string Ansi => _app.Driver!.ToAnsi();

    public bool IsRunning => !Window.StopRequested;

    public string Line(int y) => Screen.Split('\n')[y];

    /// <summary>Line on which a text stands; -1 for none.</summary>
    public int Find(string text) => Array.FindIndex(Screen.Split('\n'), line => line.Contains(text, StringComparison.Ordinal));

    private static void Require(bool came)
    {
        if (!came)
        {
            throw new TimeoutException("What was waited for did not come.");
        }
    }

    public void Dispose()
    {
        Model.DisposeAsync().AsTask().Wait(Patience);
        _app.Dispose();
        Window.Dispose();
    }
}
