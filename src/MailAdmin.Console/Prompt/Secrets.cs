using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Text.RegularExpressions;

namespace MailAdmin.Console.Prompt;

/// <summary>
/// Tells a command that holds a secret from others: by its words, and by what the engine would bind. A string that is written where a parameter takes a secret
/// is one, whether the parameter is named, shortened or meant by its place.
/// </summary>
internal static partial class Secrets
{
    /// <summary>True for a text that is better not kept on disk.</summary>
    public static bool AreIn(string text) =>
        Words().IsMatch(text) || Parser.ParseInput(text, out _, out _).FindAll(a => a is CommandAst, searchNestedScriptBlocks: true).Any(a => HasSecret((CommandAst)a));

    private static bool HasSecret(CommandAst command)
    {
        if (command.GetCommandName() is null)
        {
            return false;
        }

        // Commands are known to the runspace of the prompt; without one, parameters have the names that are written.
        var bound = StaticParameterBinder.BindCommand(command, resolve: Runspace.DefaultRunspace is not null);
        return bound.BoundParameters.Any(p => TakesSecret(p.Key, p.Value.Parameter?.ParameterType) && IsWritten(p.Value))
            // What the engine cannot bind, it refuses: but it was typed.
            || (bound.BindingExceptions.Count > 0 && command.CommandElements.OfType<CommandParameterAst>().Any(p => "Password".StartsWith(p.ParameterName, StringComparison.OrdinalIgnoreCase)));
    }

    private static bool TakesSecret(string name, Type? type) =>
        type == typeof(SecureString) || name.Contains("Password", StringComparison.OrdinalIgnoreCase) || name.Equals("AsPlainText", StringComparison.OrdinalIgnoreCase)
        || IsShortForPassword(name);

    // -p alone means many things (-Port, mkdir -p); where it means the password, the engine says so.
    private static bool IsShortForPassword(string name) => name.Length > 1 && "Password".StartsWith(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsWritten(ParameterBindingResult value) =>
        value.ConstantValue is not null || value.Value?.Find(a => a is StringConstantExpressionAst or ExpandableStringExpressionAst, searchNestedScriptBlocks: true) is not null;

    [GeneratedRegex("passw|secret|token|api-?key|asplaintext|credential.*::new", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
