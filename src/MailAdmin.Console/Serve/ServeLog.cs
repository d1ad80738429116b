using System.Globalization;
using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Serve;

/// <summary>
/// The log of <c>serve</c>: one line per event on standard error. A line that cannot be written is dropped and ends nothing; the first that can be written again is preceded by how
/// many were lost.
/// </summary>
internal static class ServeLog
{
    private static long _lost;

    /// <summary>Writes a line of now.</summary>
    public static void Write(string severity, string text) => Write(DateTimeOffset.UtcNow, severity, text);

    /// <summary>Writes a line. From one thread at a time.</summary>
    public static void Write(DateTimeOffset at, string severity, string text)
    {
        if (_lost > 0 && TryWrite(string.Create(CultureInfo.InvariantCulture, $"{Environment.NewLine}{Line(DateTimeOffset.UtcNow, "warning", $"{_lost} lines of this log could not be written and are lost")}")))
        {
            _lost = 0;
        }

        if (!TryWrite(Line(at, severity, text)))
        {
            _lost++;
        }
    }

    private static bool TryWrite(string line)
    {
        var failures = StandardStreams.Error.Failures;
        StandardStreams.Error.WriteLine(line);
        return StandardStreams.Error.Failures == failures;
    }

    // What a peer sends may be in an event; a line of the log stays one line.
    private static string Line(DateTimeOffset at, string severity, string text) => string.Create(CultureInfo.InvariantCulture,
        $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {severity.ToLowerInvariant()} {new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)])}");
}
