using System.Globalization;

namespace MailAdmin.Display;

/// <summary>Octets as a person says them, with PowerShell's suffixes (powers of 1024). For questions and the format views only.</summary>
public static class Sizes
{
    /// <summary>1536 is "1.5 KB".</summary>
    public static string Readable(long octets)
    {
        ReadOnlySpan<string> units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
        double value = octets;
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{octets} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }
}
