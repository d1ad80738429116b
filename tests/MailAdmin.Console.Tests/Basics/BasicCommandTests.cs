using MailAdmin.Console.Basics;

namespace MailAdmin.Console.Tests.Basics;

public class BasicCommandTests
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
    public async Task The_mail_drive_is_walked_as_any_other() => Assert.Equal(
        ["alice@example.com", "True", "Hi there", "1", "0"],
        await RunAsync(
            "$null = Start-MailServer d -Ephemeral -Domain example.com; $null = New-Mailbox alice@example.com; (Get-ChildItem Mail:/).PSChildName",
            "Send-Mail -From a@example.com -To alice@example.com -Subject x -Body 'Hi there'; cd Mail:/alice@example.com/INBOX; Test-Path 1",
            "Get-Content 1 | Select-Object -Last 1",
            "@(Get-ChildItem).Count",
            "Remove-Item 1 -Confirm:$false; @(Get-ChildItem).Count"));

    [Theory]
    [InlineData("a,b\nc", 2, "a", "b")]
    [InlineData("\"a,\"\"b\"\"\",\"c\nd\"", 2, "a,\"b\"", "c\nd")]
    [InlineData(",", 2, "", "")]
    public void Csv_fields_are_read_as_RFC_4180_says(string text, int count, string first, string second)
    {
        var row = ImportCsv.ReadRow(new StringReader(text), ',')!;
        Assert.Equal((count, first, second), (row.Count, row[0], row[1]));
    }
}
