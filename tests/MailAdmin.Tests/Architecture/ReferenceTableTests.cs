using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace MailAdmin.Tests.Architecture;

/// <summary>Holds the built assemblies and the projects to the table "who may know whom" of docs/architecture.md.</summary>
public sealed class ReferenceTableTests
{
    /// <summary>Packages that only pin one which a package of the table brings, as the page says below it; by room.</summary>
    private static readonly Dictionary<string, string[]> Companions = new()
    {
        ["Store"] = ["System.Security.Cryptography.Pkcs"],
        ["Server"] = ["System.Security.Cryptography.Pkcs", "Microsoft.NET.StringTools"],
        ["Client"] = ["System.Security.Cryptography.Pkcs"],
        ["Dashboard"] = ["Markdig", "System.IO.Abstractions", "TextMateSharp", "TextMateSharp.Grammars"],
    };

    public static TheoryData<string> Rooms => ["MailAdmin", "Protocol", "Store", "Server", "Client", "Dashboard", "Module"];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void An_assembly_references_no_room_that_the_table_does_not_allow(string room)
    {
        var allowed = Row(room).Rooms;

        Assert.All(References(room).Where(r => r.StartsWith("MailAdmin", StringComparison.Ordinal)).Select(Room), r => Assert.Contains(r, allowed));
    }

    [Theory]
    [InlineData("MailAdmin")]
    [InlineData("Protocol")]
    public void The_innermost_rooms_reference_the_framework_alone(string room)
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        Assert.All(References(room), r => Assert.True(File.Exists(Path.Combine(framework, r + ".dll")) || r.StartsWith("MailAdmin", StringComparison.Ordinal), r));
    }

    [Theory]
    [InlineData("MailAdmin")]
    [InlineData("Protocol")]
    [InlineData("Store")]
    [InlineData("Server")]
    [InlineData("Client")]
    [InlineData("Dashboard")]
    [InlineData("Module")]
    [InlineData("Console")]
    public void A_project_references_no_package_that_the_table_does_not_allow(string room)
    {
        var name = room == "MailAdmin" ? room : "MailAdmin." + room;
        var project = XDocument.Load(Path.Combine(Tree.Root, "src", name, name + ".csproj"));
        var packages = project.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value);
        var allowed = Row(room).Packages.Concat(Companions.GetValueOrDefault(room) ?? []);

        Assert.All(packages, p => Assert.Contains(p, allowed));
    }

    [Fact]
    public void The_protocols_of_the_server_never_name_one_another()
    {
        foreach (var protocol in new[] { "Smtp", "Imap", "Pop3" })
        {
            var folder = Path.Combine(Tree.Root, "src", "MailAdmin.Server", protocol) + Path.DirectorySeparatorChar;
            var others = new[] { "Smtp", "Imap", "Pop3" }.Where(p => p != protocol).Select(p => $"MailAdmin.Server.{p}").ToArray();
            Assert.All(Tree.Sources().Where(f => f.StartsWith(folder, StringComparison.Ordinal)), file => Assert.DoesNotContain(others, o => File.ReadAllText(file).Contains(o, StringComparison.Ordinal)));
        }
    }

    private static (string[] Rooms, string[] Packages) Row(string room)
    {
        var cells = File.ReadLines(Path.Combine(Tree.Root, "docs", "architecture.md")).First(l => l.StartsWith($"| {room} |", StringComparison.Ordinal)).Trim('|').Split('|');
        var rooms = cells[1].Contains("all but Console", StringComparison.Ordinal)
            ? ["MailAdmin", "Protocol", "Store", "Server", "Client", "Dashboard"]
            : cells[1].Split(';')[0].Split(',').Select(c => c.Trim()).ToArray();
        return (rooms, [.. cells[2].Split(',').Select(c => c.Split('(')[0].Trim())]);
    }

    private static string Room(string assembly) => assembly == "MailAdmin" ? assembly : assembly["MailAdmin.".Length..];

    private static List<string> References(string room)
    {
        var name = room == "MailAdmin" ? room : "MailAdmin." + room;
        using var file = File.OpenRead(Path.Combine(Tree.Root, "module", "bin", name + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
    }
}
