using System.Globalization;
using System.Management.Automation;
using System.Net;
using MailAdmin.Console.CommandLine;
using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Serve;

/// <summary>
/// <c>mailadmin serve</c>: starts a server, says on standard output where it listens, writes one line per event to standard error, and
/// at SIGTERM or SIGINT tells the clients, drains and leaves with 0.
/// </summary>
internal static class ServeCommand
{
    public static int Run(Engine engine, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        ServeOptions options;
        try
        {
            options = ServeOptions.Parse(arguments);
            AddSecrets(options);
        }
        catch (FormatException e)
        {
            System.Console.Error.WriteLine($"mailadmin: {e.Message} See mailadmin -Help.");
            return ConsoleOptions.BadUsage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Console.Error.WriteLine($"mailadmin: {e.Message}");
            return 1;
        }

        try
        {
            var info = (MailServerInfo)engine.InvokeCommand("Start-MailServer", options.Parameters).Single().BaseObject;
            Announce(info);
            Log(DateTimeOffset.UtcNow, "information", $"{info.Name} serves {string.Join(", ", info.Endpoints)}");
            ServiceManager.Notify("READY=1");
            var failed = Follow(engine, info);
            ServiceManager.Notify("STOPPING=1");
            Log(DateTimeOffset.UtcNow, "information", stop.IsCancellationRequested ? "asked to stop: telling clients, draining" : "the server has ended");
            if (stop.IsCancellationRequested)
            {
                engine.InvokeCommand("Stop-MailServer", new Dictionary<string, object> { ["InputObject"] = info, ["DrainSeconds"] = options.DrainSeconds, ["Confirm"] = false }, atTheEnd: true);
            }

            Log(DateTimeOffset.UtcNow, "information", "stopped");
            return failed && !stop.IsCancellationRequested ? 1 : 0;
        }
        catch (PipelineStoppedException) when (stop.IsCancellationRequested)
        {
            // While it was starting, or once more while it drained: what is up by then stops at the process's exit, without waiting for clients.
            Log(DateTimeOffset.UtcNow, "information", "asked to stop: leaving at once");
            return 0;
        }
        catch (RuntimeException e)
        {
            Log(DateTimeOffset.UtcNow, "error", ErrorText.Of(e));
            return 1;
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

    /// <summary>
    /// What happens inside mailboxes: a person who sorts mail makes thousands of these, and what came from outside is told as Delivered.
    /// <c>Watch-MailEvent</c> shows them.
    /// </summary>
    private static readonly HashSet<string> Inner = ["MessageAdded", "FlagsChanged", "Expunged", "FolderChanged"];

    // Runs until the stop signal, which stops the pipeline, or until the server is stopped by an admin; over a restart it goes on. True: the last that
    // was told of the server's state is that it could not be started again, and the service manager is to know.
    private static bool Follow(Engine engine, MailServerInfo server)
    {
        var failed = false;
        try
        {
            engine.InvokeStreaming("Watch-MailEvent", new Dictionary<string, object> { ["Server"] = server }, o =>
            {
                if (o.BaseObject is MailEvent { Kind: "ServerStateChanged" } state)
                {
                    failed = state.Severity == MailEventSeverity.Error;
                }

                if (o.BaseObject is MailEvent e && (e.Severity > MailEventSeverity.Information || !Inner.Contains(e.Kind)))
                {
                    Log(e.At, e.Severity.ToString(), $"{e.Kind}{(e.SessionId is null ? "" : $" [{e.SessionId}]")} {e.Message}");
                }
            });
        }
        catch (PipelineStoppedException)
        {
            // The signal.
        }

        return failed;
    }

    private static void AddSecrets(ServeOptions options)
    {
        if (options.PasswordFile is not null)
        {
            options.Parameters["Credential"] = new PSCredential(options.Mailbox!, Secret(options.PasswordFile));
        }

        if (options.CertificatePasswordFile is not null)
        {
            options.Parameters["CertificatePassword"] = Secret(options.CertificatePasswordFile);
        }
    }

    private static System.Security.SecureString Secret(string file) =>
        new NetworkCredential("", File.ReadLines(file).FirstOrDefault() ?? "").SecurePassword;

    // What a peer sends may be in an event; a line of the log stays one line.
    private static void Log(DateTimeOffset at, string severity, string text) =>
        System.Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {severity.ToLowerInvariant()} {new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)])}"));
}
