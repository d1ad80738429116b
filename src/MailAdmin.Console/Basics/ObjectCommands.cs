using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace MailAdmin.Console.Basics;

/// <summary>Select-Object</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObject : PSCmdlet
{
    private readonly Queue<PSObject> _last = new();
    private readonly HashSet<string> _seen = [];
    private int _count;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Names, wildcards, or @{ Name = …; Expression = { … } }.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>The value of this property in place of the object.</summary>
    [Parameter]
    public string? ExpandProperty { get; set; }

    /// <summary>So many from the beginning.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    /// <summary>So many from the end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Last { get; set; }

    /// <summary>So many left out at the beginning.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>Each one once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || _count++ < Skip || (long)_count > (long)Skip + First)
        {
            return;
        }

        if (Last > 0)
        {
            _last.Enqueue(InputObject);
            if (_last.Count > Last)
            {
                _last.Dequeue();
            }

            return;
        }

        Put(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var item in _last)
        {
            Put(item);
        }
    }

    private void Put(PSObject item)
    {
        object? result = ExpandProperty is not null ? item.Properties[ExpandProperty]?.Value : Property.Length > 0 ? Pick(item) : item;
        if (!Unique || _seen.Add(Text(result)))
        {
            WriteObject(result, enumerateCollection: ExpandProperty is not null);
        }
    }

    private PSObject Pick(PSObject item)
    {
        var picked = new PSObject();
        foreach (var (name, expression) in Property.Select(PropertyExpressions.Read))
        {
            foreach (var resolved in name is null ? expression.ResolveNames(item) : [expression])
            {
                var value = resolved.GetValues(item).FirstOrDefault()?.Result;
                var key = name ?? resolved.ToString();
                if (picked.Properties[key] is null)
                {
                    picked.Properties.Add(new PSNoteProperty(key, value));
                }
            }
        }

        return picked;
    }

    private static string Text(object? value) => value is PSObject { BaseObject: PSCustomObject } custom
        ? string.Join('\u001F', custom.Properties.Select(p => $"{p.Name}={p.Value}"))
        : value?.ToString() ?? "";
}

/// <summary>Sort-Object</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObject : PSCmdlet
{
    private readonly List<PSObject> _all = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What to sort by: names or expressions.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>The greatest first.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _all.Add(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var expressions = Property.Select(p => PropertyExpressions.Read(p).Expression).ToList();
        object?[] Keys(PSObject item) => expressions.Count == 0 ? [item.BaseObject] : [.. expressions.Select(e => e.GetValues(item).FirstOrDefault()?.Result)];
        var by = Comparer<object?[]>.Create((a, b) => a.Zip(b).Select(p => Compare(p.First, p.Second)).FirstOrDefault(c => c != 0));
        WriteObject(Descending ? _all.OrderByDescending(Keys, by) : _all.OrderBy(Keys, by), enumerateCollection: true);
    }

    private static int Compare(object? a, object? b) => LanguagePrimitives.TryCompare(a, b, ignoreCase: true, CultureInfo.CurrentCulture, out var order)
        ? order : string.Compare(a?.ToString(), b?.ToString(), StringComparison.OrdinalIgnoreCase);
}

/// <summary>Measure-Object</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object")]
public sealed class MeasureObject : PSCmdlet
{
    private readonly List<double> _values = [];
    private int _count;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The property to measure; the object itself where none is given.</summary>
    [Parameter(Position = 0)]
    public string? Property { get; set; }

    /// <summary>Adds up.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>Mean.</summary>
    [Parameter]
    public SwitchParameter Average { get; set; }

    /// <summary>Greatest.</summary>
    [Parameter]
    public SwitchParameter Maximum { get; set; }

    /// <summary>Least.</summary>
    [Parameter]
    public SwitchParameter Minimum { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        _count++;
        var value = Property is null ? InputObject : InputObject.Properties[Property]?.Value;
        if ((Sum || Average || Maximum || Minimum) && value is not null)
        {
            if (LanguagePrimitives.TryConvertTo<double>(value, CultureInfo.InvariantCulture, out var number))
            {
                _values.Add(number);
            }
            else
            {
                WriteError(new ErrorRecord(new PSInvalidCastException($"'{value}' is not a number."), "NotANumber", ErrorCategory.InvalidData, value));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var result = new PSObject();
        void Add(string name, object? value) => result.Properties.Add(new PSNoteProperty(name, value));
        Add("Count", _count);
        Add("Average", Average && _values.Count > 0 ? _values.Average() : null);
        Add("Sum", Sum ? _values.Sum() : null);
        Add("Maximum", Maximum && _values.Count > 0 ? _values.Max() : null);
        Add("Minimum", Minimum && _values.Count > 0 ? _values.Min() : null);
        Add("Property", Property);
        WriteObject(result);
    }
}

/// <summary>Reads what -Property takes.</summary>
internal static class PropertyExpressions
{
    /// <summary>A name, a script block, or a table with Name and Expression; the name is null where the property's own is used.</summary>
    public static (string? Name, PSPropertyExpression Expression) Read(object property)
    {
        var value = property is PSObject wrapped ? wrapped.BaseObject : property;
        if (value is IDictionary table)
        {
            object? Get(params string[] names) => table.Keys.Cast<object>().Where(k => names.Any(n => n.Equals(k.ToString(), StringComparison.OrdinalIgnoreCase))).Select(k => table[k]).FirstOrDefault();
            var (name, expression) = (Get("Name", "N", "Label", "L")?.ToString(), Get("Expression", "E"));
            return (name ?? expression?.ToString(), One(expression is PSObject inner ? inner.BaseObject : expression));
        }

        return (value is ScriptBlock script ? script.ToString().Trim() : null, One(value));
    }

    private static PSPropertyExpression One(object? value) => value is ScriptBlock script ? new PSPropertyExpression(script) : new PSPropertyExpression(value?.ToString() ?? "");
}
