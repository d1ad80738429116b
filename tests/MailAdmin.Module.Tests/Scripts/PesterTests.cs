using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Scripts;

/// <summary>The tests written in PowerShell, each file in a pwsh of its own, with directories of its own.</summary>
public sealed class PesterTests
{
    private static readonly string Folder = Path.Combine(Shell.Root, "tests", "MailAdmin.Module.Tests", "Scripts");

    public static TheoryData<string> Files() => [.. Directory.GetFiles(Folder, "*.Tests.ps1").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Passes(string file)
    {
        Pwsh.Demand();
        var directory = Directory.CreateTempSubdirectory("mailadmin-pester-").FullName;
        try
        {
            var environment = new[] { "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR" }
                .Select(n => (n, (string?)Directory.CreateDirectory(Path.Combine(directory, n)).FullName)).ToArray();

            var (exitCode, output, error) = await Pwsh.RunAsync(
                ["-NonInteractive", "-File", Path.Combine(Folder, "Invoke-Tests.ps1"), Path.Combine(Folder, file), Pwsh.Pester], environment);

            Assert.True(exitCode == 0, $"{output}\n{error}");
            Assert.Matches(@"(?m)^Passed: [1-9]\d*, Failed: 0, Skipped: \d+$", output);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
