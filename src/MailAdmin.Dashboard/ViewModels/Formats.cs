using System.Globalization;
using System.Numerics;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Numbers as a person reads them; every one carries its unit. Culture-free, so that a column keeps its width everywhere.</summary>
internal static class Formats
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary><c>912 B</c>, <c>4.1 kB</c>, <c>1.2 GB</c>; steps of 1,024, as PowerShell's own suffixes have.</summary>
    public static string Bytes(double octets)
    {
        var unit = 0;
        while (octets >= 999.5 && unit < Units.Length - 1)
        {
            octets /= 1024;
            unit++;
        }

        var format = unit == 0 || octets >= 9.95 ? "0" : "0.0";
        return octets.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>A count with its unit per second: <c>0.4 msg/s</c>, <c>84 cmd/s</c>.</summary>
    public static string Rate(double perSecond, string unit) =>
        perSecond.ToString(perSecond is > 0 and < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + unit + "/s";

    /// <summary>Octets per second.</summary>
    public static string ByteRate(double perSecond) => Bytes(perSecond) + "/s";

    /// <summary>Whole numbers with thin grouping: <c>12,345</c>.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary><c>1 session</c>, <c>2 sessions</c>.</summary>
    public static string Count(long value, string noun) => Count(value) + " " + noun + (value == 1 ? "" : noun.EndsWith('x') ? "es" : "s");

    /// <summary>Age of a session: <c>0:00:41</c>, <c>3d 04:12</c>.</summary>
    public static string Age(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Max(0, seconds));
        return time.TotalDays >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays}d {time.Hours:00}:{time.Minutes:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Hours}:{time.Minutes:00}:{time.Seconds:00}");
    }

    /// <summary>A short span: <c>9s</c>, <c>4m</c>, <c>2h 10m</c>, <c>61d</c>.</summary>
    public static string Span(TimeSpan span)
    {
        span = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        return span switch
        {
            { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds}s"),
            { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m"),
            { TotalHours: < 24 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h {span.Minutes:00}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays}d"),
        };
    }

    /// <summary>A span for a column: the largest unit only, four cells at most below 1,000 days.</summary>
    public static string Short(TimeSpan span) =>
        span.TotalHours is >= 1 and < 24 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h") : Span(span);

    /// <summary>How long ago something was, in the observer's words: <c>4m ago</c>, <c>never</c>.</summary>
    public static string Ago(DateTimeOffset? at, DateTimeOffset now) => at is { } then ? Span(now - then) + " ago" : "never";

    /// <summary>Share of a whole as a percentage; empty where there is no whole.</summary>
    public static string Percent(double part, double whole) =>
        whole > 0 ? Math.Clamp(part / whole * 100, 0, 999).ToString("0", CultureInfo.InvariantCulture) + "%" : "";

    /// <summary>Time of day in the observer's zone.</summary>
    public static string Clock(DateTimeOffset at, TimeZoneInfo zone, bool milliseconds = false) =>
        TimeZoneInfo.ConvertTime(at, zone).ToString(milliseconds ? "HH:mm:ss.fff" : "HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Date and time of day in the observer's zone.</summary>
    public static string DateTime(DateTimeOffset? at, TimeZoneInfo zone) =>
        at is { } then ? TimeZoneInfo.ConvertTime(then, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "–";

    /// <summary>A quota as people type it: <c>2GB</c>, <c>500 MB</c>, <c>1.5g</c>, plain octets; empty or 0 for none. Null where it is none of these.</summary>
    public static long? ParseBytes(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return 0;
        }

        var digits = text.TrimEnd("kKmMgGtTbBiI ".ToCharArray());
        var suffix = text[digits.Length..].Trim().ToLowerInvariant().Replace("i", "", StringComparison.Ordinal).TrimEnd('b');
        var power = suffix switch { "" => 0, "k" => 1, "m" => 2, "g" => 3, "t" => 4, _ => -1 };
        // No more than octets can be, so that nothing overflows below.
        if (power < 0 || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue)
        {
            return null;
        }

        var octets = number * (1L << (10 * power));
        return octets <= long.MaxValue ? (long)octets : null;
    }

    /// <summary>Octets to the last one as <see cref="ParseBytes"/> reads them: <c>2GB</c>, <c>1536MB</c>, and plain where no unit divides them.</summary>
    public static string ExactBytes(long octets)
    {
        var power = octets == 0 ? 0 : Math.Min(BitOperations.TrailingZeroCount(octets) / 10, 4);
        return (octets >> (10 * power)).ToString(CultureInfo.InvariantCulture) + (power == 0 ? "" : Units[power].ToUpperInvariant());
    }
}
