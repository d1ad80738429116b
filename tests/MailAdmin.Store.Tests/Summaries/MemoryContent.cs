using System.Text;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>A message in memory; <paramref name="step"/> bounds what one read gives, so that lines fall across reads.</summary>
internal sealed class MemoryContent(byte[] octets, int step = int.MaxValue) : MessageContent
{
    public override long Length => octets.Length;

    public override int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Min(Math.Min(destination.Length, step), Math.Max(0, octets.Length - offset));
        octets.AsSpan((int)Math.Min(offset, octets.Length), count).CopyTo(destination);
        return count;
    }

    /// <summary>Lines end with CRLF, whatever the source file has.</summary>
    public static byte[] Crlf(string text) => Encoding.Latin1.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));

    public static MessageSummary Summarize(string text) => MessageSummary.Compute(new MemoryContent(Crlf(text)));
    public static string Envelope(string text) => Encoding.Latin1.GetString(Summarize(text).Envelope);
    public static string Structure(string text) => Encoding.Latin1.GetString(Summarize(text).BodyStructure);

    public static string Body(string text)
    {
        var to = new System.Buffers.ArrayBufferWriter<byte>();
        Summarize(text).WriteBody(to);
        return Encoding.Latin1.GetString(to.WrittenSpan);
    }
}
