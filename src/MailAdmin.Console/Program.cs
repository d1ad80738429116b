using MailAdmin.Console;
using MailAdmin.Console.CommandLine;
using MailAdmin.Console.Hosting;

var terminal = Terminal.Detect();
StandardStreams.Prepare(terminal);
ConsoleOptions options;
try
{
    options = ConsoleOptions.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"mailadmin: {e.Message} See mailadmin -Help.");
    return ConsoleOptions.BadUsage;
}

// PowerShell's own telemetry and update checks have no place in a mail server.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
return Application.Run(options, terminal);
