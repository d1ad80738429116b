using System.Globalization;
using System.Management.Automation;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Takes what people write for a quota: 2GB, "500 MB" (as from a CSV file), Unlimited. 0 stands for no quota.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class QuotaAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not string text)
        {
            return LanguagePrimitives.TryConvertTo<long>(inputData, CultureInfo.InvariantCulture, out var octets) && octets < 0 ? throw Refused(inputData) : inputData;
        }

        text = text.Replace(" ", "", StringComparison.Ordinal);
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Equals("unlimited", StringComparison.OrdinalIgnoreCase))
        {
            return 0L;
        }

        // PowerShell's own suffixes, powers of 1024.
        var units = new (string Suffix, long Octets)[] { ("PB", 1L << 50), ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1), ("", 1) };
        var (suffix, unit) = units.First(u => text.EndsWith(u.Suffix, StringComparison.OrdinalIgnoreCase));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * unit <= long.MaxValue
            ? (long)(number * unit)
            : throw Refused(inputData);
    }

    private static ArgumentTransformationMetadataException Refused(object input) => new($"'{input}' is not a size. Write it such as 500MB or 2GB, or Unlimited.");
}
