using System.Management.Automation;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using MailAdmin.Loading;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Loading;

public sealed class ImportTests
{
    [Fact]
    public void Import_gives_every_cmdlet_that_the_manifest_names()
    {
        using var shell = new Shell();

        var promised = shell.Run("(Test-ModuleManifest $path).ExportedCmdlets.Keys", ("path", Shell.Manifest)).Select(o => o.ToString());
        var exported = shell.Get<CmdletInfo>("Get-Command -Module MailAdmin -CommandType Cmdlet").Select(c => c.Name);

        Assert.Equal(promised.Order(), exported.Order());
    }

    [Fact]
    public void A_session_that_may_not_load_assemblies_is_told_so_once()
    {
        using var shell = new Shell(import: false);
        shell.Run("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'");

        var said = shell.Run($"try {{ Import-Module '{Shell.Manifest}' }} catch {{ }}; $Error").Select(o => o.ToString());

        Assert.StartsWith("MailAdmin needs FullLanguage and runs in ConstrainedLanguage here", Assert.Single(said), StringComparison.Ordinal);
        Assert.Empty(shell.Run("Get-Command -Module MailAdmin"));
    }

    [Fact]
    public void Every_cmdlet_of_the_assembly_is_exported()
    {
        using var shell = new Shell();
        var assembly = shell.Single<System.Reflection.Assembly>("(Get-Command Get-Mailbox).ImplementingType.Assembly");
        var written = assembly.GetTypes()
            .Select(t => t.GetCustomAttributes(typeof(CmdletAttribute), false).Cast<CmdletAttribute>().SingleOrDefault())
            .Where(a => a is not null)
            .Select(a => $"{a!.VerbName}-{a.NounName}");

        var exported = shell.Get<CmdletInfo>("Get-Command -Module MailAdmin -CommandType Cmdlet").Select(c => c.Name);

        Assert.Equal(written.Order(), exported.Order());
    }

    [Fact]
    public void Import_again_with_Force_keeps_the_cmdlets()
    {
        using var shell = new Shell();
        var before = shell.Get<CmdletInfo>("Get-Command -Module MailAdmin").Count;

        shell.Run("Import-Module $path -Force", ("path", Shell.Manifest));

        Assert.NotEqual(0, before);
        Assert.Equal(before, shell.Get<CmdletInfo>("Get-Command -Module MailAdmin").Count);
    }

    [Fact]
    public void Remove_and_import_again_gives_the_cmdlets_back()
    {
        using var shell = new Shell();
        var before = shell.Get<CmdletInfo>("Get-Command -Module MailAdmin").Count;

        shell.Run("Remove-Module MailAdmin");
        Assert.Empty(shell.Run("Get-Command -Module MailAdmin"));
        shell.Import();

        Assert.Equal(before, shell.Get<CmdletInfo>("Get-Command -Module MailAdmin").Count);
    }

    [Fact]
    public void Two_sessions_of_one_process_share_the_assembly()
    {
        using var one = new Shell();
        using var two = new Shell();

        const string script = "(Get-Command Get-Mailbox).ImplementingType.Assembly";
        Assert.Same(one.Single<System.Reflection.Assembly>(script), two.Single<System.Reflection.Assembly>(script));
    }

    [Fact]
    public void Another_build_of_the_same_version_is_refused_and_the_same_build_elsewhere_is_not()
    {
        using var shell = new Shell();
        var assembly = shell.Single<Assembly>("(Get-Command Get-Mailbox).ImplementingType.Assembly");
        var directory = Directory.CreateTempSubdirectory("mailadmin-builds-").FullName;
        try
        {
            var copy = Path.Combine(directory, "MailAdmin.Module.dll");
            File.Copy(assembly.Location, copy);
            Assert.Same(assembly, LoadContext.LoadModule(copy));

            var other = Path.Combine(Directory.CreateDirectory(Path.Combine(directory, "other")).FullName, "MailAdmin.Module.dll");
            var builder = new PersistedAssemblyBuilder(assembly.GetName(), typeof(object).Assembly);
            builder.DefineDynamicModule("MailAdmin.Module").DefineType("Other.Marker", TypeAttributes.Public).CreateType();
            builder.Save(other);
            Assert.Contains(other, Assert.Throws<InvalidOperationException>(() => LoadContext.LoadModule(other)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Types_of_the_pipeline_are_found_by_name_and_packages_stay_in_the_context()
    {
        using var shell = new Shell();

        Assert.Same(typeof(Mailbox), shell.Single<Type>("[MailAdmin.Mailbox]"));
        var assembly = shell.Single<System.Reflection.Assembly>("(Get-Command Get-Mailbox).ImplementingType.Assembly");
        Assert.Equal("MailAdmin", AssemblyLoadContext.GetLoadContext(assembly)?.Name);
    }
}
