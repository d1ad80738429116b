using System.Diagnostics;
using System.Net;
using MailAdmin.Testing.ImapViews;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>The long run of what the tests do shortly: strict clients that watch every session's view.</summary>
internal sealed class ImapViewsVerb : IBenchmarkVerb
{
    public string Name => "imap-views";

    public string Usage =>
        "--port 2143 --user alice@example.org --password W [--address 127.0.0.1] [--sessions 40] [--rounds 300] [--seed 1] [--runs 1] [--modes Rev1,CondStore,QResync,Rev2,Rev2QResync]: fails at the first response that cannot be";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var server = new IPEndPoint(IPAddress.Parse(options.Text("address", "127.0.0.1")), (int)options.Number("port", 2143));
        var modes = options.Text("modes", string.Join(',', Enum.GetNames<ViewMode>())).Split(',').Select(m => Enum.Parse<ViewMode>(m, ignoreCase: true)).ToArray();
        var first = (int)options.Number("seed", 1);
        for (var seed = first; seed < first + options.Number("runs", 1); seed++)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                var outcome = await ViewStress.RunAsync(
                    server, options.Text("user", "user1@example.org"), options.Text("password", "benchmark-1"), (int)options.Number("sessions", 40), (int)options.Number("rounds", 300), seed, modes);
                Console.WriteLine($"views: seed {seed}: {outcome.Commands} commands, {outcome.Commands / clock.Elapsed.TotalSeconds:F0}/s, every view equals a newcomer's");
            }
            catch (ViewMismatchException mismatch)
            {
                Console.WriteLine($"views: seed {seed}: {mismatch.Message}");
                return 1;
            }
        }

        return 0;
    }
}
