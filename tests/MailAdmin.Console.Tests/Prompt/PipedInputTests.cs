namespace MailAdmin.Console.Tests.Prompt;

public class PipedInputTests
{
    [Fact]
    public async Task Commands_over_several_lines_run_when_they_are_complete()
    {
        var (code, output, error) = await ConsoleProgram.RunAsync([], "$n = 2\n1..$n | ForEach-Object {\n  \"line $_\"\n}\n\n'end'\n");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["line 1", "line 2", "end"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_failure_is_told_and_what_follows_still_runs()
    {
        var (code, output, error) = await ConsoleProgram.RunAsync([], "throw 'no'\n'after'\n");

        Assert.Equal((0, "after"), (code, output.Trim()));
        Assert.Contains("no", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_gives_its_code() => Assert.Equal(5, (await ConsoleProgram.RunAsync([], "exit 5\n'never'\n")).ExitCode);

    [Fact]
    public async Task What_is_never_completed_is_an_error() => Assert.Equal(1, (await ConsoleProgram.RunAsync([], "if ($true) {\n")).ExitCode);

    [Fact]
    public async Task NoExit_goes_on_after_the_command()
    {
        var (code, output, _) = await ConsoleProgram.RunAsync(["-NoExit", "-Command", "$x = 1"], "\"x is $x\"\n");
        Assert.Equal((0, "x is 1"), (code, output.Trim()));
    }
}
