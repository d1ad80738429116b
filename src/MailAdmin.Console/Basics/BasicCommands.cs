using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace MailAdmin.Console.Basics;

/// <summary>
/// The few everyday commands that the engine's package lacks because they live in modules of PowerShell itself. They have the names and
/// the main parameters of the originals, so that what is learned here holds there; a command that the engine has is left alone.
/// </summary>
internal static class BasicCommands
{
    private static readonly (string Alias, string Command)[] Aliases =
    [
        ("cd", "Set-Location"), ("chdir", "Set-Location"), ("sl", "Set-Location"), ("pwd", "Get-Location"), ("gl", "Get-Location"), ("dir", "Get-ChildItem"), ("gci", "Get-ChildItem"),
        ("gi", "Get-Item"), ("gc", "Get-Content"), ("type", "Get-Content"), ("copy", "Copy-Item"), ("move", "Move-Item"), ("del", "Remove-Item"), ("ren", "Rename-Item"),
        ("select", "Select-Object"), ("measure", "Measure-Object"), ("echo", "Write-Output"),
    ];

    /// <summary>Adds them to a session that is about to begin.</summary>
    public static void AddTo(InitialSessionState state)
    {
        var present = state.Commands.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var type in typeof(BasicCommands).Assembly.GetTypes())
        {
            if (type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet && present.Add($"{cmdlet.VerbName}-{cmdlet.NounName}"))
            {
                state.Commands.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null));
            }
        }

        foreach (var (alias, command) in Aliases)
        {
            if (present.Add(alias))
            {
                state.Commands.Add(new SessionStateAliasEntry(alias, command));
            }
        }
    }
}
