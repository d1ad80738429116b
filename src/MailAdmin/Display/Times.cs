using System.Globalization;

namespace MailAdmin.Display;

/// <summary>Moments as a person reads them, in this machine's time and the same in every culture. For the format views only.</summary>
public static class Times
{
    /// <summary>The moment in <paramref name="format"/>; empty where there is none.</summary>
    /// <param name="moment">A DateTimeOffset, or what PowerShell makes of one on its way out of a job or a file, whose text is one in the invariant culture.</param>
    /// <param name="format">As of DateTimeOffset.ToString.</param>
    public static string Local(object? moment, string format = "yyyy-MM-dd HH:mm") => moment switch
    {
        DateTimeOffset known => known.LocalDateTime.ToString(format, CultureInfo.InvariantCulture),
        _ when DateTimeOffset.TryParse(moment?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) => Local(read, format),
        _ => "",
    };
}
