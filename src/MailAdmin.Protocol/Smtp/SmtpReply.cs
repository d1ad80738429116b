using System.Globalization;
using System.Text;

namespace MailAdmin.Protocol.Smtp;

/// <summary>A server's reply: its code and its lines without it. RFC 5321 §4.2.</summary>
public sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    /// <summary>2yz</summary>
    public bool IsPositive => Code is >= 200 and < 300;
    /// <summary>3yz: go on with the content, or with the exchange of AUTH.</summary>
    public bool IsIntermediate => Code is >= 300 and < 400;
    /// <summary>4yz: another time.</summary>
    public bool IsTransient => Code is >= 400 and < 500;
    /// <summary>5yz: never.</summary>
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The enhanced status code at the head of the text, <c>5.1.1</c>; null where there is none or its class is not the reply's. RFC 2034 §4.</summary>
    public string? EnhancedStatus
    {
        get
        {
            var text = Lines.Count == 0 ? string.Empty : Lines[0];
            var end = text.IndexOf(' ', StringComparison.Ordinal);
            var parts = (end < 0 ? text : text[..end]).Split('.');
            return parts.Length == 3 && parts[0].Length == 1 && parts[0][0] - '0' == Code / 100 && parts[1..].All(p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit))
                ? string.Join('.', parts)
                : null;
        }
    }

    /// <summary>The whole reply as one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}").TrimEnd();
}

/// <summary>Makes replies of lines. RFC 5321 §4.2.1: every line has the code, all but the last a hyphen behind it.</summary>
public sealed class SmtpReplyReader
{
    /// <summary>Lines of one reply at most: EHLO's of the most eloquent servers have some thirty.</summary>
    public const int MaxLines = 200;

    private readonly List<string> _lines = [];
    private int _code;

    /// <summary>Takes a line without its end; returns the reply once it is whole.</summary>
    /// <exception cref="FormatException">It is no line of a reply, or of another one.</exception>
    public SmtpReply? Add(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3 || line[0] is < (byte)'2' or > (byte)'5' || !char.IsAsciiDigit((char)line[1]) || !char.IsAsciiDigit((char)line[2])
            || (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-')))
        {
            throw new FormatException("The peer's answer is not one of SMTP.");
        }

        var code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + line[2] - '0';
        if ((_lines.Count > 0 && code != _code) || _lines.Count >= MaxLines)
        {
            throw new FormatException("The peer's answer is not well-formed.");
        }

        _code = code;
        _lines.Add(Printable(line.Length > 4 ? line[4..] : []));
        if (line.Length > 3 && line[3] == '-')
        {
            return null;
        }

        var reply = new SmtpReply(code, [.. _lines]);
        _lines.Clear();
        return reply;
    }

    // It goes into logs, reports and terminals.
    private static string Printable(ReadOnlySpan<byte> octets)
    {
        var text = Encoding.UTF8.GetString(octets);
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
    }
}
