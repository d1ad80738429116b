using System.Runtime.CompilerServices;

namespace MailAdmin.Testing;

/// <summary>Compiled into every test project. Gives its process, and the programs it starts, data and runtime directories of its own, so that it neither finds nor stops the servers of the person who runs it.</summary>
internal static class OwnDirectories
{
    [ModuleInitializer]
    internal static void Set()
    {
        var root = Directory.CreateTempSubdirectory("mailadmin-tests-").FullName;
        foreach (var name in new[] { "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME" })
        {
            Environment.SetEnvironmentVariable(name, Directory.CreateDirectory(Path.Combine(root, name)).FullName);
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
    }
}
