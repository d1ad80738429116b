using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Tests.CommandLine;

public class CommandTests
{
    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Get-NoSuchThing", 1)]
    [InlineData("Get-NoSuchThing; 'goes on'", 0)]
    [InlineData("Get-Mailbox nobody@example.com -StorePath /dev/null/x", 1)]
    [InlineData("if (", 1)]
    [InlineData("'comment' # at the end", 0)]
    public async Task Command_exits_as_pwsh_does(string command, int expected)
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(["-NoLogo", "-Command", command]);

        Assert.Equal(expected, code);
        Assert.Equal(expected is 1 || command.StartsWith("Get-", StringComparison.Ordinal), error.Length > 0);
    }

    [Fact]
    public async Task The_module_is_there_and_output_has_no_escapes_where_nobody_looks()
    {
        var (code, output, error) = await ConsoleProgram.RunAsync(["-c", "Get-Command Start-MailServer; Get-Command Send-Mail"]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Start-MailServer", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public async Task Text_beyond_ASCII_comes_out_as_UTF_8()
    {
        var (_, output, _) = await ConsoleProgram.RunAsync(["-c", "'Grüße ✉'"]);
        Assert.Equal("Grüße ✉", output.Trim());
    }

    [Fact]
    public async Task A_command_can_come_from_standard_input()
    {
        var (code, output, _) = await ConsoleProgram.RunAsync(["-Command", "-"], "1 + 2\nexit 4\n");
        Assert.Equal((4, "3"), (code, output.Trim()));
    }

    [Fact]
    public async Task A_script_gets_its_arguments_by_position_and_by_name()
    {
        var script = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".ps1");
        try
        {
            await File.WriteAllTextAsync(script, "param($First, $Name)\n\"$First|$Name\"\nGet-NoSuchThing\n$null = 1", TestContext.Current.CancellationToken);

            var (code, output, error) = await ConsoleProgram.RunAsync(["-File", script, "it's $HOME; exit 9", "-Name", "two words"]);

            Assert.Equal("it's $HOME; exit 9|two words", output.Trim());
            Assert.Contains("Get-NoSuchThing", error, StringComparison.Ordinal);
            Assert.Equal(0, code);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Theory]
    [InlineData("no-such-verb")]
    [InlineData("-NoSuchParameter")]
    [InlineData("-Command")]
    [InlineData("-File", "/no/such/file.ps1")]
    [InlineData("-WorkingDirectory", "/no/such/directory", "-Command", "'not run'")]
    [InlineData("-OutputFormat", "XML", "-Command", "1")]
    [InlineData("serve", "--no-such-option")]
    [InlineData("serve", "--port-offset", "many")]
    [InlineData("serve", "--limit", "Recipients=1", "--limit=recipients=2")]
    [InlineData("serve", "--mailbox", "a@example.com", "--password-file", "")]
    [InlineData("serve", "--drain", "-5")]
    [InlineData("serve", "--outbound", "sometimes")]
    [InlineData("serve", "--production", "--relay")]
    [InlineData("serve", "--outbound=capture", "--relay")]
    [InlineData("demo", "--no-such-option")]
    [InlineData("")]
    [InlineData("-File", "")]
    [InlineData("-WorkingDirectory", "")]
    public async Task A_command_line_that_makes_no_sense_is_usage(params string[] arguments)
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(arguments);
        Assert.Equal(64, code);
        Assert.StartsWith("mailadmin: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server", "nobody")]
    [InlineData("--server=nobody")]
    [InlineData("-Server", "nobody")]
    public async Task The_dashboard_takes_options_as_serve_does(params string[] options)
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(["dashboard", .. options]);
        Assert.Equal(1, code);
        Assert.Contains("'nobody'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Theme", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--no-such-option", "nosuchoption")]
    public async Task An_option_that_the_dashboard_does_not_have_is_named(string option, string named)
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(["dashboard", option]);
        Assert.Equal(1, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Theme", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_both_named()
    {
        var (_, _, error) = await ConsoleProgram.RunAsync(["serve", "--production", "--outbound", "relay"]);
        Assert.Contains("'--production' and '--outbound'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_usage()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no file here that nobody can read.");
        var (code, _, error) = await ConsoleProgram.RunAsync(["/proc/self/mem"]);
        Assert.Equal(64, code);
        Assert.StartsWith("mailadmin: '/proc/self/mem' cannot be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wide_characters_keep_the_columns_of_a_table_in_line()
    {
        var (_, output, _) = await ConsoleProgram.RunAsync(["-c", "[pscustomobject]@{ N = '山田 太郎'; X = '|' }, [pscustomobject]@{ N = 'Al'; X = '|' } | Format-Table -AutoSize"]);

        var rows = output.Split('\n').Where(l => l.Contains('|', StringComparison.Ordinal)).Select(l => Columns.Of(l[..l.IndexOf('|', StringComparison.Ordinal)])).ToList();
        Assert.Equal([10, 10], rows);
    }

    [Fact]
    public async Task Input_that_has_ended_is_no_empty_password()
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(["-c", "$s = Read-Host Key -AsSecureString; exit ($null -eq $s ? 3 : 4)"]);
        Assert.Equal(3, code);
        Assert.Contains("ended", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_pwsh_that_change_nothing_here_are_taken_and_arguments_come_as_they_are()
    {
        var (code, output, error) = await ConsoleProgram.RunAsync(["-NoProfileLoadTime", "-Login", "-i", "-InputFormat", "Text", "-of", "text", "-CommandWithArgs", "$args -join '|'", "a", "b c", "-x", "$y"]);
        Assert.Equal((0, "a|b c|-x|$y\n", ""), (code, output, error));
    }

    [Fact]
    public async Task A_file_that_names_its_interpreter_is_a_script()
    {
        var file = Path.Combine(Path.GetTempPath(), $"script {Guid.NewGuid()}");
        await File.WriteAllTextAsync(file, "#!/usr/bin/env mailadmin\nparam($A) \"$A|$([IO.Path]::GetFileName($PSCommandPath) -like 'script *')\"; exit 6", TestContext.Current.CancellationToken);
        try
        {
            var (code, output, _) = await ConsoleProgram.RunAsync([file, "it's"]);
            Assert.Equal((6, "it's|True\n"), (code, output));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("-Version", "MailAdmin ")]
    [InlineData("--help", "mailadmin demo")]
    public async Task Version_and_help_need_no_engine(string argument, string expected)
    {
        var (code, output, _) = await ConsoleProgram.RunAsync([argument]);
        Assert.Equal(0, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_stops_a_running_pipeline()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        await using var program = ConsoleProgram.Start(["-c", "'running'; while ($true) { }"]);
        await program.LineAsync(l => l == "running");

        program.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);

        Assert.Equal(143, (await program.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_question_that_nobody_can_answer_is_an_error()
    {
        var (code, _, error) = await ConsoleProgram.RunAsync(["-NonInteractive", "-c", "Start-MailServer q -Ephemeral | Stop-MailServer; New-Mailbox"]);
        Assert.Equal(1, code);
        Assert.Contains("Identity", error, StringComparison.Ordinal);
    }
}
