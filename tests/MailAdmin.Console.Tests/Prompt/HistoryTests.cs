using System.Management.Automation.Runspaces;
using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Tests.Prompt;

public sealed class HistoryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(_directory.FullName, "state", "history");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Commands_come_back_in_the_next_prompt_whatever_is_in_them()
    {
        string[] commands = ["Get-Mailbox", "if ($true) {\n  'a\\nb'\n}", @"C:\new\name"];
        var history = History.Open(File);
        Array.ForEach(commands, history.Add);
        history.Add(commands[^1]);

        var again = History.Open(File);

        Assert.Equal(commands, Enumerable.Range(0, again.Count).Select(i => again[i]));
    }

    [Theory]
    [InlineData("New-Mailbox a@example.com -Password hunter22")]
    [InlineData("$s = ConvertTo-SecureString x -AsPlainText")]
    [InlineData("[pscredential]::new('a', $x)")]
    public void What_looks_secret_is_remembered_but_not_written(string command)
    {
        var history = History.Open(File);
        history.Add(command);

        Assert.Equal(1, history.Count);
        Assert.Equal(0, History.Open(File).Count);
    }

    // As the module's command has them: a password by its place, and one of several parameters that begin alike.
    private const string Stand = "function New-Mailbox { param([Parameter(Position = 0)] $Identity, [Parameter(Position = 1)] [securestring] $Password, [int] $Port) }; Set-Alias nm New-Mailbox";

    [Theory]
    [InlineData("New-Mailbox bob@example.com hunter22", true)]
    [InlineData("New-Mailbox bob@example.com \"$x hunter\"", true)]
    [InlineData("nm bob@example.com hunter22", true)]
    [InlineData("if ($x) { 'bob@example.com' | ForEach-Object { New-Mailbox $_ 12345 } }", true)]
    [InlineData("New-Mailbox bob@example.com -Pass hunter22", true)]
    [InlineData("New-Mailbox bob@example.com -Pass:hunter22", true)]
    [InlineData("New-Mailbox bob@example.com -p hunter22", true)]
    [InlineData("Some-Command -Pass hunter22", true)]
    [InlineData("ConvertTo-SecureString x -AsPlain -Force", true)]
    [InlineData("New-Mailbox bob@example.com", false)]
    [InlineData("New-Mailbox bob@example.com $x", false)]
    [InlineData("New-Mailbox bob@example.com -Port 3", false)]
    [InlineData("mkdir -p some/folder", false)]
    [InlineData("foo @x -y: *> z; & { 1 } --% -Pa", false)]
    public void What_the_engine_would_take_for_a_secret_is_not_written(string command, bool isSecret)
    {
        var before = Runspace.DefaultRunspace;
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        try
        {
            runspace.CreatePipeline(Stand).Invoke();
            var history = History.Open(File);
            history.Add(command);
        }
        finally
        {
            Runspace.DefaultRunspace = before;
        }

        Assert.Equal(isSecret ? 0 : 1, History.Open(File).Count);
    }

    [Fact]
    public void The_file_is_its_owners_alone_and_bounded()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllLines(File, Enumerable.Range(0, History.MaxEntries + 50).Select(i => $"command {i}"));

        var history = History.Open(File);

        Assert.Equal(History.MaxEntries, history.Count);
        Assert.Equal("command 50", history[0]);
        Assert.Equal(History.MaxEntries, System.IO.File.ReadAllLines(File).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_no_reason_to_fail()
    {
        var history = History.Open("/dev/null/history");
        history.Add("x");
        Assert.Equal(1, history.Count);
    }
}
