using System.Buffers;
using System.Buffers.Text;
using MimeKit.Encodings;

namespace MailAdmin.Store.Summaries;

/// <summary>Decodes a body's Content-Transfer-Encoding piece by piece. Holds a few octets of state, never the body.</summary>
public sealed class TransferDecoder
{
    private static readonly SearchValues<byte> Base64Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private readonly IMimeDecoder? _decoder;
    // RFC 2045 §6.7 (3): blanks at the end of a line came on the way and are no part of the content. MimeKit leaves them.
    private readonly TrailingBlanks? _blanks;
    private byte[] _stripped = [];
    // Base64 that ends without its padding: MimeKit waits for the rest of the four characters, which never comes.
    private readonly byte[]? _quantum;
    private int _inQuantum;

    /// <summary>A decoder for an encoding; what is not encoded, or in a way nobody knows, passes as it is.</summary>
    public TransferDecoder(TransferEncoding encoding)
    {
        _decoder = encoding switch
        {
            TransferEncoding.Base64 => new Base64Decoder(),
            TransferEncoding.QuotedPrintable => new QuotedPrintableDecoder(),
            _ => null,
        };
        _blanks = encoding == TransferEncoding.QuotedPrintable ? new TrailingBlanks() : null;
        _quantum = encoding == TransferEncoding.Base64 ? new byte[4] : null;
    }

    /// <summary>Output never is longer than this for an input of so many octets.</summary>
    public int MaxOutput(int input) => _decoder?.EstimateOutputLength(input + (_blanks is null ? 0 : TrailingBlanks.Longest)) ?? input;

    /// <summary>Decodes the next octets; returns how many it wrote.</summary>
    public int Decode(byte[] input, int start, int count, byte[] output)
    {
        if (_decoder is null)
        {
            input.AsSpan(start, count).CopyTo(output);
            return count;
        }

        if (_blanks is not null)
        {
            if (_stripped.Length < count + TrailingBlanks.Longest)
            {
                _stripped = new byte[count + TrailingBlanks.Longest];
            }

            count = _blanks.Strip(input.AsSpan(start, count), _stripped);
            (input, start) = (_stripped, 0);
        }

        Follow(input.AsSpan(start, count));
        return _decoder.Decode(input, start, count, output);
    }

    /// <summary>Writes what the end of the body leaves open: the octets of a last base64 group without padding. Returns how many, at most two.</summary>
    public int Finish(byte[] output)
    {
        var open = _inQuantum;
        _inQuantum = 0;
        if (_quantum is null || open < 2)
        {
            return 0;
        }

        _quantum.AsSpan(open).Fill((byte)'=');
        return Base64.DecodeFromUtf8(_quantum, output, out _, out var written) == OperationStatus.Done ? written : 0;
    }

    private void Follow(ReadOnlySpan<byte> input)
    {
        if (_quantum is null)
        {
            return;
        }

        while (!input.IsEmpty)
        {
            var end = input.IndexOfAnyExcept(Base64Characters);
            var run = end < 0 ? input : input[..end];
            // Whole groups are passed over; what is left fills the group anew.
            foreach (var octet in run[(run.Length > 4 ? (run.Length - 4) & ~3 : 0)..])
            {
                _quantum[_inQuantum] = octet;
                _inQuantum = (_inQuantum + 1) & 3;
            }

            _inQuantum = end >= 0 && input[end] == '=' ? 0 : _inQuantum;
            input = end < 0 ? default : input[(end + 1)..];
        }
    }
}
