using System.Reflection;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Hosting;

/// <summary>Limits as settings give them: by the name of a member of <see cref="ServerLimits"/>, any case; times in milliseconds.</summary>
internal static class LimitsByName
{
    /// <summary>The limits with those given replaced.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidSettings</c>: no such limit, or not a value for it.</exception>
    public static ServerLimits Apply(ServerLimits limits, IReadOnlyDictionary<string, long> given)
    {
        if (given.Count == 0)
        {
            return limits;
        }

        var result = limits with { };
        foreach (var (name, value) in given)
        {
            var member = typeof(ServerLimits).GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase);
            if (member is null || !member.CanWrite)
            {
                throw ServerErrors.InvalidSettings($"There is no limit '{name}'.", name, $"The limits are {string.Join(", ", Names)}.");
            }

            var most = member.PropertyType == typeof(long) ? ServerLimits.MostOctets : int.MaxValue;
            if (value < 1 || value > most)
            {
                throw ServerErrors.InvalidSettings(
                    $"{value} is not a value for the limit '{member.Name}'.", value, $"Limits are whole numbers from 1; times are in milliseconds. This one goes up to {most}.");
            }

            object converted = member.PropertyType == typeof(TimeSpan) ? TimeSpan.FromMilliseconds(value) : member.PropertyType == typeof(int) ? (object)(int)value : value;
            member.SetValue(result, converted);
        }

        return result;
    }

    /// <summary>Limits given one after the other: the later go before.</summary>
    public static IReadOnlyDictionary<string, long> Merge(IReadOnlyDictionary<string, long> earlier, IReadOnlyDictionary<string, long> later)
    {
        var merged = new Dictionary<string, long>(earlier, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in later)
        {
            merged[name] = value;
        }

        return merged;
    }

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => typeof(ServerLimits).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanWrite).Select(p => p.Name);
}
