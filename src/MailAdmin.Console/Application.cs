using System.Management.Automation;
using System.Reflection;
using MailAdmin.Console.CommandLine;
using MailAdmin.Console.Demo;
using MailAdmin.Console.Hosting;
using MailAdmin.Console.Prompt;
using MailAdmin.Console.Serve;

namespace MailAdmin.Console;

/// <summary>Does what the command line asks and returns the exit code.</summary>
internal static class Application
{
    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
    /// <summary>128 + SIGTERM.</summary>
    public const int Terminated = 143;
    /// <summary>128 + SIGHUP.</summary>
    public const int HungUp = 129;

    // Kept for as long as the process lives: a signal must not cut short what stops at its exit.
    private static Signals? _signals;

    public static int Run(ConsoleOptions options, Terminal terminal)
    {
        switch (options.Verb)
        {
            case ConsoleVerb.Help:
            case ConsoleVerb.Serve or ConsoleVerb.Demo or ConsoleVerb.Dashboard when options.Arguments is [var only] && IsHelp(only):
                System.Console.Out.WriteLine(Usage.Text);
                return 0;
            case ConsoleVerb.Version:
                System.Console.Out.WriteLine($"MailAdmin {Version}");
                return 0;
        }

        if (options.WorkingDirectory is { } directory)
        {
            try
            {
                Directory.SetCurrentDirectory(directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // pwsh goes on where it is; a command that was meant for another directory is better not run.
                System.Console.Error.WriteLine($"mailadmin: The working directory '{directory}' cannot be entered: {e.Message}");
                return ConsoleOptions.BadUsage;
            }
        }

        Engine engine;
        try
        {
            engine = Engine.Open(new ConsoleHost(terminal, options.NonInteractive));
        }
        catch (InvalidOperationException e)
        {
            System.Console.Error.WriteLine($"mailadmin: {e.Message}");
            return 1;
        }

        using (engine)
        {
            var signals = _signals = new Signals(engine, options.Verb == ConsoleVerb.Prompt || options.NoExit);
            try
            {
                return Run(options, engine, signals);
            }
            catch (Exception e) when (e is OperationCanceledException or PipelineStoppedException && signals.ExitCode is not null)
            {
                return signals.ExitCode.Value;
            }
            catch (IOException e)
            {
                // A result that its file did not take. Servers of this process are stopped at its exit, which an exception would take from them.
                System.Console.Error.WriteLine($"mailadmin: {e.Message}");
                return 1;
            }
        }
    }

    private static bool IsHelp(string argument) => argument.StartsWith('-') && argument.TrimStart('-').ToUpperInvariant() is "?" or "H" or "HELP";

    /// <summary>The program's version without build metadata.</summary>
    public static string Version { get; } =
        typeof(Application).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    private static int Run(ConsoleOptions options, Engine engine, Signals signals)
    {
        switch (options.Verb)
        {
            case ConsoleVerb.Command when options.Text == "-":
                return PromptLoop.Run(engine, signals, greet: false);
            case ConsoleVerb.Command:
                return After(options, engine, signals, engine.Run(options.Text!, Piped(Engine.ReadsInput(options.Text!), signals), options.Arguments));
            case ConsoleVerb.File:
                return RunFile(options, engine, signals);
            case ConsoleVerb.Demo:
                return RunDemo(options, engine, signals);
            case ConsoleVerb.Serve:
                return ServeCommand.Run(engine, options.Arguments, signals);
            case ConsoleVerb.Dashboard:
                return After(options, engine, signals, engine.Run(Engine.CommandLine("Show-MailDashboard", ConsoleOptions.AsParameters(options.Arguments))));
            default:
                return PromptLoop.Run(engine, signals, greet: !options.NoLogo);
        }
    }

    private static int RunDemo(ConsoleOptions options, Engine engine, Signals signals)
    {
        var stay = options.Arguments.Any(a => a.TrimStart('-').Equals("stay", StringComparison.OrdinalIgnoreCase));
        if (options.Arguments.FirstOrDefault(a => !a.TrimStart('-').Equals("stay", StringComparison.OrdinalIgnoreCase)) is { } unknown)
        {
            System.Console.Error.WriteLine($"mailadmin: demo has no option '{unknown}'. See mailadmin -Help.");
            return ConsoleOptions.BadUsage;
        }

        var code = DemoRun.Run(engine, stay, signals.Stop);
        // Ctrl+C is how -Stay ends; otherwise it cut the demonstration short.
        return stay ? code : signals.ExitCode ?? code;
    }

    private static int RunFile(ConsoleOptions options, Engine engine, Signals signals)
    {
        string path;
        bool readsInput;
        try
        {
            path = options.Text!.Length == 0 ? "" : Path.GetFullPath(options.Text);
            if (!Engine.IsScript(path))
            {
                System.Console.Error.WriteLine($"mailadmin: '{options.Text}' is neither a command of mailadmin nor a .ps1 file, nor one that begins with #!. See mailadmin -Help.");
                return ConsoleOptions.BadUsage;
            }

            readsInput = Engine.ScriptReadsInput(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Console.Error.WriteLine($"mailadmin: '{options.Text}' cannot be read: {e.Message}");
            return ConsoleOptions.BadUsage;
        }

        return After(options, engine, signals, engine.RunFile(path, options.Arguments, Piped(readsInput, signals)));
    }

    // What is piped in is $input of the text or script that asks for it, as in pwsh. One that does not ask leaves it to the programs it starts, and is not kept
    // waiting for its end.
    private static List<string>? Piped(bool wanted, Signals signals) => wanted && System.Console.IsInputRedirected
        ? Task.Run(
            static () =>
            {
                var lines = new List<string>();
                while (System.Console.In.ReadLine() is { } line)
                {
                    lines.Add(line);
                }

                return lines;
            }).WaitAsync(signals.Stop).GetAwaiter().GetResult()
        : null;

    private static int After(ConsoleOptions options, Engine engine, Signals signals, bool succeeded) => After(options, engine, signals, succeeded ? 0 : 1);

    private static int After(ConsoleOptions options, Engine engine, Signals signals, int ended)
    {
        if ((engine.Host.ExitCode ?? signals.ExitCode) is { } code)
        {
            return code;
        }

        return options.NoExit ? PromptLoop.Run(engine, signals, greet: false) : ended;
    }
}
