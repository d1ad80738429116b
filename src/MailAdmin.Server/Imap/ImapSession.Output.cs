namespace MailAdmin.Server.Imap;

/// <summary>Output: replies, and when it goes out.</summary>
internal sealed partial class ImapSession
{
    /// <summary>Above this a long response is flushed on its way, so that no reply is held whole.</summary>
    private const int FlushOctets = 64 * 1024;

    /// <summary>Longest line of the server that the transcript keeps: it is small, and a list of capabilities would fill it.</summary>
    private const int TranscribedLength = 120;

    private void Greet()
    {
        var encoder = Encode();
        encoder.Raw("* OK ["u8);
        encoder.Text(ImapCapabilities.For(this));
        encoder.Raw("] "u8);
        encoder.Text(Context.HostName);
        encoder.Raw(" MailAdmin IMAP4rev2 ready\r\n"u8);
        encoder.Commit();
        Transcribe("OK MailAdmin IMAP4rev2 ready");
    }

    /// <summary>A piece of a response, as it is.</summary>
    public void Write(ReadOnlySpan<byte> octets)
    {
        var encoder = Encode();
        encoder.Raw(octets);
        encoder.Commit();
    }

    /// <summary><c>* text</c></summary>
    public void Untagged(string text)
    {
        var encoder = Encode();
        encoder.Raw("* "u8);
        encoder.Text(text);
        encoder.Crlf();
        encoder.Commit();
        Transcribe(text);
    }

    /// <summary><c>+ text</c></summary>
    public void Continue(string text)
    {
        var encoder = Encode();
        encoder.Raw("+ "u8);
        encoder.Text(text);
        encoder.Crlf();
        encoder.Commit();
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync()
    {
        if (!Output.CanGetUnflushedBytes || Output.UnflushedBytes > 0)
        {
            await Output.FlushAsync(Connection.Aborted);
        }
    }

    /// <summary>Sends what was written where it is much; call it between the parts of a long response.</summary>
    public ValueTask FlushIfFullAsync() => Output.CanGetUnflushedBytes && Output.UnflushedBytes >= FlushOctets ? FlushAsync() : ValueTask.CompletedTask;

    private void Reply(string tag, string status, string? code, string text)
    {
        var encoder = Encode();
        encoder.Text(tag);
        encoder.Space();
        encoder.Text(status);
        encoder.Space();
        if (code is not null)
        {
            encoder.Octet((byte)'[');
            encoder.Text(code);
            encoder.Raw("] "u8);
        }

        encoder.Text(text);
        encoder.Crlf();
        encoder.Commit();
        if (Connection.Transcript.IsEnabled)
        {
            var shown = tag == _tag ? _shownTag : tag;
            Connection.Transcript.Add(
                TranscriptDirection.Server, code is null or { Length: > TranscribedLength } ? $"{shown} {status} {text}" : $"{shown} {status} [{code}] {text}");
        }
    }

    private void Transcribe(string untagged)
    {
        if (Connection.Transcript.IsEnabled)
        {
            Connection.Transcript.Add(TranscriptDirection.Server, $"* {untagged.AsSpan(0, Math.Min(untagged.Length, TranscribedLength))}");
        }
    }
}
