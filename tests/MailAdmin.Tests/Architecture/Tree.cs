namespace MailAdmin.Tests.Architecture;

/// <summary>The source tree that the tests run in.</summary>
internal static class Tree
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"));

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "MailAdmin.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the source tree.");
    }
}
