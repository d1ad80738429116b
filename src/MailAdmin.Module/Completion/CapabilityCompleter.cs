using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Module.Completion;

/// <summary>Completes the capabilities that can be switched off.</summary>
public sealed class CapabilityCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CapabilityNames.All.Where(name => name.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase)).Select(name => new CompletionResult(name));
}
