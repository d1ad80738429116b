using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>The Return-Path that our own reception put at the head of a content: it is the last host's to write, so it goes no further. RFC 5321 §4.4.</summary>
internal static class ReturnPath
{
    /// <summary>Longest that reception writes: a path and the field's name.</summary>
    private const int Window = 1024;

    /// <summary>Its octets; 0 where there is none.</summary>
    public static int LengthIn(MessageContent content)
    {
        Span<byte> head = stackalloc byte[Window];
        return LengthIn(head[..content.Read(0, head)]);
    }

    /// <summary>Its octets at the head of a content; 0 where there is none.</summary>
    public static int LengthIn(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, Window)];
        var end = head.IndexOf((byte)'\n') + 1;
        return head.StartsWith("Return-Path:"u8) && end > 0 && !(end < head.Length && head[end] is (byte)' ' or (byte)'\t') ? end : 0;
    }
}
