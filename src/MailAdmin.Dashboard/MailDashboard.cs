using System.Runtime.InteropServices;
using MailAdmin.Dashboard.ViewModels;
using MailAdmin.Dashboard.Views;
using MailAdmin.Errors;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace MailAdmin.Dashboard;

/// <summary>How the dashboard looks.</summary>
public sealed record DashboardOptions
{
    /// <summary>auto, dark, light or mono; null: auto, or mono where NO_COLOR is set or the terminal has no colours.</summary>
    public string? Theme { get; init; }
    /// <summary>Ornaments in ASCII; null: where the terminal's font or encoding lacks the signs.</summary>
    public bool? Ascii { get; init; }

    /// <summary>Names for <see cref="Theme"/>.</summary>
    public static IReadOnlyList<string> ThemeNames { get; } = [.. Views.Theme.All.Select(t => t.Name)];
}

/// <summary>Opens the dashboard on a server.</summary>
public static class MailDashboard
{
    /// <summary>Results of background work are taken in this often at most; a key is answered at once.</summary>
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a signal waits for an orderly end before the terminal is put back by force.</summary>
    private static readonly TimeSpan SignalPatience = TimeSpan.FromSeconds(2);

    private static int _open;

    /// <summary>Cells that a text without escape sequences takes where the dashboard draws it.</summary>
    public static int Measure(string text) => TextCells.Measure(text);

    /// <summary>Shows the dashboard in this terminal until the admin leaves it or <paramref name="cancellationToken"/> is set. Blocks.</summary>
    /// <param name="administration">The server; whoever called keeps it.</param>
    /// <param name="options">Looks.</param>
    /// <param name="runner">Runs what is typed behind <c>:</c>; null: no command line. Whoever called keeps it.</param>
    /// <param name="reader">Takes messages apart; null: only their source can be read.</param>
    /// <param name="reopen">Finds the server again after it was lost; what it returns is disposed here. Null: a lost server stays lost.</param>
    /// <param name="cancellationToken">Closes the dashboard.</param>
    /// <exception cref="MailAdminException"><c>NoTerminal</c>, <c>DashboardOpen</c>, <c>UnknownTheme</c>; <c>DashboardFailed</c> for a defect of the dashboard itself.</exception>
    public static void Show(IMailAdministration administration, DashboardOptions options, ICommandRunner? runner, MessageReader? reader, Func<CancellationToken, Task<IMailAdministration>>? reopen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(administration);
        ArgumentNullException.ThrowIfNull(options);
        var theme = ChooseTheme(options);
        RequireTerminal();
        if (Interlocked.Exchange(ref _open, 1) != 0)
        {
            throw new MailAdminException("DashboardOpen", MailErrorCategory.ResourceBusy, "A dashboard is open in this process already.",
                recommendedAction: "Close it first; a process has one terminal.");
        }

        var guard = new TerminalGuard();
        try
        {
            Run(administration, theme, options.Ascii ?? NeedsAscii(), runner, reader, reopen, guard, cancellationToken);
        }
        finally
        {
            guard.RestoreSettings();
            Volatile.Write(ref _open, 0);
        }
    }

