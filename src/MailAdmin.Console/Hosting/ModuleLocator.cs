namespace MailAdmin.Console.Hosting;

/// <summary>Finds the module's manifest: beside the program, in a folder of its own there, or in the repository it was built in.</summary>
internal static class ModuleLocator
{
    private const string Manifest = "MailAdmin.psd1";

    /// <summary>Path of the manifest, or null.</summary>
    public static string? Find(string programDirectory)
    {
        foreach (var candidate in new[] { Path.Combine(programDirectory, Manifest), Path.Combine(programDirectory, "Modules", "MailAdmin", Manifest) })
        {
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        for (var directory = new DirectoryInfo(programDirectory).Parent; directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, Manifest);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
