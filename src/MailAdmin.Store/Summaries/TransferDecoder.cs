using MimeKit.Encodings;

namespace MailAdmin.Store.Summaries;

/// <summary>Decodes a body's Content-Transfer-Encoding piece by piece. Holds a few octets of state, never the body.</summary>
public sealed class TransferDecoder
{
    private readonly IMimeDecoder? _decoder;

    /// <summary>A decoder for an encoding; what is not encoded, or in a way nobody knows, passes as it is.</summary>
    public TransferDecoder(TransferEncoding encoding) => _decoder = encoding switch
    {
        TransferEncoding.Base64 => new Base64Decoder(),
        TransferEncoding.QuotedPrintable => new QuotedPrintableDecoder(),
        _ => null,
    };

    /// <summary>Output never is longer than this for an input of so many octets.</summary>
    public int MaxOutput(int input) => _decoder?.EstimateOutputLength(input) ?? input;

    /// <summary>Decodes the next octets; returns how many it wrote.</summary>
    public int Decode(byte[] input, int start, int count, byte[] output)
    {
        if (_decoder is null)
        {
            input.AsSpan(start, count).CopyTo(output);
            return count;
        }

        return _decoder.Decode(input, start, count, output);
    }
}
