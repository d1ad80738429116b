namespace MailAdmin.Benchmarks;

/// <summary>A measurement or a long run (fuzzing, kill test) that is started by its name.</summary>
internal interface IBenchmarkVerb
{
    /// <summary>What to type.</summary>
    string Name { get; }

    /// <summary>Options with their defaults, and what is printed, in one line.</summary>
    string Usage { get; }

    /// <summary>Runs to its end; the exit code.</summary>
    Task<int> RunAsync(BenchmarkOptions options);
}

/// <summary><c>--name value</c> pairs; a name without a value is a switch.</summary>
internal sealed class BenchmarkOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public BenchmarkOptions(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{arguments[i]}' is not an option; options begin with --.");
            }

            var hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            _values[arguments[i][2..]] = hasValue ? arguments[++i] : "true";
        }
    }

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);
    public bool Switch(string name) => _values.ContainsKey(name);

    public long Number(string name, long otherwise) =>
        !_values.TryGetValue(name, out var text) ? otherwise
        : long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value
        : throw new ArgumentException($"--{name} takes a whole number, not '{text}'.");
}
