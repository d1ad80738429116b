using System.Reflection;
using System.Reflection.Emit;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Loading;

/// <summary>Beside a module that has loaded older assemblies with the names of ours into the context that all modules share.</summary>
public sealed class OtherModuleTests
{
    [Theory]
    [InlineData("MimeKit")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("Microsoft.Extensions.Hosting.Abstractions")]
    public void A_server_runs_on_its_own_version(string assembly)
    {
        var directory = Directory.CreateTempSubdirectory("mailadmin-other-module-").FullName;
        try
        {
            var older = Path.Combine(directory, assembly + ".dll");
            var builder = new PersistedAssemblyBuilder(new AssemblyName(assembly) { Version = new Version(0, 0, 1, 0) }, typeof(object).Assembly);
            builder.DefineDynamicModule(assembly).DefineType("Other.Marker", TypeAttributes.Public).CreateType();
            builder.Save(older);
            File.WriteAllText(Path.Combine(directory, "Other.psm1"), "[Reflection.Assembly]::LoadFrom([IO.Path]::Combine($PSScriptRoot, 'NAME.dll')).GetName().Version.ToString()".Replace("NAME", assembly, StringComparison.Ordinal));

            using var shell = new Shell(import: false);
            shell.Run("Import-Module $path", ("path", Path.Combine(directory, "Other.psm1")));
            Assert.Empty(shell.Errors.Select(e => e.ToString()));
            Assert.Equal(new Version(0, 0, 1, 0), System.Runtime.Loader.AssemblyLoadContext.Default.Assemblies.Single(a => a.GetName().Name == assembly).GetName().Version);
            shell.Import();
            shell.Single<MailServerInfo>("Start-MailServer -Ephemeral");
            try
            {
                shell.Run("$null = New-Mailbox alice@example.com; Send-Mail -From alice@example.com -To alice@example.com -Subject beside -Body x");
                Assert.Empty(shell.Errors.Select(e => e.ToString()));
                Assert.Equal("beside", shell.Single<MailMessageContent>("Wait-MailboxMessage alice@example.com -Timeout 120").Subject);
            }
            finally
            {
                shell.Run("Get-MailServer | Where-Object ProcessId -eq $PID | Stop-MailServer -DrainSeconds 0");
            }
        }
        finally
        {
            // Windows keeps a loaded file; its temporary directory is cleaned by others.
            if (!OperatingSystem.IsWindows())
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }
}
