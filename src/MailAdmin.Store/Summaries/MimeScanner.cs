using System.Buffers;

namespace MailAdmin.Store.Summaries;

/// <summary>
/// Finds the parts of a message in one pass over its lines, holding one window of content and the headers, nothing else.
/// </summary>
/// <remarks>
/// Invariants: every offset is exact whatever the message looks like; a part lies inside its parent; parts do not overlap; no message is refused.
/// A boundary line is "--" boundary, maybe "--", and white space, at the start of a line (RFC 2046 §5.1.1); the innermost multipart that it fits
/// has it, and all within that one end. Lines end with LF; a CR before it belongs to the line end.
/// </remarks>
internal sealed class MimeScanner
{
    private readonly MessageContent _content;
    private readonly ArrayBufferWriter<byte> _header = new(1024);
    private readonly List<MimeNode> _multiparts = [];
    private MimeNode _node;
    private Mode _mode = Mode.Header;
    private int _parts = 1;
    private int _headerOctets;
    private long _lines;

    private enum Mode
    {
        Header, Body,
    }

    private MimeScanner(MessageContent content)
    {
        _content = content;
        Root = _node = new MimeNode();
    }

    private MimeNode Root { get; }

    /// <summary>Scans a message.</summary>
    public static MimeNode Scan(MessageContent content)
    {
        var scanner = new MimeScanner(content);
        scanner.Run();
        return scanner.Root;
    }

