using System.Buffers;

namespace MailAdmin.Store.Summaries;

/// <summary>A part's body without its transfer encoding, piece by piece, from the start as often as wanted.</summary>
public sealed class DecodedBody : IDisposable
{
    private const int Piece = 16 * 1024;

    private readonly MessageContent _content;
    private readonly MimePart _part;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(Piece);
    private readonly byte[] _output;
    private TransferDecoder _decoder;
    private long _at;

    /// <summary>Begins at the start of a part's body.</summary>
    public DecodedBody(MessageContent content, MimePart part)
    {
        _content = content;
        _part = part;
        _decoder = new TransferDecoder(part.Encoding);
        _output = ArrayPool<byte>.Shared.Rent(_decoder.MaxOutput(_input.Length));
    }

    /// <summary>Begins again.</summary>
    public void Restart()
    {
        _decoder = new TransferDecoder(_part.Encoding);
        _at = 0;
    }

    /// <summary>The next octets, valid until the next call; empty at the end.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        while (_at < _part.BodyLength)
        {
            var read = _content.Read(_part.BodyOffset + _at, _input.AsSpan(0, (int)Math.Min(_input.Length, _part.BodyLength - _at)));
            if (read <= 0)
            {
                throw new EndOfStreamException();
            }

            _at += read;
            var length = _decoder.Decode(_input, 0, read, _output);
            if (length > 0)
            {
                return _output.AsMemory(0, length);
            }
        }

        return _output.AsMemory(0, _decoder.Finish(_output));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_input);
        ArrayPool<byte>.Shared.Return(_output);
    }
}
