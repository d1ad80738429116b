using System.Management.Automation;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Help;

public sealed class HelpTests
{
    /// <summary>What the examples use of modules that the bare engine lacks, or of a person at the keyboard.</summary>
    private const string StandIns = """
        function global:Get-Credential($UserName) { if ($UserName -like 'bob*') { $bob } else { $alice } }
        function global:Read-Host([switch] $AsSecureString) { $alice.Password }
        function global:Get-Date { [DateTime]::Now }
        function global:Import-Csv($Path) { [pscustomobject]@{ Address = 'x1@example.com'; DisplayName = 'X One'; Quota = '1GB'; Password = 'long enough one' } }
        $null = $ExecutionContext.SessionState.Path.SetLocation($dir)
        """;

    [Fact]
    public void Every_cmdlet_has_a_page_and_every_page_a_cmdlet()
    {
        using var shell = new Shell();

        var cmdlets = shell.Get<CmdletInfo>("Get-Command -Module MailAdmin -CommandType Cmdlet").Select(c => c.Name);

        Assert.Equal(cmdlets.Order(StringComparer.Ordinal), HelpPage.All.Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Syntax_and_parameters_of_the_pages_are_those_of_the_engine()
    {
        using var shell = new Shell();
        foreach (var page in HelpPage.All)
        {
            var cmdlet = shell.Single<CmdletInfo>("Get-Command $name", ("name", page.Name));
            Assert.Equal(cmdlet.Definition.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), page.Syntax);

            var parameters = cmdlet.ParameterSets.SelectMany(s => s.Parameters).DistinctBy(p => p.Name).Where(p => !Cmdlet.CommonParameters.Contains(p.Name)).Select(Facts);
            Assert.Equal(parameters.Order(StringComparer.Ordinal), page.Parameters.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Get_Help_shows_synopsis_parameters_and_two_examples_of_every_cmdlet()
    {
        using var shell = new Shell();
        foreach (var page in HelpPage.All)
        {
            var help = Assert.Single(shell.Run("Get-Help $name -Full", ("name", page.Name)));
            Assert.Equal("MamlCommandHelpInfo", help.TypeNames[0].Split('#')[0]);
            Assert.EndsWith(".", help.Properties["Synopsis"].Value.ToString()!.Trim(), StringComparison.Ordinal);
            Assert.True(page.Examples.Count >= 2, page.Name);
            var examples = shell.Run("(Get-Help $name -Examples).examples.example", ("name", page.Name));
            Assert.Equal(page.Examples.Count, examples.Count);
            Assert.Equal(page.Parameters.Select(p => p.Split(':')[0]).Order(StringComparer.Ordinal), shell.Run("(Get-Help $name).parameters.parameter | ForEach-Object { $_.name }", ("name", page.Name)).Where(n => n is not null).Select(n => n.ToString()).Order(StringComparer.Ordinal));
            Assert.Equal(page.Syntax.Count, shell.Run("@((Get-Help $name).syntax.syntaxItem)", ("name", page.Name)).Count);
        }
    }

    [Fact]
    public void About_pages_are_found_by_name()
    {
        using var shell = new Shell();
        foreach (var name in Directory.GetFiles(Path.Combine(Shell.Root, "docs", "en-US"), "about_*.md").Select(f => Path.GetFileNameWithoutExtension(f)))
        {
            Assert.Contains(name, string.Concat(shell.Run("Get-Help $name", ("name", name)).Select(o => o.ToString())), StringComparison.OrdinalIgnoreCase);
        }
    }

    public static TheoryData<string> Names() => [.. HelpPage.All.Select(p => p.Name).Where(n => n != "Show-MailDashboard")]; // It takes the terminal; its own tests drive it.

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_example_runs(string name)
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "1.eml"), "From: carol@example.net\nSubject: from a file\n\nHello\n");
        File.WriteAllText(Path.Combine(lab.Directory, "report.txt"), "A report");
        lab.Import("alice@example.com", "one");
        lab.Import("alice@example.com", "two invoice");
        lab.Shell.Run(StandIns);
        foreach (var (before, code) in HelpPage.All.Single(p => p.Name == name).Examples)
        {
            lab.Shell.Run(before);
            Assert.Empty(lab.Shell.Errors.Select(e => $"{before}: {e}"));

            // A message is there for the next example, whatever the last one did with those before.
            lab.Shell.Run("if (-not (Get-MailServer default)) { $null = Start-MailServer -Ephemeral -Credential $alice, $bob }");
            lab.Shell.Run(code);
            Assert.Empty(lab.Shell.Errors.Select(e => $"{code}: {e}"));
        }
    }

    private static string Facts(CommandParameterInfo parameter)
    {
        var facts = new List<string>
        {
            $"`{Microsoft.PowerShell.ToStringCodeMethods.Type(PSObject.AsPSObject(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType))}`",
            parameter.Position < 0 ? "named" : $"position {parameter.Position}",
        };
        if (parameter.IsMandatory)
        {
            facts.Add("required");
        }

        if (parameter.ValueFromPipeline || parameter.ValueFromPipelineByPropertyName)
        {
            facts.Add(!parameter.ValueFromPipeline ? "pipeline, by property" : parameter.ValueFromPipelineByPropertyName ? "pipeline, by value and property" : "pipeline, by value");
        }

        if (parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any())
        {
            facts.Add("wildcards");
        }

        if (parameter.Aliases.Count > 0)
        {
            facts.Add($"alias {string.Join(", ", parameter.Aliases)}");
        }

        return $"{parameter.Name}: {string.Join("; ", facts)}";
    }
}
