using System.Globalization;
using System.Management.Automation;

namespace MailAdmin.Module.Routing;

/// <summary>Which server is meant: none said, one by its name, or just this one, whatever others of its name there are.</summary>
internal readonly record struct ServerChoice(string? Name, MailServerInfo? Exact = null)
{
    /// <summary>What a person gave: a name, or a server as Get-MailServer gives it (also one that has been through a job).</summary>
    public static ServerChoice Of(object? given)
    {
        var value = given is PSObject wrapped ? wrapped.BaseObject : given;
        return value switch
        {
            null => default,
            MailServerInfo server => new ServerChoice(server.Name, server),
            PSCustomObject when ((PSObject)given!).Properties["Name"]?.Value is { } name => new ServerChoice(Convert.ToString(name, CultureInfo.InvariantCulture)),
            _ => new ServerChoice(LanguagePrimitives.ConvertTo<string>(value)),
        };
    }

    /// <inheritdoc/>
    public override string? ToString() => Name;
}
