using System.Collections;
using System.Globalization;
using System.Management.Automation;
using MailAdmin.Errors;

namespace MailAdmin.Module.Servers;

/// <summary>Reads limits from a hashtable: names to whole numbers.</summary>
internal static class LimitTable
{
    /// <exception cref="MailAdminException"><c>InvalidLimit</c>.</exception>
    public static Dictionary<string, long> Read(IDictionary table)
    {
        var limits = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in table)
        {
            var name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "";
            limits[name] = LanguagePrimitives.TryConvertTo<long>(entry.Value, CultureInfo.InvariantCulture, out var value) && value >= 0
                ? value
                : throw new MailAdminException("InvalidLimit", MailErrorCategory.InvalidArgument, $"'{entry.Value}' is no value for the limit {name}.", entry.Value, "Give a whole number; see about_MailAdmin_Limits.");
        }

        return limits;
    }
}
