using System.Buffers;
using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>
/// BODYSTRUCTURE of a scanned message, with the ranges of extension data noted: BODY is the same text without them. RFC 9051 §7.5.2, RFC 3501 §7.4.2.
/// </summary>
internal sealed class BodyStructureWriter
{
    private readonly ArrayBufferWriter<byte> _to = new(512);

    /// <summary>The text so far.</summary>
    public ReadOnlySpan<byte> Written => _to.WrittenSpan;
    /// <summary>Where extension data stands: ascending (start, length).</summary>
    public List<(int Start, int Length)> Extensions { get; } = [];

    /// <summary>Writes a part with all below it. Its depth is bounded by the scanner.</summary>
    public void Write(MimeNode node)
    {
        _to.Write("("u8);
        if (node.Kind == MimePartKind.Multipart)
        {
            foreach (var child in node.Children)
            {
                Write(child);
            }

            _to.Write(" "u8);
            Text(node.Subtype);
            var start = _to.WrittenCount;
            _to.Write(" "u8);
            Parameters(node.ContentType);
            CommonExtension(node);
            Extensions.Add((start, _to.WrittenCount - start));
        }
        else
        {
            Single(node);
        }

        _to.Write(")"u8);
    }

    private void Single(MimeNode node)
    {
        Text(node.Type);
        _to.Write(" "u8);
        Text(node.Subtype);
        _to.Write(" "u8);
        if (node.ContentType is null && node.Kind == MimePartKind.Text)
        {
            // RFC 2045 §5.2: no type is text/plain in US-ASCII.
            _to.Write("(\"CHARSET\" \"US-ASCII\")"u8);
        }
        else
        {
            Parameters(node.ContentType);
        }

        _to.Write(" "u8);
        ImapText.NString(_to, node.Field("Content-ID"u8));
        _to.Write(" "u8);
        ImapText.NString(_to, node.Field("Content-Description"u8));
        _to.Write(" "u8);
        if (node.EncodingName is { Length: > 0 } name)
        {
            ImapText.String(_to, name);
        }
        else
        {
            _to.Write("\"7BIT\""u8);
        }

        _to.Write(" "u8);
        ImapText.Number(_to, node.BodyLength);
        if (node.Kind == MimePartKind.Message)
        {
            _to.Write(" "u8);
            EnvelopeWriter.Write(_to, node.Children[0].Header);
            _to.Write(" "u8);
            Write(node.Children[0]);
        }

        if (node.Kind is MimePartKind.Message or MimePartKind.Text)
        {
            _to.Write(" "u8);
            ImapText.Number(_to, node.BodyLines);
        }

        var start = _to.WrittenCount;
        _to.Write(" "u8);
        ImapText.NString(_to, node.Field("Content-MD5"u8));
        CommonExtension(node);
        Extensions.Add((start, _to.WrittenCount - start));
    }

    /// <summary>Disposition, language, location. RFC 2183, RFC 3282, RFC 2557.</summary>
    private void CommonExtension(MimeNode node)
    {
        _to.Write(" "u8);
        if (node.Disposition is { Value.Length: > 0 } disposition)
        {
            _to.Write("("u8);
            ImapText.String(_to, disposition.Value);
            _to.Write(" "u8);
            Parameters(disposition);
            _to.Write(")"u8);
        }
        else
        {
            _to.Write("NIL"u8);
        }

        _to.Write(" "u8);
        Languages(node.Field("Content-Language"u8));
        _to.Write(" "u8);
        ImapText.NString(_to, node.Field("Content-Location"u8));
    }

    private void Languages(byte[]? field)
    {
        var languages = field is null ? [] : Encoding.Latin1.GetString(field).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        switch (languages.Length)
        {
            case 0:
                _to.Write("NIL"u8);
                return;
            case 1:
                ImapText.String(_to, Encoding.Latin1.GetBytes(languages[0]));
                return;
        }

        var separator = "("u8;
        foreach (var language in languages)
        {
            _to.Write(separator);
            ImapText.String(_to, Encoding.Latin1.GetBytes(language));
            separator = " "u8;
        }

        _to.Write(")"u8);
    }

    private void Parameters(MimeParameters? parameters)
    {
        if (parameters is null || parameters.Parameters.Count == 0)
        {
            _to.Write("NIL"u8);
            return;
        }

        var separator = "("u8;
        foreach (var (name, value) in parameters.Parameters)
        {
            _to.Write(separator);
            ImapText.String(_to, Encoding.Latin1.GetBytes(name));
            _to.Write(" "u8);
            ImapText.String(_to, value);
            separator = " "u8;
        }

        _to.Write(")"u8);
    }

    private void Text(string token) => ImapText.String(_to, Encoding.ASCII.GetBytes(token));
}
