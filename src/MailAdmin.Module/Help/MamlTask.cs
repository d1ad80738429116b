// Compiled and run by MSBuild (RoslynCodeTaskFactory) while the module is built; not part of the module's assembly. It knows no PowerShell:
// a page of docs/en-US carries its syntax and its parameters itself, and a test holds them against the engine.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

public class WriteMaml : Task
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    [Required]
    public ITaskItem[] Pages { get; set; }

    [Required]
    public string Output { get; set; }

    [Required]
    public string AboutFolder { get; set; }

    public override bool Execute()
    {
        var help = new XElement("helpItems", new XAttribute("schema", "maml"));
        Directory.CreateDirectory(AboutFolder);
        foreach (var path in Pages.Select(p => p.GetMetadata("FullPath")).OrderBy(p => p, StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var text = File.ReadAllText(path).Replace("\r\n", "\n");
            if (name.StartsWith("about_", StringComparison.Ordinal))
            {
                File.WriteAllText(Path.Combine(AboutFolder, name + ".help.txt"), About(text));
            }
            else
            {
                help.Add(Page(name, text));
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Output));
        new XDocument(help).Save(Output);
        return !Log.HasLoggedErrors;
    }

    // The head that PowerShell expects: it lists the fifth line of the file as the synopsis. Headings in capitals; the rest reads as it is.
    private static string About(string text)
    {
        text = Regex.Replace(text, @"<!--.*?-->\n\n", "", RegexOptions.Singleline);
        text = Regex.Replace(text, @"\A# (.+)\n\n(.+)\n", "# Topic\n    $1\n\n# Short description\n    $2\n");
        return Regex.Replace(Regex.Replace(text, @"^```\w*\n", "", RegexOptions.Multiline), @"^#+ (.+)$", m => m.Groups[1].Value.ToUpperInvariant(), RegexOptions.Multiline);
    }

    private XElement Page(string name, string text)
    {
        var sections = Split(text, "## ");
        var parts = name.Split('-');
        var synopsis = Plain(Regex.Replace(sections[""], @"^# .*\n", "", RegexOptions.Multiline));
        foreach (var needed in new[] { "Syntax", "Description", "Examples", "Parameters" })
        {
            if (!sections.ContainsKey(needed))
            {
                Log.LogError("{0}.md has no section '{1}'.", name, needed);
                return null;
            }
        }

        var parameters = Split(sections["Parameters"], "### -").Where(p => p.Key.Length > 0).Select(p => Parameter(p.Key, p.Value)).ToList();
        var byName = parameters.ToDictionary(p => p.Element(Maml + "name").Value);
        var syntax = Regex.Matches(sections["Syntax"], "^" + Regex.Escape(name) + ".*$", RegexOptions.Multiline).Cast<Match>().Select(m => SyntaxItem(name, m.Value, byName));
        return new XElement(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(
                Command + "details",
                new XElement(Command + "name", name),
                new XElement(Command + "verb", parts[0]),
                new XElement(Command + "noun", parts[1]),
                new XElement(Maml + "description", Paragraphs(synopsis))),
            new XElement(Maml + "description", Paragraphs(Plain(sections["Description"]))),
            new XElement(Command + "syntax", syntax),
            new XElement(Command + "parameters", parameters),
            new XElement(Command + "returnValues", Regex.Matches(Section(sections, "Output"), "`([^`]+)`").Cast<Match>().Select(m => new XElement(
                Command + "returnValue", new XElement(Dev + "type", new XElement(Maml + "name", m.Groups[1].Value))))),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(Plain(Section(sections, "Notes"))))),
            new XElement(Command + "examples", Split(sections["Examples"], "### ").Where(e => e.Key.Length > 0).Select((e, i) => Example(e.Key, e.Value, i + 1))),
            new XElement(Command + "relatedLinks", Regex.Matches(Section(sections, "Links"), @"\[([^\]]+)\]").Cast<Match>().Select(m => new XElement(
                Maml + "navigationLink", new XElement(Maml + "linkText", m.Groups[1].Value)))));
    }

    private static XElement Parameter(string name, string text)
    {
        // The first line is the table of facts: type; position or named; required; pipeline; wildcards; aliases.
        var lines = text.Trim().Split(new[] { '\n' }, 2);
        var facts = lines[0].Trim('*').Split(';').Select(f => f.Trim()).ToList();
        var position = facts.FirstOrDefault(f => f.StartsWith("position ", StringComparison.Ordinal));
        var aliases = facts.FirstOrDefault(f => f.StartsWith("alias ", StringComparison.Ordinal));
        var type = facts[0].Trim('`');
        return new XElement(
            Command + "parameter",
            new XAttribute("required", facts.Contains("required") ? "true" : "false"),
            new XAttribute("globbing", facts.Contains("wildcards") ? "true" : "false"),
            new XAttribute("pipelineInput", facts.Contains("pipeline, by value and property") ? "True (ByValue, ByPropertyName)" : facts.Contains("pipeline, by value") ? "True (ByValue)" : facts.Contains("pipeline, by property") ? "True (ByPropertyName)" : "False"),
            new XAttribute("position", position == null ? "named" : position.Substring(9)),
            new XAttribute("aliases", aliases == null ? "" : aliases.Substring(6)),
            new XElement(Maml + "name", name),
            new XElement(Maml + "description", Paragraphs(Plain(lines.Length > 1 ? lines[1] : ""))),
            type == "switch" ? null : new XElement(Command + "parameterValue", new XAttribute("required", "true"), type),
            new XElement(Dev + "type", new XElement(Maml + "name", type)));
    }

    private static XElement SyntaxItem(string name, string line, Dictionary<string, XElement> parameters)
    {
        var item = new XElement(Command + "syntaxItem", new XElement(Maml + "name", name));
        foreach (Match match in Regex.Matches(line, @"(?<open>\[*)-(?<name>\w+)\]?( <(?<type>[^>]+)>)?\]?"))
        {
            XElement known;
            if (!parameters.TryGetValue(match.Groups["name"].Value, out known))
            {
                continue;
            }

            // [[-Name] <type>] is optional and positional, [-Name] <type> required and positional, -Name <type> required and named.
            var open = match.Groups["open"].Length;
            var positional = known.Attribute("position").Value != "named";
            var required = open == 0 || (open == 1 && positional && match.Groups["type"].Success && !match.Value.EndsWith("]", StringComparison.Ordinal));
            var copy = new XElement(known);
            copy.SetAttributeValue("required", required ? "true" : "false");
            item.Add(copy);
        }

        return item;
    }

    private static XElement Example(string title, string text, int number)
    {
        var code = string.Join("\n\n", Regex.Matches(text, @"```powershell\n(.*?)\n```", RegexOptions.Singleline).Cast<Match>().Select(m => m.Groups[1].Value));
        var remarks = Plain(Regex.Replace(text, @"```.*?```", "", RegexOptions.Singleline));
        return new XElement(
            Command + "example",
            new XElement(Maml + "title", "Example " + number + ": " + title),
            new XElement(Dev + "code", code),
            new XElement(Dev + "remarks", Paragraphs(remarks)));
    }

    private static string Section(Dictionary<string, string> sections, string name)
    {
        string text;
        return sections.TryGetValue(name, out text) ? text : "";
    }

    private static Dictionary<string, string> Split(string text, string mark)
    {
        var result = new Dictionary<string, string>();
        var fenced = false;
        var key = "";
        var body = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith(mark, StringComparison.Ordinal))
            {
                result[key] = string.Join("\n", body);
                key = line.Substring(mark.Length).Trim();
                body.Clear();
            }
            else
            {
                body.Add(line);
            }
        }

        result[key] = string.Join("\n", body);
        return result;
    }

    private static string Plain(string text)
    {
        text = Regex.Replace(text, "<!--.*?-->", "", RegexOptions.Singleline);
        return Regex.Replace(text.Replace("`", ""), @"\[([^\]]+)\]\([^)]+\)", "$1").Trim();
    }

    private static IEnumerable<XElement> Paragraphs(string text)
    {
        return Regex.Split(text, @"\n\s*\n").Select(p => new XElement(Maml + "para", Regex.Replace(p, @"(?<!^)\n(?!- )", " ").Trim()));
    }
}
