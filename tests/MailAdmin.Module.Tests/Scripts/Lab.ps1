# What the test files share. Dot-sourced in BeforeAll.

function ConvertTo-Secret([string] $Text) {
    # Nothing is secret in a lab.
    [Net.NetworkCredential]::new('', $Text).SecurePassword
}

function Get-Login([string] $Address, [string] $Text = 'correct horse battery') {
    [pscredential]::new($Address, (ConvertTo-Secret $Text))
}

function Enter-Lab {
    # The module and a server of this process with two mailboxes.
    Import-Module $env:MAILADMIN_MANIFEST
    $script:alice = Get-Login alice@example.com
    $script:bob = Get-Login bob@example.com
    $script:server = Start-MailServer -Ephemeral -Credential $alice, $bob
}

function Exit-Lab {
    Set-Location $HOME
    Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0
}

function Add-Message([string] $Mailbox, [string] $Subject, [string] $Folder = 'INBOX', [string] $Body = 'Hello') {
    Import-MailboxMessage $Mailbox -Folder $Folder -Message "From: Carol <carol@example.net>`nTo: $Mailbox`nSubject: $Subject`nDate: Fri, 02 Jan 2026 10:00:00 +0000`nMessage-ID: <$(New-Guid)@example.net>`n`n$Body`n"
}

function Invoke-Serve([string] $Name, [string] $StorePath) {
    # "mailadmin serve" on free ports; returns the process once the server answers.
    $ports = 'smtp', 'submission', 'submissions', 'imap', 'imaps', 'pop3', 'pop3s' | ForEach-Object { "--$_-port"; '0' }
    $start = [Diagnostics.ProcessStartInfo]::new($env:MAILADMIN_PROGRAM)
    'serve', '--name', $Name, '--store', $StorePath + $ports | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)

    # Nothing of it is looked at, but a full pipe would stop it.
    $null = $process.StandardError.ReadToEndAsync()
    while ($null -ne ($line = $process.StandardOutput.ReadLine())) {
        if ($line.StartsWith('certificate')) {
            $null = $process.StandardOutput.ReadToEndAsync()

            # Its note for other processes is left a moment after it serves.
            while (-not (Get-MailServer | Where-Object ProcessId -EQ $process.Id)) { Start-Sleep -Milliseconds 20 }
            return $process
        }
    }

    throw "mailadmin serve ended with $($process.ExitCode)."
}

function Get-OneError([scriptblock] $Script) {
    # Runs a script that must write or throw exactly one error, and gives it.
    $failures = @()
    try {
        & $Script 2>&1 | ForEach-Object {
            if ($_ -is [Management.Automation.ErrorRecord]) { $failures += $_ }
        }
    }
    catch {
        $failures += $_
    }

    if ($failures.Count -ne 1) {
        throw "$($failures.Count) errors instead of one: $($failures -join ' | ')"
    }

    $failures[0]
}
