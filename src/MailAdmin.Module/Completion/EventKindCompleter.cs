using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace MailAdmin.Module.Completion;

/// <summary>Completes the kinds of events.</summary>
public sealed class EventKindCompleter : IArgumentCompleter
{
    private static readonly string[] Kinds =
    [
        "Delivered", "Refused", "Queued", "Relayed", "Deferred", "Bounced", "LoginSucceeded", "LoginFailed", "SessionOpened", "SessionClosed", "ConnectionRefused", "MessageAdded", "FlagsChanged", "Expunged",
        "FolderChanged", "MailboxChanged", "ServerStateChanged", "ServerChanged", "Warning", "Error",
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Kinds.Where(k => k.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase)).Select(k => new CompletionResult(k));
}
