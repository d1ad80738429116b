using System.Text.Json;

namespace MailAdmin.Testing;

/// <summary>Finds the PowerShell of the tool manifest.</summary>
internal static class PwshProgram
{
    /// <summary>What a test says that skips for want of it.</summary>
    public const string Missing = "PowerShell is not here; 'dotnet tool restore' in the repository brings it.";

    /// <summary>Path of pwsh.dll, to be run by dotnet; null where the manifest's tools have not been restored.</summary>
    /// <remarks>The tool's own command is a shim that starts this; without it nothing stands between a signal and PowerShell.</remarks>
    public static string? Find(string root)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, ".config", "dotnet-tools.json")));
        var version = manifest.RootElement.GetProperty("tools").GetProperty("powershell").GetProperty("version").GetString()!;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var program = Path.Combine(packages, "powershell", version, "tools", "net10.0", "any", OperatingSystem.IsWindows() ? "win" : "unix", "pwsh.dll");
        return File.Exists(program) ? program : null;
    }
}
