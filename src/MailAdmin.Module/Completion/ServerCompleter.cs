using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MailAdmin.Administration;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Completion;

/// <summary>Base of the completers that ask the server: bounded in time and number, and silent where there is nothing to ask.</summary>
public abstract class AdministrationCompleter : IArgumentCompleter
{
    private const int MostResults = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var word = (wordToComplete ?? "").Trim('\'', '"');
        var bound = new Hashtable(fakeBoundParameters, StringComparer.OrdinalIgnoreCase);
        using var patience = new CancellationTokenSource(Patience);
        var token = patience.Token;
        try
        {
            if (bound["StorePath"]?.ToString() is { } store)
            {
                // On this thread, which has the person's location.
                bound["StorePath"] = ScriptBlock.Create("param($path) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)").InvokeReturnAsIs(store)?.ToString();
            }

            return Task.Run(() => CompleteAsync(parameterName, word, bound, token), token).WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // Completion is an offer: whatever goes wrong, the person types on.
            return [];
        }
    }

    /// <summary>Values that begin with <paramref name="word"/>, with what to show beside them.</summary>
    protected abstract IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, CancellationToken cancellationToken);

    /// <summary>The route that the command line names so far.</summary>
    protected static Task<IMailAdministration> RouteAsync(IDictionary bound, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bound);
        return ServerGateway.ResolveAsync(ServerChoice.Of(bound["Server"]), bound["StorePath"]?.ToString(), cancellationToken);
    }

    /// <summary>First text among the bound parameters of these names.</summary>
    protected static string? Bound(IDictionary bound, params ReadOnlySpan<string> names)
    {
        ArgumentNullException.ThrowIfNull(bound);
        foreach (var name in names)
        {
            if (bound[name] is { } value)
            {
                return value is object[] { Length: > 0 } many ? many[0]?.ToString() : value.ToString();
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<CompletionResult>> CompleteAsync(string parameter, string word, IDictionary bound, CancellationToken cancellationToken)
    {
        var results = new List<CompletionResult>();
        await foreach (var (value, tip) in OfferAsync(parameter, word, bound, cancellationToken))
        {
            if (value.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                results.Add(new CompletionResult(Quote(value), Shown(value), CompletionResultType.ParameterValue, Shown(tip)));
                if (results.Count == MostResults)
                {
                    break;
                }
            }
        }

        return results;
    }

    // Beside the words stand subjects and names that anybody may have sent: nothing in them may steer the terminal.
    private static string Shown(string text)
    {
        var shown = string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return string.IsNullOrWhiteSpace(shown) ? "-" : shown;
    }

    // Others than whoever completes have chosen the value: it must come back as one string, whatever PowerShell takes for a quotation mark.
    private static string Quote(string value) =>
        value.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '@' or '/' or '+')
            && !value.StartsWith('@') && !value.StartsWith('-')
            ? value
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";
}

/// <summary>Completes names of running servers.</summary>
public sealed class ServerCompleter : AdministrationCompleter
{
    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Value, string Tip)> OfferAsync(string parameter, string word, IDictionary bound, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var server in await ServerGateway.ListAsync(cancellationToken))
        {
            yield return (server.Name, $"{server.State}, {server.StorePath}");
        }
    }
}
