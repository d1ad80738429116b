using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace MailAdmin.Module.Completion;

/// <summary>Completes sizes that mailboxes usually have, which also shows how a size is written.</summary>
public sealed class QuotaCompleter : IArgumentCompleter
{
    private static readonly string[] Sizes = ["500MB", "1GB", "2GB", "5GB", "10GB", "50GB", "Unlimited"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Sizes.Where(s => s.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase)).Select(s => new CompletionResult(s));
}
