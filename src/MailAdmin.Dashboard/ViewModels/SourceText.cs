using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Reads octets of a message: offset, count, and what gives up.</summary>
internal delegate Task<byte[]> SourceReader(long offset, int count, CancellationToken cancellationToken);

/// <summary>The octets of a message as lines. They are fetched piece by piece as the reader goes down, so a large message costs what is looked at.</summary>
internal sealed class SourceText(long size, SourceReader read, ChangeQueue changes, BackgroundWork work)
{
    /// <summary>Octets fetched at a time.</summary>
    public const int PieceSize = 64 * 1024;

    /// <summary>Octets shown at most; whoever needs more exports the message.</summary>
    public const int MaxOctets = 4 * 1024 * 1024;

    private readonly List<byte> _line = [];
    private bool _isFetching, _wantsHeader;
    private int _headerEnd = -1, _wanted;
    private long _offset;
    private (int Width, int Count, IReadOnlyList<string> Lines)? _wrapped;

    /// <summary>Lines so far: UTF-8 where a line is that, else latin1, so that an octet is a character.</summary>
    public List<string> Lines { get; } = [];
    /// <summary>All there is to show is here.</summary>
    public bool IsComplete { get; private set; }
    /// <summary>Why it cannot be read on.</summary>
    public string? Problem { get; private set; }

    /// <summary>Lines of the header, as far as they are here.</summary>
    public IEnumerable<string> Header => _headerEnd < 0 ? Lines : Lines.Take(_headerEnd);

    /// <summary>The lines so far, wrapped to a width.</summary>
    public IReadOnlyList<string> Wrapped(int width)
    {
        if (_wrapped is not { } kept || kept.Width != width || kept.Count != Lines.Count)
        {
            _wrapped = kept = (width, Lines.Count, Lines.Count == 0 ? ["reading …"] : TextWrap.Wrap(Lines, width));
        }

        return kept.Lines;
    }

    /// <summary>Fetches until a number of lines is here, or all.</summary>
    public void Want(int lines)
    {
        _wanted = lines;
        ReadOn();
    }

    /// <summary>Fetches until the whole header is here.</summary>
    public void WantHeader()
    {
        _wantsHeader = true;
        ReadOn();
    }

    private void ReadOn()
    {
        if (IsComplete || _isFetching || Problem is not null || (Lines.Count >= _wanted && (!_wantsHeader || _headerEnd >= 0)))
        {
            return;
        }

        _isFetching = true;
        var offset = _offset;
        work.Run("reading the source", async stop =>
        {
            var piece = await read(offset, PieceSize, stop);
            changes.Post(() => Append(piece));
            return null;
        }, Fail);
    }

    private void Fail(string problem)
    {
        Problem = problem;
        Lines.Add(problem);
    }

    // An empty piece is the end.
    private void Append(byte[] piece)
    {
        _isFetching = false;
        _offset += piece.Length;
        IsComplete = piece.Length == 0 || _offset >= Math.Min(MaxOctets, size);
        foreach (var octet in piece)
        {
            if (octet == '\n')
            {
                EndLine();
            }
            else if (octet != '\r')
            {
                _line.Add(octet);
            }
        }

        if (!IsComplete)
        {
            ReadOn();
            return;
        }

        if (_line.Count > 0)
        {
            EndLine();
        }

        if (_offset < size)
        {
            Lines.Add($"… {Formats.Bytes(size - _offset)} more in the message");
        }
    }

    private void EndLine()
    {
        if (_line.Count == 0 && _headerEnd < 0)
        {
            _headerEnd = Lines.Count;
        }

        var octets = CollectionsMarshal.AsSpan(_line);
        Lines.Add((Utf8.IsValid(octets) ? Encoding.UTF8 : Encoding.Latin1).GetString(octets));
        _line.Clear();
    }
}
