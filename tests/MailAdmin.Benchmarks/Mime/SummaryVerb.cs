using System.Diagnostics;
using System.Text;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Benchmarks.Mime;

/// <summary>How long it takes to understand a message: every message of an mbox file, several times.</summary>
internal sealed class SummaryVerb : IBenchmarkVerb
{
    public string Name => "mime-summary";

    public string Usage => "--mbox FILE --rounds 10   µs and octets of a summary per message, MB/s";

    public Task<int> RunAsync(BenchmarkOptions options)
    {
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(options.Text("mbox", "mbox")));
        var messages = text.Split("\nFrom ", StringSplitOptions.RemoveEmptyEntries)
            .Select(m => new OctetContent(Encoding.Latin1.GetBytes(m[(m.IndexOf('\n', StringComparison.Ordinal) + 1)..].Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal))))
            .ToList();
        var rounds = options.Number("rounds", 10);
        for (var round = 0; round < rounds; round++)
        {
            long octets = 0, kept = 0;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var message in messages)
            {
                octets += message.Length;
                kept += MessageSummary.Compute(message).Encode().Length;
            }

            var time = Stopwatch.GetElapsedTime(start);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Console.WriteLine(FormattableString.Invariant(
                $"{messages.Count} messages, {time.TotalMicroseconds / messages.Count:F1} µs each, {octets / time.TotalSeconds / 1e6:F0} MB/s, {kept / messages.Count} octets kept, {allocated / messages.Count} allocated"));
        }

        return Task.FromResult(0);
    }
}

/// <summary>A message in memory.</summary>
internal sealed class OctetContent(byte[] octets) : MessageContent
{
    public override long Length => octets.Length;

    public override int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Min(destination.Length, Math.Max(0, octets.Length - offset));
        octets.AsSpan((int)Math.Min(offset, octets.Length), count).CopyTo(destination);
        return count;
    }
}
