using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Tests.Hosting;

public sealed class ModuleLocatorTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("MailAdmin.psd1")]
    [InlineData("Modules/MailAdmin/MailAdmin.psd1")]
    [InlineData("../MailAdmin.psd1")]
    public void The_module_is_beside_the_program_below_it_or_above_it(string manifest)
    {
        var program = _directory.CreateSubdirectory("program").FullName;
        var expected = Path.GetFullPath(manifest, program);
        Directory.CreateDirectory(Path.GetDirectoryName(expected)!);
        File.WriteAllText(expected, "");

        Assert.Equal(expected, ModuleLocator.Find(program));
    }
}
