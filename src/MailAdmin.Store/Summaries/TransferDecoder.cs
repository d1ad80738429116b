using MimeKit.Encodings;

namespace MailAdmin.Store.Summaries;

/// <summary>Decodes a body's Content-Transfer-Encoding piece by piece. Holds a few octets of state, never the body.</summary>
public sealed class TransferDecoder
{
    private readonly IMimeDecoder? _decoder;
    // RFC 2045 §6.7 (3): blanks at the end of a line came on the way and are no part of the content. MimeKit leaves them.
    private readonly TrailingBlanks? _blanks;
    private byte[] _stripped = [];

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

        return _decoder.Decode(input, start, count, output);
    }
}
