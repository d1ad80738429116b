using System.Text;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The octets of a message as lines. They come piece by piece as the reader goes down, so a large message costs what is looked at.</summary>
internal sealed class SourceText(long size)
{
    /// <summary>Octets fetched at a time.</summary>
    public const int PieceSize = 64 * 1024;

    /// <summary>Octets shown at most; whoever needs more exports the message.</summary>
    public const int MaxOctets = 4 * 1024 * 1024;

    private readonly StringBuilder _line = new();
    private bool _isFetching;
    private int _headerEnd = -1;
    private (int Width, int Count, IReadOnlyList<string> Lines)? _wrapped;

    /// <summary>Lines so far, latin1 where not ASCII, so that an octet is a character.</summary>
    public List<string> Lines { get; } = [];
    /// <summary>Octets fetched.</summary>
    public long Offset { get; private set; }
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

    /// <summary>As <see cref="WantsMore"/>, for the end of the header.</summary>
    public bool WantsHeader() => _headerEnd < 0 && WantsMore(int.MaxValue);

    /// <summary>True where it should be read on to show the lines up to <paramref name="line"/>. Turns false until the piece came.</summary>
    public bool WantsMore(int line)
    {
        if (IsComplete || _isFetching || Problem is not null || line < Lines.Count)
        {
            return false;
        }

        return _isFetching = true;
    }

    /// <summary>It could not be read on.</summary>
    public void Fail(string problem)
    {
        Problem = problem;
        Lines.Add(problem);
    }

    /// <summary>A piece came; an empty one is the end.</summary>
    public void Append(byte[] piece)
    {
        _isFetching = false;
        Offset += piece.Length;
        IsComplete = piece.Length == 0 || Offset >= Math.Min(MaxOctets, size);
        foreach (var octet in piece)
        {
            if (octet == '\n')
            {
                EndLine();
            }
            else if (octet != '\r')
            {
                _line.Append((char)octet);
            }
        }

        if (!IsComplete)
        {
            return;
        }

        if (_line.Length > 0)
        {
            EndLine();
        }

        if (Offset < size)
        {
            Lines.Add($"… {Formats.Bytes(size - Offset)} more in the message");
        }
    }

    private void EndLine()
    {
        if (_line.Length == 0 && _headerEnd < 0)
        {
            _headerEnd = Lines.Count;
        }

        Lines.Add(_line.ToString());
        _line.Clear();
    }
}
