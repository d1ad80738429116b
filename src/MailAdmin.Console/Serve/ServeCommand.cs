using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Management.Automation;
using MailAdmin.Console.CommandLine;
using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Serve;

/// <summary>
/// <c>mailadmin serve</c>: starts a server, says on standard output where it listens, writes one line per event to standard error, and
/// at SIGTERM or SIGINT, or when its terminal goes away, tells the clients, drains and leaves with 0. Neither stream is needed: what cannot be written is dropped.
/// Without a terminal SIGHUP has the certificate read again.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing to dispose of, and a signal may ask for a reload as long as the process lives.")]
internal sealed class ServeCommand
{
    /// <summary>
    /// What happens inside mailboxes: a person who sorts mail makes thousands of these, and what came from outside is told as Delivered.
    /// <c>Watch-MailEvent</c> shows them.
    /// </summary>
    private static readonly HashSet<string> Inner = ["MessageAdded", "FlagsChanged", "Expunged", "FolderChanged"];

    /// <summary>Errors of Start-MailServer that are the command line's.</summary>
    private static readonly HashSet<string> BadUsage = ["InvalidSettings"];

    private readonly Engine _engine;
    private readonly ServeOptions _options;
    private readonly CancellationToken _stop;
    private CancellationTokenSource _reload = new();

    /// <summary>Number of the last event that is in the log. Begins with what the start itself told; 0 would leave out all that comes before the first look.</summary>
    private long _seen = 1;
    private bool _failed;

    private ServeCommand(Engine engine, ServeOptions options, CancellationToken stop)
    {
        _engine = engine;
        _options = options;
        _stop = stop;
    }

    public static int Run(Engine engine, IReadOnlyList<string> arguments, Signals signals)
    {
        StandardStreams.OutlastOutput();
        ServeOptions options;
        try
        {
            options = ServeOptions.Parse(arguments);
            ServeSecrets.Add(options, Warn);
        }
        catch (FormatException e)
        {
            System.Console.Error.WriteLine($"mailadmin: {e.Message} See mailadmin -Help.");
            return ConsoleOptions.BadUsage;
        }
        catch (IOException e)
        {
            System.Console.Error.WriteLine($"mailadmin: {e.Message}");
            return 1;
        }

        var command = new ServeCommand(engine, options, signals.Stop);
        // On Windows it is the console's close button, and the end comes whatever is answered.
        if (!engine.Host.Console.Terminal.InputIsTerminal && !OperatingSystem.IsWindows())
        {
            signals.HungUp = command.RequestReload;
        }

        return command.Run();
    }

    private int Run()
    {
        try
        {
            var info = (MailServerInfo)_engine.InvokeCommand("Start-MailServer", _options.Parameters).Single().BaseObject;
            Announce(info);
            ServeLog.Write("information", $"{info.Name} serves {string.Join(", ", info.Endpoints)}");
            ServiceManager.Notify("READY=1");
            while (Follow(info))
            {
                Reload(info);
            }

            ServiceManager.Notify("STOPPING=1");
            ServeLog.Write("information", _stop.IsCancellationRequested ? "asked to stop: telling clients, draining" : "the server has ended");
            if (_stop.IsCancellationRequested)
            {
                _engine.InvokeCommand("Stop-MailServer", new Dictionary<string, object> { ["InputObject"] = info, ["DrainSeconds"] = _options.DrainSeconds, ["Confirm"] = false }, atTheEnd: true);
            }

            ServeLog.Write("information", "stopped");
            return _failed && !_stop.IsCancellationRequested ? 1 : 0;
        }
        catch (PipelineStoppedException) when (_stop.IsCancellationRequested)
        {
            // While it was starting, or once more while it drained: what is up by then stops at the process's exit, without waiting for clients.
            ServeLog.Write("information", "asked to stop: leaving at once");
            return 0;
        }
        catch (RuntimeException e)
        {
            ServeLog.Write("error", ServeOptions.InOptions(ErrorText.Of(e)));
            return e is ParameterBindingException || BadUsage.Contains(e.ErrorRecord.FullyQualifiedErrorId.Split(',')[0]) ? ConsoleOptions.BadUsage : 1;
        }
    }

    private static void Announce(MailServerInfo info)
    {
        System.Console.Out.WriteLine($"MailAdmin {info.Version} '{info.Name}', store {info.StorePath}");
        foreach (var endpoint in info.Endpoints)
        {
            System.Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{endpoint.Service,-12} {endpoint.Address}:{endpoint.Port}  {endpoint.TlsMode}"));
        }

        System.Console.Out.WriteLine($"certificate  SHA-256 {info.CertificateThumbprint}");
        System.Console.Out.Flush();
    }

    // Runs until the stop signal, which stops the pipeline, or until the server is stopped by an admin; over a restart it goes on. True: it was interrupted to reload, and
    // goes on after the last event that it saw.
    private bool Follow(MailServerInfo server)
    {
        var reload = Volatile.Read(ref _reload).Token;
        try
        {
            _engine.InvokeStreaming("Watch-MailEvent", new Dictionary<string, object> { ["Server"] = server, ["After"] = _seen }, o =>
            {
                if (o.BaseObject is MailEvent e)
                {
                    See(e);
                }
            }, enough: reload);
        }
        catch (PipelineStoppedException)
        {
            // The signal.
        }

        return reload.IsCancellationRequested && !_stop.IsCancellationRequested;
    }

    private void See(MailEvent e)
    {
        _seen = Math.Max(_seen, e.Sequence);
        if (e.Kind == "ServerStateChanged")
        {
            // The last that is told of the server's state may be that it could not be started again, and the service manager is to know.
            _failed = e.Severity == MailEventSeverity.Error;
        }

        if (e.Severity > MailEventSeverity.Information || !Inner.Contains(e.Kind))
        {
            ServeLog.Write(e.At, e.Severity.ToString(), $"{e.Kind}{(e.SessionId is null ? "" : $" [{e.SessionId}]")} {e.Message}");
        }
    }

    // From the thread of a signal. Before the server is up and while it reloads it is kept, and done next.
    private void RequestReload() => Volatile.Read(ref _reload).Cancel();

    private void Reload(MailServerInfo server)
    {
        // What comes from here on is another request. The one before is not disposed: a signal may still hold it.
        Volatile.Write(ref _reload, new CancellationTokenSource());
        if (!_options.Parameters.TryGetValue("Certificate", out var file))
        {
            ServeLog.Write("information", "SIGHUP: going on; there is nothing to read again without --certificate");
            return;
        }

        try
        {
            var parameters = new Dictionary<string, object> { ["InputObject"] = server, ["Path"] = file, ["PassThru"] = true, ["Confirm"] = false };
            if (ServeSecrets.CertificatePassword(_options, Warn) is { } password)
            {
                parameters["Password"] = password;
            }

            var changed = (MailServerInfo)_engine.InvokeCommand("Set-MailCertificate", parameters).Single().BaseObject;
            ServeLog.Write("information", string.Create(CultureInfo.InvariantCulture,
                $"SIGHUP: certificate {file} read again, SHA-256 {changed.CertificateThumbprint}, valid until {changed.CertificateNotAfter?.UtcDateTime:yyyy-MM-dd}"));
        }
        catch (Exception e) when (e is IOException or RuntimeException and not PipelineStoppedException)
        {
            ServeLog.Write("error", $"SIGHUP: the certificate was not read again, that from before stays in use: {ServeOptions.InOptions(ErrorText.Of(e))}");
        }
    }

    private static void Warn(string text) => ServeLog.Write("warning", text);
}
