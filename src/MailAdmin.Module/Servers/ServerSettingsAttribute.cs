using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace MailAdmin.Module.Servers;

/// <summary>Makes settings of a hashtable whose keys are the names of <see cref="MailServerSettings"/>'s members.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServerSettingsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not IDictionary table)
        {
            return inputData;
        }

        var members = typeof(MailServerSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var settings = new MailServerSettings();
        foreach (DictionaryEntry entry in table)
        {
            var name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "";
            if (!members.TryGetValue(name, out var member))
            {
                throw new ArgumentTransformationMetadataException($"There is no setting '{name}'. The settings are: {string.Join(", ", members.Keys.Order(StringComparer.Ordinal))}.");
            }

            member.SetValue(settings, member.PropertyType == typeof(IReadOnlyDictionary<string, long>) && entry.Value is IDictionary limits
                ? LimitTable.Read(limits)
                : member.PropertyType == typeof(IReadOnlyList<string>)
                    ? LanguagePrimitives.ConvertTo<string[]>(entry.Value)
                    : Convertible(entry.Value, member));
        }

        return settings;
    }

    private static object? Convertible(object? value, PropertyInfo member) =>
        LanguagePrimitives.TryConvertTo(value, member.PropertyType, CultureInfo.InvariantCulture, out var converted)
            ? converted
            : throw new ArgumentTransformationMetadataException($"'{value}' is no value for the setting {member.Name}.");
}
