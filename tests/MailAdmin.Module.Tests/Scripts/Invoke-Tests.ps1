# Runs one file of tests and says what came of it: the exit code is 0 only where all passed.
param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $Pester)

$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'
Import-Module $Pester
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$run = Invoke-Pester -Configuration $configuration
foreach ($failed in @($run.Failed) + @($run.FailedBlocks) + @($run.FailedContainers)) {
    "FAILED $($failed.ExpandedPath ?? $failed.Item)"
    foreach ($record in $failed.ErrorRecord) {
        "  $record"
        "  $(($record.ScriptStackTrace -split "\n").Where({ $_ -notmatch "Pester" }) -join "; ")"
    }
}

# A server left behind by a test that failed must not keep the process.
Get-Module MailAdmin | ForEach-Object { Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0 }
"Passed: $($run.PassedCount), Failed: $($run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount), Skipped: $($run.SkippedCount)"
exit [int]($run.Result -ne 'Passed')
