using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>
/// A mix of what clients do all day, over many users at once: STATUS, FETCH of flags, headers and a body, STORE, SEARCH, APPEND, EXPUNGE, NOOP.
/// Sessions are kept, or begun anew for every round.
/// </summary>
internal sealed class ImapStressVerb : IBenchmarkVerb
{
    public string Name => "wire-stress";
    public string Usage => "--port 2143 --user 'user{0}@example.org' --users 100 --password W [--clients 100] [--seconds 20] [--relogin]: commands per second";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var clients = (int)options.Number("clients", 100);
        var users = (int)options.Number("users", 100);
        var seconds = options.Number("seconds", 20);
        var relogin = options.Switch("relogin");
        long commands = 0, errors = 0;
        using var end = new CancellationTokenSource();
        var workers = Enumerable.Range(0, clients).Select(i => Task.Run(() => WorkAsync(i))).ToArray();
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var done = Interlocked.Read(ref commands);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await end.CancelAsync();
        await Task.WhenAll(workers);
        Console.WriteLine($"stress: {clients} clients, {users} users, {(relogin ? "login each round" : "sessions kept")}: {done / elapsed:F0} commands/s, {errors} errors");
        return errors == 0 ? 0 : 1;

        async Task WorkAsync(int number)
        {
            var random = new Random(number);
            var user = string.Format(CultureInfo.InvariantCulture, options.Text("user", "user{0}@example.org"), number % users + 1);
            WireClient? client = null;
            try
            {
                while (!end.IsCancellationRequested)
                {
                    if (client is null)
                    {
                        client = await WireClient.ConnectAsync(options, 2143, 64 * 1024);
                        await client.LoginImapAsync(user, options.Text("password", "benchmark-1"));
                        await client.CommandAsync("SELECT INBOX");
                        Interlocked.Add(ref commands, 2);
                    }

                    await RoundAsync(client, random);
                    if (relogin)
                    {
                        await client.CommandAsync("LOGOUT");
                        Interlocked.Increment(ref commands);
                        client.Dispose();
                        client = null;
                    }
                }
            }
            catch (Exception error) when (error is IOException or InvalidOperationException)
            {
                Interlocked.Increment(ref errors);
                Console.Error.WriteLine(error.Message);
            }
            finally
            {
                client?.Dispose();
            }
        }

        async Task RoundAsync(WireClient client, Random random)
        {
            var message = SampleMessage.Make(random.Next(100_000));
            // LITERAL+ is what both peers offer; without it the round would measure latency.
            await client.SendAsync($"p APPEND INBOX {{{message.Length}+}}\r\n" + Encoding.Latin1.GetString(message) + "\r\n");
            await client.CompleteAsync("p ", false, "APPEND");
            Interlocked.Increment(ref commands);
            string[] round =
            [
                "NOOP", "FETCH 1:* (UID FLAGS)", "STATUS INBOX (MESSAGES UNSEEN UIDNEXT)", "FETCH * (UID ENVELOPE INTERNALDATE RFC822.SIZE)",
                "FETCH * BODY.PEEK[]", "STORE * +FLAGS (\\Seen)", "UID SEARCH UNSEEN", "FETCH 1:* (UID RFC822.SIZE)",
                "FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT FROM DATE)]", "STORE 1 +FLAGS.SILENT (\\Deleted)", "EXPUNGE",
            ];
            foreach (var command in round)
            {
                if (end.IsCancellationRequested)
                {
                    return;
                }

                await client.CommandAsync(command);
                Interlocked.Increment(ref commands);
            }
        }
    }
}