    private static void Run(IMailAdministration administration, Theme theme, bool isPlain, ICommandRunner? runner, MessageReader? reader, Func<CancellationToken, Task<IMailAdministration>>? reopen, TerminalGuard guard, CancellationToken cancellationToken)
    {
        using var ended = new ManualResetEventSlim();
        UnhandledExceptionEventHandler onCrash = (_, _) => guard.Crash();
        AppDomain.CurrentDomain.UnhandledException += onCrash;
        var model = new DashboardModel(administration, TimeProvider.System, runner, reader, reopen);
        var app = Application.Create();
        try
        {
            var descriptors = TerminalDescriptors.Inheritable();
            app.Init();
            TerminalDescriptors.CloseNew(descriptors);
            // The sixteen names follow the palette that the admin chose for the terminal; true colours would not.
            app.Driver!.Force16Colors = true;
            using var window = new DashboardWindow(model, theme, isPlain);
            app.Driver.ClearedContents += (_, _) => window.Repaint();
            app.Paste += (_, args) => window.PasteText(args.Text);
            app.AddTimeout(TickPeriod, () =>
            {
                guard.StopIfCrashing();
                window.Tick();
                return true;
            });

            using var suspension = new Suspension();
            using var onCancel = cancellationToken.Register(() => Stop(app, window));
            var signals = OperatingSystem.IsWindows() ? [PosixSignal.SIGINT, PosixSignal.SIGTERM] : new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT };
            var registrations = signals.Select(signal => PosixSignalRegistration.Create(signal, _ =>
            {
                // First the terminal, then what the signal does anyway: the process goes, or its host decides otherwise.
                guard.AbandonIfGone();
                Stop(app, window);
                if (!ended.Wait(SignalPatience))
                {
                    guard.Restore();
                }
            })).ToList();
            if (!OperatingSystem.IsWindows())
            {
                registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Invoke(app, window.Repaint)));
                window.Suspends = () => suspension.Suspend(app);
                suspension.Watch(() => Invoke(app, window.Suspend));
            }

            try
            {
                app.Driver.WriteRaw(TerminalGuard.WrapOff);
                model.Start();
                app.Run(window);
            }
            finally
            {
                // tmux, where it grew while we had the alternate screen, would bring its lines back with the shell's: leave none, and the cursor at the foot.
                app.Driver?.WriteRaw(TerminalGuard.WrapOn + "\x1b[0m\x1b[2J\x1b[999;1H");
                // The terminal first: the signal that waits for it, and the admin, need no more than that.
                app.Dispose();
                guard.RestoreSettings();
                ended.Set();
                registrations.ForEach(registration => registration.Dispose());
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or MailAdminException))
        {
            // A defect in what draws or in what it draws from, of any kind. It ends the dashboard and nothing else; where it stands is in the inner exception.
            throw new MailAdminException("DashboardFailed", MailErrorCategory.NotSpecified, $"The dashboard failed: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}", innerException: e,
                recommendedAction: "The server goes on; open the dashboard again. This is a defect: report it with what $Error[0].Exception.InnerException tells.");
        }
        finally
        {
            app.Dispose();
            AppDomain.CurrentDomain.UnhandledException -= onCrash;
            // On the pool: the caller's context, if it has one, is the thread that waits here.
            Task.Run(() => model.DisposeAsync().AsTask(), CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    private static void Stop(IApplication app, DashboardWindow window) => Invoke(app, () => app.RequestStop(window));

    private static void Invoke(IApplication app, Action action)
    {
        try
        {
            app.Invoke(action);
        }
        catch (NotInitializedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    private static Theme ChooseTheme(DashboardOptions options)
    {
        if (options.Theme is { } name)
        {
            return Theme.Find(name) ?? throw new MailAdminException("UnknownTheme", MailErrorCategory.InvalidArgument, $"There is no theme '{name}'.", name,
                $"Use one of {string.Join(", ", DashboardOptions.ThemeNames)}.");
        }

        // https://no-color.org: set and not empty.
        var term = Environment.GetEnvironmentVariable("TERM") ?? "";
        var isMono = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || term.StartsWith("vt", StringComparison.Ordinal) || term.EndsWith("-mono", StringComparison.Ordinal);
        return Theme.Find(isMono ? "mono" : "auto")!;
    }

    private static bool NeedsAscii()
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        // The Linux console's font has no block elements. An encoding that is named and is not UTF-8 has none of the signs; one that is not named tells nothing.
        var locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        return Environment.GetEnvironmentVariable("TERM") is "linux" or "vt100" or "vt220"
            || (locale is not null && !locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) && !locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }

    private static void RequireTerminal()
    {
        var isAttached = Driver.IsAttachedToTerminal(out _, out _);
        if (!isAttached || Console.IsInputRedirected || Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is "dumb" or "" || (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("TERM") is null))
        {
            throw new MailAdminException("NoTerminal", MailErrorCategory.ResourceUnavailable, "The dashboard needs a terminal, and there is none here.",
                Environment.GetEnvironmentVariable("TERM"),
                "Run it in an interactive terminal (over ssh with -t), without redirecting its input or output; or use Get-MailServer, Get-MailSession and Watch-MailEvent.");
        }
    }
}
