using System.Text;

namespace MailAdmin.Console.Hosting;

/// <summary>
/// A standard stream that the program outlasts: what cannot be written (a full disk, a terminal that is gone, a stream that was closed) is dropped. Whoever would be told of it
/// is who cannot be reached.
/// </summary>
internal sealed class LastingWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    private long _failures;

    /// <summary>Writes that came to nothing.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            Interlocked.Increment(ref _failures);
        }
    }

    /// <inheritdoc/>
    public override void WriteLine() => Write(Environment.NewLine);

    /// <summary>One write, so that lines of several threads stay whole.</summary>
    public override void WriteLine(string? value) => Write(value + Environment.NewLine);

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            Interlocked.Increment(ref _failures);
        }
    }

    // The runtime tells a closed descriptor as a lack of rights.
    private static bool IsUnreachable(Exception e) => e is IOException or UnauthorizedAccessException or ObjectDisposedException;
}
