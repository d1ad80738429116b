using System.Text.RegularExpressions;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Help;

/// <summary>A page of docs/en-US, read as far as the tests need it.</summary>
internal sealed partial record HelpPage(string Name, string Text)
{
    public static IReadOnlyList<HelpPage> All { get; } =
        [.. Directory.GetFiles(Path.Combine(Shell.Root, "docs", "en-US"), "*-*.md").Order(StringComparer.Ordinal).Select(f => new HelpPage(Path.GetFileNameWithoutExtension(f), File.ReadAllText(f).ReplaceLineEndings("\n")))];

    public IReadOnlyList<string> Syntax => Section("Syntax").Split('\n').Where(l => l.StartsWith(Name, StringComparison.Ordinal)).ToList();

    public IReadOnlyList<string> Parameters => Parameter().Matches(Section("Parameters")).Select(m => $"{m.Groups["name"].Value}: {m.Groups["facts"].Value}").ToList();

    /// <summary>Code of each example, with what a page says (unseen by its reader) must be run before.</summary>
    public IReadOnlyList<(string Before, string Code)> Examples => Section("Examples").Split("\n### ")[1..]
        .Select(e => (Before().Match(e).Groups["code"].Value, string.Join('\n', Code().Matches(e).Select(m => m.Groups["code"].Value)))).ToList();

    private string Section(string name) => Regex.Match(Text, $@"\n## {name}\n(.*?)(\n## |\z)", RegexOptions.Singleline).Groups[1].Value;

    [GeneratedRegex(@"### -(?<name>\w+)\n\n\*(?<facts>[^\n]+)\*")]
    private static partial Regex Parameter();

    [GeneratedRegex("<!-- before: (?<code>.*?) -->", RegexOptions.Singleline)]
    private static partial Regex Before();

    [GeneratedRegex("```powershell\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
