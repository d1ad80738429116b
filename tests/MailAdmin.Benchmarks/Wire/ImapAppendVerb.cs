using System.Diagnostics;
using System.Text;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>Fills a mailbox by APPEND over one connection; with a window of 1 every message waits for its OK.</summary>
internal sealed class ImapAppendVerb : IBenchmarkVerb
{
    public string Name => "wire-append";
    public string Usage => "--port 2143 --user U --password W [--count 20000] [--window 1]: messages per second by APPEND";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var count = (int)options.Number("count", 20_000);
        var window = (int)options.Number("window", 1);
        var messages = Enumerable.Range(0, count).Select(SampleMessage.Make).ToArray();
        using var client = await WireClient.ConnectAsync(options, 2143);
        await client.LoginImapAsync(options.Text("user", "bench@example.org"), options.Text("password", "benchmark-1"));
        var capabilities = string.Join(' ', await client.CommandAsync("CAPABILITY", keep: true));
        if (!capabilities.Contains("LITERAL+", StringComparison.OrdinalIgnoreCase))
        {
            Console.Error.WriteLine("The server does not offer LITERAL+.");
            return 1;
        }

        var start = Stopwatch.GetTimestamp();
        int sent = 0, done = 0;
        while (done < count)
        {
            while (sent < count && sent - done < window)
            {
                await client.SendAsync($"a{sent} APPEND INBOX {{{messages[sent].Length}+}}\r\n");
                await client.SendAsync(Encoding.Latin1.GetString(messages[sent]) + "\r\n");
                sent++;
            }

            await client.CompleteAsync($"a{done} ", false, "APPEND");
            done++;
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"append: {count} messages, {messages.Sum(m => (long)m.Length) / 1e6:F1} MB, {seconds:F2} s = {count / seconds:F0}/s (window {window})");
        return 0;
    }
}
