using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailAdmin.Benchmarks.Server;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>
/// Thousands of connections that send one octet a second each, to SMTP, IMAP and POP3 in turn, and what they cost those who come for their mail: a polite client
/// sends a message, logs in by IMAP and reads, over and over; its times without and with the slow ones are compared, and the server's memory with them.
/// </summary>
/// <remarks>The server is a process of its own, so that its memory and its descriptors are its own. Linux only, for the memory.</remarks>
internal sealed class SlowPeersVerb : IBenchmarkVerb
{
    public string Name => "slow-peers";
    public string Usage => "[--connections 10000] [--seconds 15]: times of a polite client without and with slow peers, and the server's memory";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var count = (int)options.Number("connections", 10_000);
        var seconds = options.Number("seconds", 15);
        await using var server = await HostProcess.StartAsync();
        await MeasureAsync(server, seconds: 5);
        var alone = await MeasureAsync(server, seconds);
        Show("alone", alone, server);

        var peers = new List<Socket>(count);
        var targets = new[] { server.Port("smtp"), server.Port("imap"), server.Port("pop3") };
        var opening = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, targets[i % 3]);
            peers.Add(socket);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} connections opened in {opening.Elapsed.TotalSeconds:F1} s"));
        using var stop = new CancellationTokenSource();
        var sending = SendSlowlyAsync(peers, stop.Token);
        var beside = await MeasureAsync(server, seconds);
        Show($"beside {count} slow peers", beside, server);
        await stop.CancelAsync();
        var gone = await sending;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ratio: median {Median(beside) / Median(alone):F2}, 99th {Percentile(beside) / Percentile(alone):F2}; {gone} of the slow ones were closed by the server meanwhile"));
        peers.ForEach(p => p.Dispose());
        return Median(beside) <= 2 * Median(alone) ? 0 : 1;
    }

    // A message sent, and an IMAP session that selects, looks and leaves: milliseconds of each round.
    private static async Task<List<double>> MeasureAsync(HostProcess server, long seconds)
    {
        var times = new List<double>();
        var message = Encoding.ASCII.GetString(SampleMessage.Make(1));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            var start = Stopwatch.GetTimestamp();
            using (var smtp = await server.ConnectAsync("smtp"))
            {
                foreach (var line in new[] { "HELO polite", "MAIL FROM:<a@b.test>", $"RCPT TO:<{HostProcess.User}>", "DATA", message + ".", "QUIT" })
                {
                    await smtp.SendAsync(line + "\r\n");
                    var reply = await smtp.ReadLineAsync();
                    if (reply[0] is not ('2' or '3'))
                    {
                        throw new InvalidOperationException(reply);
                    }
                }
            }

            using (var imap = await server.ConnectAsync("imap"))
            {
                await imap.LoginImapAsync(HostProcess.User, HostProcess.Password);
                await imap.CommandAsync("SELECT INBOX");
                await imap.CommandAsync("FETCH * (FLAGS ENVELOPE BODY.PEEK[])");
                await imap.CommandAsync("LOGOUT");
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    // Each sends an octet of a command that never ends; spread over the second, as peers are.
    private static Task<int> SendSlowlyAsync(List<Socket> peers, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            var gone = new HashSet<Socket>();
            while (!stop.IsCancellationRequested)
            {
                var second = Stopwatch.StartNew();
                for (var i = 0; i < peers.Count && !stop.IsCancellationRequested; i++)
                {
                    if (!gone.Contains(peers[i]))
                    {
                        try
                        {
                            peers[i].Send("x"u8);
                        }
                        catch (SocketException)
                        {
                            gone.Add(peers[i]);
                        }
                    }

                    if (i % 100 == 99 && i * 1000L / peers.Count - second.ElapsedMilliseconds is var early and > 0)
                    {
                        Thread.Sleep((int)early);
                    }
                }
            }

            return gone.Count;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Show(string what, List<double> times, HostProcess server)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {times.Count} rounds, median {Median(times):F2} ms, 99th {Percentile(times):F2} ms; server {server.ResidentKiB / 1024.0:F1} MiB"));
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static double Percentile(List<double> times) => times.Order().ElementAt(times.Count * 99 / 100);
}
