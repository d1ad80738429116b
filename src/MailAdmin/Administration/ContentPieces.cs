using System.Runtime.CompilerServices;

namespace MailAdmin.Administration;

/// <summary>Makes the pieces in which a message's content travels to <see cref="IMailAdministration.ImportMessageAsync"/>.</summary>
public static class ContentPieces
{
    /// <summary>Octets of a piece: large enough that a round trip for each costs little, small enough to be forgotten.</summary>
    public const int PieceOctets = 256 * 1024;

    /// <summary>Reads a stream to its end. The stream stays open.</summary>
    public static async IAsyncEnumerable<byte[]> ReadAsync(Stream content, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var buffer = new byte[PieceOctets];
        while (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var count)
        {
            // A copy: the reader may still hold this piece while the next is read.
            yield return buffer[..count];
        }
    }

    /// <summary>Content that is in memory already, as one piece.</summary>
    public static async IAsyncEnumerable<byte[]> Of(byte[] content)
    {
        await Task.CompletedTask;
        yield return content;
    }
}
