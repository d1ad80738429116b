using System.Diagnostics;
using MailAdmin.Testing;

namespace MailAdmin.Console.Tests.CommandLine;

/// <summary>Exit codes and output beside those of the real PowerShell, given the same command line.</summary>
public sealed class SameAsPwshTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailadmin-as-pwsh-");

    public void Dispose() => _directory.Delete(recursive: true);

    public static TheoryData<string, string, string?> Lines() => new()
    {
        { "-Command", "'fine'", null },
        { "-c", "1 + 2; 'two'", null },
        { "-Command", "exit 3", null },
        { "-Command", "& { exit 4 }", null },
        { "-Command", "throw 'x'", null },
        { "-Command", "if (", null },
        { "-Command", "Get-NoSuchThing", null },
        { "-Command", "Get-NoSuchThing; 'goes on'", null },
        { "-Command", "Get-Item /no/such/file", null },
        { "-Command", "Get-Item /no/such/file -ErrorAction Stop; 'not reached'", null },
        { "-Command", "$x = 1; exit $x", null },
        { "-Command", "[Environment]::Exit(9)", null },
        { "-Command", "dotnet no-such-command-at-all 2>$null", null },
        { "-Command", "dotnet no-such-command-at-all 2>$null; exit $LASTEXITCODE", null },
        { "-Command", "-", "1 + 2\nexit 4\n" },
        { "-Command", "-", "'x'\nthrow 't'\n'y'\n" },
        { "-Command", "$input | ForEach-Object { \"[$_]\" }", "a\nb\n" },
        { "-Command", "'does not wait for more'", null },
        { "-Command", "if ($true) { return }; 'not reached'", null },
        { "-Command", "Get-Item /no/such/file; return", null },
        { "-Command", "process { \"<$_>\" }", "a\nb\n" },
        { "-Command", "begin { 'b' } process { \"<$_>\" } end { 'e'; Get-Item /no/such/file }", null },
        { "-Command", "& { \"[$($input -join ',')]\" }", "a\nb\n" },
        { "-CommandWithArgs", "\"$args|$($args.Count)|$($input -join ',')\"", "a\nb\n" },
        { "-CommandWithArgs", "param($N, $M, [switch] $S) \"$N|$M|$S|$args|$($input -join ',')\"", "l1\nl2\n" },
        { "-CommandWithArgs", "& { \"[$($input -join ',')]\" }", "a\nb\n" },
        { "-CommandWithArgs", "process { \"<$_>$args\" }", null },
        { "-CommandWithArgs", "exit 4", null },
        { "-File", "\"in: $($input -join ',')\"", "l1\nl2\n" },
        { "-File", "process { \"<$_>\" }", null },
        { "-File", "\"$LASTEXITCODE|$($MyInvocation.MyCommand.Name)\"", null },
        { "-EncodedCommand", Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes("'encoded'; exit 5")), null },
        { "-File", "'fine'", null },
        { "-File", "exit 6", null },
        { "-File", "throw 'x'", null },
        { "-File", "if (", null },
        { "-File", "Get-NoSuchThing", null },
        { "-File", "Get-NoSuchThing; 'goes on'", null },
        { "-File", "dotnet no-such-command-at-all 2>$null", null },
        { "-File", "& { return 1 }; exit", null },
        { "-File", "param($A) \"$A|$($args.Count)\"", null },
        { "-File", "param([switch] $S, $Name, [Parameter(ValueFromRemainingArguments)] $Rest) \"$S|$Name|$Rest\"", null },
        { "-File", "function f { exit 8 }; f; 'not reached'", null },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Exit_code_and_output_are_the_same(string parameter, string text, string? input)
    {
        var pwsh = PwshProgram.Find(FindRoot());
        Assert.SkipWhen(pwsh is null, PwshProgram.Missing);
        string[] line = [parameter, text];
        if (parameter == "-CommandWithArgs")
        {
            line = [parameter, text, "it's", "-M", "two words", "-S:$true", "$x"];
        }

        if (parameter == "-File")
        {
            var script = Path.Combine(_directory.FullName, "script.ps1");
            await File.WriteAllTextAsync(script, text, TestContext.Current.CancellationToken);
            line = text.Contains("[switch]", StringComparison.Ordinal) ? [parameter, script, "-S:$false", "-Name", "two words", "more"] : [parameter, script];
        }

        var ours = await ConsoleProgram.RunAsync(["-NoLogo", "-NonInteractive", .. line], input, ("NO_COLOR", "1"));
        var theirs = await RunPwshAsync(pwsh!, ["-NoLogo", "-NoProfile", "-NonInteractive", .. line], input);

        Assert.Equal((theirs.ExitCode, theirs.Output.TrimEnd()), (ours.ExitCode, ours.Output.TrimEnd()));
        if (text != "if (")
        {
            // pwsh says nothing of a -Command that has no end; we say what is missing.
            Assert.Equal(theirs.Error.Length > 0, ours.Error.Length > 0);
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunPwshAsync(string program, string[] arguments, string? input)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(ConsoleProgram.Patience);
        return (process.ExitCode, (await output).ReplaceLineEndings("\n"), await error);
    }

    private static string FindRoot()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "MailAdmin.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests are not in the repository.");
        }

        return root.FullName;
    }
}
