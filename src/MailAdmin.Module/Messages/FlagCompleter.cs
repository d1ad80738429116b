using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace MailAdmin.Module.Messages;

/// <summary>Completes flags and the keywords that are registered for all clients.</summary>
public sealed class FlagCompleter : IArgumentCompleter
{
    /// <summary>RFC 9051 §2.3.2.</summary>
    internal static readonly string[] SystemFlags = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"];

    /// <summary>Seen means \\Seen: nobody should have to know which of the names take a backslash. RFC 9051 §2.3.2.</summary>
    internal static string[] Named(string[]? flags) => [.. (flags ?? []).Select(f => SystemFlags.FirstOrDefault(s => s[1..].Equals(f.TrimStart('\\'), StringComparison.OrdinalIgnoreCase)) ?? f)];

    private static readonly string[] Offered = ["Seen", "Answered", "Flagged", "Deleted", "Draft", "$Forwarded", "$MDNSent", "$Junk", "$NotJunk", "$Phishing"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'');
        return Offered
            .Where(f => f.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(f => new CompletionResult(f[0] == '$' ? $"'{f}'" : f, f, CompletionResultType.ParameterValue, f));
    }
}
