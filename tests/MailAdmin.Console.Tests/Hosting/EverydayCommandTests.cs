namespace MailAdmin.Console.Tests.Hosting;

/// <summary>What any PowerShell has, the program has: the commands of everyday, with the module beside them.</summary>
public class EverydayCommandTests
{
    // One process for many lines: each is a command of its own, and says what it gave.
    private static async Task<string[]> RunAsync(params string[] lines)
    {
        var (_, output, error) = await ConsoleProgram.RunAsync([], string.Concat(lines.Select(l => $"\"$({l})\"\n")));
        Assert.Equal("", error);
        return [.. output.TrimEnd('\n').Split('\n').Select(l => l.Trim())];
    }

    [Fact]
    public async Task Objects_are_selected_sorted_and_measured() => Assert.Equal(
        ["1 2", "4 5", "3 4", "1 2 3", "3 2 1", "b a", "x=1", "A=2; B=4", "6 2 3 1 3", "2 4"],
        await RunAsync(
            "1..5 | Select-Object -First 2",
            "1..5 | Select-Object -Last 2",
            "1..5 | Select-Object -Skip 2 -First 2",
            "1,2,2,3,1 | Select-Object -Unique",
            "3,1,2 | Sort-Object -Descending",
            "'a','b' | Sort-Object { if ($_ -eq 'b') { 0 } else { 1 } }",
            "'x' | Select-Object @{ Name = 'x'; Expression = { 1 } } | ForEach-Object { 'x=' + $_.x }",
            "[pscustomobject]@{ A = 2; B = 4; C = 5 } | Select-Object A, B | ForEach-Object { ($_.PSObject.Properties | ForEach-Object { $_.Name + '=' + $_.Value }) -join '; ' }",
            "1,2,3 | Measure-Object -Sum -Average -Maximum -Minimum | ForEach-Object { $_.Sum, $_.Average, $_.Maximum, $_.Minimum, $_.Count }",
            "[pscustomobject]@{ A = 2 }, [pscustomobject]@{ A = 4 } | Select-Object -ExpandProperty A"));

    [Fact]
    public async Task Files_are_reached_by_their_drive()
    {
        var directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "people.csv"), "Address,Name\r\na@example.com,\"A, \"\"B\"\"\"\r\n\r\nc@example.com,C\r\n", TestContext.Current.CancellationToken);

            Assert.Equal(
                ["people.csv", "A, \"B\" C", "True False", "people.csv", "2", "gone"],
                await RunAsync(
                    $"cd '{directory}'; (Get-ChildItem).Name",
                    "(Import-Csv people.csv).Name",
                    "Test-Path people.csv; Test-Path nothing",
                    "Copy-Item people.csv copy.csv; Get-ChildItem -Filter p* -Name",
                    "(Get-Content copy.csv | Select-Object -First 2 | Measure-Object).Count",
                    "Remove-Item copy.csv; if (Test-Path copy.csv) { 'still there' } else { 'gone' }"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task What_scripts_use_is_there() => Assert.Equal(
        ["[1,2]", "a,b", "True", "x", "0"],
        await RunAsync(
            "1, 2 | ConvertTo-Json -Compress",
            "([pscustomobject]@{ a = 1; b = 2 } | ConvertTo-Csv -UseQuotes Never)[0]",
            "(Get-Date) -is [datetime]",
            "(New-Object Text.StringBuilder x).ToString()",
            "@('Set-Content', 'Export-Csv', 'Format-Table', 'Get-Member', 'Start-Sleep', 'Get-Process', 'Invoke-WebRequest', 'Select-String' | Where-Object { -not (Get-Command $_ -ErrorAction Ignore) }).Count"));

    [Fact]
    public async Task The_mail_drive_is_walked_as_any_other() => Assert.Equal(
        ["alice@example.com", "True", "Hi there", "1", "0"],
        await RunAsync(
            "$null = Start-MailServer d -Ephemeral -Domain example.com; $null = New-Mailbox alice@example.com; (Get-ChildItem Mail:/).PSChildName",
            "Send-Mail -From a@example.com -To alice@example.com -Subject x -Body 'Hi there'; cd Mail:/alice@example.com/INBOX; Test-Path 1",
            "Get-Content 1 | Select-Object -Last 1",
            "@(Get-ChildItem).Count",
            "Remove-Item 1 -Confirm:$false; @(Get-ChildItem).Count"));
}
