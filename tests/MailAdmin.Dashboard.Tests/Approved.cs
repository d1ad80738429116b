namespace MailAdmin.Dashboard.Tests;

/// <summary>Screens as files: what the eye was shown when they were approved is what it must be shown now.</summary>
internal static class Approved
{
    /// <summary>Compares with the file; writes it instead where the environment says MAILADMIN_APPROVE=1.</summary>
    public static void Screen(string name, string actual, [System.Runtime.CompilerServices.CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "Screens", name + ".txt");
        if (Environment.GetEnvironmentVariable("MAILADMIN_APPROVE") == "1")
        {
            File.WriteAllText(file, actual + "\n");
            return;
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n").TrimEnd('\n'), actual.TrimEnd('\n'));
    }
}
