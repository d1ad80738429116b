using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;

namespace MailAdmin.Administration;

/// <summary>
/// Names with wildcards, as the module and the server both understand them: <c>*</c> is any text and <c>?</c> any one character. Every other character
/// means itself, <c>[</c> and <c>\</c> too: folders have them in their names.
/// </summary>
public static class NamePattern
{
    private static readonly char[] Wildcards = ['*', '?'];

    /// <summary>True where a text can mean several names.</summary>
    public static bool HasWildcards([NotNullWhen(true)] string? text) => text?.IndexOfAny(Wildcards) >= 0;

    /// <summary>True where a name fits, in any case of letters; no pattern and <c>*</c> fit what has no name as well.</summary>
    // The framework's expressions take \ for an escape.
    public static bool Matches(string? pattern, string? name) =>
        pattern is null or "*" || FileSystemName.MatchesSimpleExpression(pattern.Replace(@"\", @"\\", StringComparison.Ordinal), name, ignoreCase: true);

    /// <summary>
    /// What a name or pattern means among all there are. One that has exactly this name goes before the others that the name fits as a pattern: a mail program
    /// may have called a folder <c>What?</c>. The single <c>*</c> means all.
    /// </summary>
    public static IEnumerable<T> Choose<T>(IReadOnlyCollection<T> all, string? pattern, Func<T, string> name)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(name);
        if (pattern is null or "*")
        {
            return all;
        }

        var exact = all.Where(item => name(item) == pattern).ToList();
        return exact.Count > 0 ? exact : all.Where(item => Matches(pattern, name(item)));
    }
}
