namespace MailAdmin.Console.CommandLine;

/// <summary>The text of <c>-Help</c>.</summary>
internal static class Usage
{
    public const string Text = """
        mailadmin: a mail server and its administration, in PowerShell

        mailadmin                       a PowerShell prompt with the MailAdmin module
        mailadmin demo [-Stay]          shows a server at work, from start to stop
        mailadmin serve [options]       runs a server until SIGTERM or Ctrl+C; without a
                                        terminal, SIGHUP reads the certificate again
        mailadmin dashboard [options]   the terminal dashboard
        mailadmin -Command <text>       runs commands; '-' reads them from standard input,
                                        otherwise that is their $input
        mailadmin [-File] <script.ps1> [arguments]

          -NoExit             prompt afterwards
          -NonInteractive     never ask; a question is an error
          -NoLogo             no greeting
          -WorkingDirectory   where to start
          -Version, -Help

        serve: --name <name> --store <directory> --address <ip> --port-offset <n>
               --host-name <name> --domain <name> (may be repeated)
               --certificate <file> --certificate-password-file <file>
               --mailbox <address> --password-file <file>
               --limit <name>=<n> --disabled-capability <name> (may be repeated)
               --smtp-port <n> and the like: 0 for a free one, -1 for none
               --outbound <mode> (of mail to outside domains: capture, the default,
               refuse or relay) --relay, --production (short for relay, refuse)
               --trusted-proxy <network> (a load balancer; may be repeated)
               --offer-channel-binding --drain <seconds> --ephemeral

        Exit codes: 0 done, 1 a command failed, 64 bad usage, 130 interrupted,
        143 terminated; 'exit n' in a script gives n.
        """;
}
