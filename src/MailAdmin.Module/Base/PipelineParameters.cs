using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;

namespace MailAdmin.Module.Base;

/// <summary>
/// The parameters of one running cmdlet that the pipeline can bind, and what they held before it brought anything: what was typed, or the default.
/// </summary>
internal sealed class PipelineParameters
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Whole = new();

    private readonly PSCmdlet _cmdlet;
    private readonly (PropertyInfo Property, object? Before)[] _others;

    private PipelineParameters(PSCmdlet cmdlet, IEnumerable<PropertyInfo> others)
    {
        _cmdlet = cmdlet;
        _others = [.. others.Select(p => (p, p.GetValue(cmdlet)))];
    }

    /// <summary>Before the first item: the parameters besides <paramref name="parameter"/>; null where nothing will come for that one.</summary>
    public static PipelineParameters? Besides(string parameter, PSCmdlet cmdlet)
    {
        var typed = cmdlet.MyInvocation.BoundParameters;
        var known = Known.GetOrAdd(cmdlet.GetType(), static type => Find(type, a => a.ValueFromPipeline || a.ValueFromPipelineByPropertyName));
        return cmdlet.MyInvocation.ExpectingInput && !typed.ContainsKey(parameter) && Array.Exists(known, p => p.Name == parameter)
            ? new PipelineParameters(cmdlet, known.Where(p => p.Name != parameter && !typed.ContainsKey(p.Name)))
            : null;
    }

    /// <summary>
    /// A parameter that holds a whole row of a file as one text, <c>@{Column=value; …}</c>: the binder presses it in where no column has one of the parameter's names.
    /// </summary>
    /// <returns>The names it goes by and the row's text; null where that is not so.</returns>
    public static (IReadOnlyList<string> Names, string Row)? TookWhole(PSCmdlet cmdlet)
    {
        foreach (var property in Whole.GetOrAdd(cmdlet.GetType(), static type => Find(type, a => a.ValueFromPipeline)))
        {
            var text = property.GetValue(cmdlet) switch
            {
                string one => one,
                string[] and [var only] => only,
                _ => null,
            };
            if (text?.StartsWith("@{", StringComparison.Ordinal) == true && text.EndsWith('}'))
            {
                return ([property.Name, .. property.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? []], text);
            }
        }

        return null;
    }

    /// <summary>Whether the item of this moment bound anything.</summary>
    public bool BoundAny() => _others.Any(o => _cmdlet.MyInvocation.BoundParameters.ContainsKey(o.Property.Name));

    /// <summary>Takes back what the item of this moment bound; returns the mandatory parameters that have nothing then.</summary>
    public IReadOnlyList<string> TakeBack()
    {
        foreach (var (property, before) in _others)
        {
            property.SetValue(_cmdlet, before);
            _cmdlet.MyInvocation.BoundParameters.Remove(property.Name);
        }

        return [.. _others.Where(o => IsMandatory(o.Property)).Select(o => o.Property.Name)];
    }

    private bool IsMandatory(PropertyInfo property) => property.GetCustomAttributes<ParameterAttribute>()
        .Any(a => a.Mandatory && (a.ParameterSetName == ParameterAttribute.AllParameterSets || a.ParameterSetName == _cmdlet.ParameterSetName));

    private static PropertyInfo[] Find(Type cmdlet, Func<ParameterAttribute, bool> wanted) =>
        [.. cmdlet.GetProperties().Where(p => p.GetCustomAttributes<ParameterAttribute>().Any(wanted))];
}
