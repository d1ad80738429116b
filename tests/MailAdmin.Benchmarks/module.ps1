# Times of the module in PowerShell: dotnet pwsh -NoProfile -File tests/MailAdmin.Benchmarks/module.ps1
# Build with -c Release before. Everything is made in a temporary folder and removed again.
param([int] $Mailboxes = 10000, [int] $Imports = 5)

$ProgressPreference = 'SilentlyContinue'
$root = Split-Path (Split-Path $PSScriptRoot)
$manifest = "$root/MailAdmin.psd1"
$program = "$root/src/MailAdmin.Console/bin/Release/net10.0/mailadmin"
$folder = [IO.Directory]::CreateTempSubdirectory('mailadmin-times-').FullName
foreach ($name in 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME') {
    [Environment]::SetEnvironmentVariable($name, (New-Item "$folder/$name" -ItemType Directory).FullName)
}

function Show-Time([string] $What, [double] $Milliseconds) {
    '{0,-62} {1,9:N0} ms' -f $What, $Milliseconds
}

function Measure-Account([string] $Where, [hashtable] $Route) {
    Show-Time "New-Mailbox x $Mailboxes from CSV, $Where" (Measure-Command { $script:made = Import-Csv "$folder/people.csv" | New-Mailbox @Route }).TotalMilliseconds
    Show-Time "Get-Mailbox of $Mailboxes, $Where" (Measure-Command { $script:all = Get-Mailbox @Route }).TotalMilliseconds
    if ($made.Count -ne $Mailboxes -or $all.Count -ne $Mailboxes) { throw "made $($made.Count), listed $($all.Count)" }
}

# A warm engine: the process has run a pipeline before, the module comes for the first time.
$shell = [Environment]::ProcessPath
$start = if ([IO.Path]::GetFileNameWithoutExtension($shell) -eq 'dotnet') { $shell, "$PSHOME/pwsh.dll" } else { , $shell }
$times = 1..$Imports | ForEach-Object {
    [double] (& $start[0] @($start | Select-Object -Skip 1) -NoProfile -Command "`$null = 1..10 | ForEach-Object { [math]::Sqrt(`$_) } | Sort-Object; (Measure-Command { Import-Module '$manifest' }).TotalMilliseconds")
} | Sort-Object
Show-Time "Import-Module, median of $Imports processes" $times[[math]::Floor($Imports / 2)]

Import-Module $manifest
Show-Time 'Start-MailServer -Ephemeral, first of the process, to the greeting' (Measure-Command {
        $server = Start-MailServer here -Ephemeral -Domain example.com
        $script:client = [Net.Sockets.TcpClient]::new('127.0.0.1', $server.Endpoints[0].Port)
        $null = $client.GetStream().ReadByte()
    }).TotalMilliseconds
$client.Dispose()

1..$Mailboxes | ForEach-Object { [pscustomobject]@{ Address = "user$_@example.com"; DisplayName = "User $_"; Quota = '1GB' } } | Export-Csv "$folder/people.csv"
Measure-Account 'server in this process' @{ Server = 'here' }
Stop-MailServer here -DrainSeconds 0

$ports = 'smtp', 'submission', 'submissions', 'imap', 'imaps', 'pop3', 'pop3s' | ForEach-Object { "--$_-port"; '0' }
$serve = Start-Process $program -ArgumentList (@('serve', '--name', 'there', '--store', "$folder/there") + $ports) -PassThru -RedirectStandardOutput "$folder/out" -RedirectStandardError "$folder/log"
while (-not (Get-MailServer | Where-Object Name -EQ 'there')) { Start-Sleep -Milliseconds 100 }
Measure-Account 'server in another process' @{ Server = 'there' }

# Large messages: what the shell's memory grows by while one goes in and out.
$null = New-Mailbox large@example.com -Server there
$writer = [IO.StreamWriter]::new("$folder/large.eml")
$writer.Write("Subject: large`r`nContent-Type: application/octet-stream`r`nContent-Disposition: attachment; filename=large.bin`r`nContent-Transfer-Encoding: base64`r`n`r`n")
$lines = ('QUJD' * 18 + "`r`n") * 1000
1..2700 | ForEach-Object { $writer.Write($lines) }
$writer.Dispose()
function Get-Memory { [GC]::Collect(); [GC]::WaitForPendingFinalizers(); [GC]::Collect(); (Get-Process -Id $PID).WorkingSet64 / 1MB }
$before = Get-Memory
Show-Time ('Import-MailboxMessage of {0:N0} MB, other process' -f ((Get-Item "$folder/large.eml").Length / 1MB)) (Measure-Command { $script:stored = Import-MailboxMessage large@example.com "$folder/large.eml" -Server there }).TotalMilliseconds
'{0,-62} {1,9:N0} MB' -f '  working set of the shell afterwards, more than before', ((Get-Process -Id $PID).WorkingSet64 / 1MB - $before)
Show-Time 'Save-MailboxAttachment of it' (Measure-Command { $null = $stored | Save-MailboxAttachment -Path "$folder/saved" -Server there }).TotalMilliseconds
'{0,-62} {1,9:N0} MB' -f '  working set of the shell afterwards, more than before', ((Get-Process -Id $PID).WorkingSet64 / 1MB - $before)

Stop-MailServer there -DrainSeconds 0
$serve.WaitForExit()
Remove-Item $folder -Recurse -Force