    private void Run()
    {
        var window = ArrayPool<byte>.Shared.Rent(SummaryLimits.Window);
        try
        {
            Run(window);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private void Run(byte[] window)
    {
        long windowOffset = 0;
        int filled = 0, at = 0;
        var atLineStart = true;
        byte last = 0, beforeLast = 0;
        // Octets of the line end just before the current line.
        var lineEnd = 0;
        while (true)
        {
            var rest = window.AsSpan(at, filled - at);
            if (_mode == Mode.Body && _multiparts.Count == 0 && rest.Length > 0)
            {
                // No boundary can come: lines are only counted.
                _lines += rest.Count((byte)'\n');
                last = rest[^1];
                beforeLast = 0;
                at = filled;
                rest = default;
            }

            var newline = rest.IndexOf((byte)'\n');
            if (newline < 0 && (rest.Length < window.Length || rest.IsEmpty))
            {
                if (at > 0)
                {
                    rest.CopyTo(window);
                    windowOffset += at;
                    filled -= at;
                    at = 0;
                }

                var read = filled < window.Length ? _content.Read(windowOffset + filled, window.AsSpan(filled)) : 0;
                if (read > 0)
                {
                    filled += read;
                    continue;
                }

                if (filled == 0)
                {
                    break;
                }

                rest = window.AsSpan(0, filled);
                newline = rest.IndexOf((byte)'\n');
            }

            // A whole line, or a piece of one longer than the window, or the last one without its end.
            var line = newline < 0 ? rest : rest[..(newline + 1)];
            var offset = windowOffset + at;
            at += line.Length;
            var whole = atLineStart && newline >= 0;
            if (newline >= 0)
            {
                _lines++;
            }

            if (atLineStart && line.StartsWith("--"u8) && (newline >= 0 || offset + line.Length == _content.Length)
                && FindBoundary(line, out var multipart, out var closes))
            {
                TakeBoundary(multipart, closes, offset, lineEnd, offset + line.Length, newline >= 0 ? 1 : 0);
            }
            else if (_mode == Mode.Header)
            {
                TakeHeaderLine(line, whole, offset + line.Length);
            }

            if (line.Length > 1)
            {
                beforeLast = line[^2];
            }
            else
            {
                beforeLast = last;
            }

            last = line[^1];
            lineEnd = newline < 0 ? 0 : beforeLast == '\r' ? 2 : 1;
            atLineStart = newline >= 0;
        }

        var end = windowOffset;
        if (_mode == Mode.Header)
        {
            EndHeader(end);
        }

        CloseDownTo(null, end, _lines);
    }

    private void TakeHeaderLine(ReadOnlySpan<byte> line, bool whole, long end)
    {
        var isEmpty = whole && (line.Length == 1 || line.Length == 2 && line[0] == '\r');
        _node.HeaderIsCut |= _header.WrittenCount + line.Length > SummaryLimits.HeaderOctets || _headerOctets + line.Length > SummaryLimits.AllHeaderOctets;
        if (!_node.HeaderIsCut)
        {
            _header.Write(line);
            _headerOctets += line.Length;
        }

        if (isEmpty)
        {
            EndHeader(end);
        }
    }

    private void EndHeader(long end)
    {
        var node = _node;
        node.HeaderLength = end - node.HeaderOffset;
        node.LinesBefore = _lines;
        node.TakeHeader(_header.WrittenSpan.ToArray());
        _header.ResetWrittenCount();
        _mode = Mode.Body;
        if (node.Kind == MimePartKind.Multipart && node.Boundary is not null)
        {
            _multiparts.Add(node);
        }
        else if (node.Kind == MimePartKind.Message)
        {
            Begin(node, end);
        }
    }

    private void Begin(MimeNode parent, long offset)
    {
        var child = new MimeNode { Parent = parent, Depth = parent.Depth + 1, HeaderOffset = offset };
        parent.Children.Add(child);
        _parts++;
        _node = child;
        _mode = Mode.Header;
    }

    private bool FindBoundary(ReadOnlySpan<byte> line, out MimeNode multipart, out bool closes)
    {
        var text = line[2..].TrimEnd("\r\n \t"u8);
        for (var i = _multiparts.Count - 1; i >= 0; i--)
        {
            multipart = _multiparts[i];
            if (!text.StartsWith(multipart.Boundary))
            {
                continue;
            }

            var rest = text[multipart.Boundary!.Length..];
            closes = rest.SequenceEqual("--"u8);
            if (closes || rest.IsEmpty)
            {
                // Of a multipart with too many parts only the end is looked for; the last part holds the rest.
                return closes || _parts < SummaryLimits.Parts;
            }
        }

        multipart = null!;
        closes = false;
        return false;
    }

    private void TakeBoundary(MimeNode multipart, bool closes, long offset, int lineEnd, long next, int counted)
    {
        if (_mode == Mode.Header)
        {
            // A header that no empty line ended.
            EndHeader(offset);
            if (_mode == Mode.Header)
            {
                // The header announced an embedded message, which is empty then.
                EndHeader(offset);
            }
        }

        // Lines are counted by their ends (what most servers do); the boundary's own and the one before it are not the part's.
        CloseDownTo(multipart, offset - lineEnd, _lines - counted - (lineEnd > 0 ? 1 : 0));
        if (closes)
        {
            multipart.IsClosed = true;
            _ = _multiparts.Remove(multipart);
            _node = multipart;
            _mode = Mode.Body;
        }
        else
        {
            Begin(multipart, next);
        }
    }

    /// <summary>Ends all parts within <paramref name="ancestor"/> (null: all) at an offset.</summary>
    private void CloseDownTo(MimeNode? ancestor, long end, long lines)
    {
        for (var node = _node; node is not null && node != ancestor; node = node.Parent)
        {
            // A header that a boundary cut short keeps its last line end; the parts around it take it in.
            end = Math.Max(end, node.BodyOffset);
            node.BodyLength = end - node.BodyOffset;
            node.BodyLines = node.BodyLength == 0 ? 0 : Math.Max(0, lines - node.LinesBefore);
            _ = _multiparts.Remove(node);
            if (node.Kind == MimePartKind.Multipart && node.Children.Count == 0)
            {
                // IMAP knows no multipart without parts: what it holds is shown as its one part. RFC 9051 §9, body-type-mpart.
                var only = new MimeNode { Parent = node, Depth = node.Depth + 1, HeaderOffset = node.BodyOffset, BodyLength = node.BodyLength, BodyLines = node.BodyLines };
                only.TakeHeader([]);
                only.Kind = MimePartKind.Text;
                (only.Type, only.Subtype) = ("TEXT", "PLAIN");
                node.Children.Add(only);
            }
        }
    }
}
