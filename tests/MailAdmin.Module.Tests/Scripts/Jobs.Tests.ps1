# From jobs, threads and other sessions; and what happens when somebody loses patience.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Enter-Lab

    # Starts a script in a session of its own, waits until it has begun, and stops it as Ctrl+C does; true if it ended by that.
    function Test-Stop([string] $Script, [scriptblock] $HasBegun) {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module `$env:MAILADMIN_MANIFEST; $Script")
        $running = $shell.BeginInvoke()
        while (-not (& $HasBegun)) {
            if ($running.IsCompleted) { throw "ended early: $($shell.Streams.Error)" }
            [Threading.Thread]::Yield()
        }

        $shell.Stop()
        $shell.InvocationStateInfo.State -eq 'Stopped' -and $shell.Streams.Error.Count -eq 0
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }
}

AfterAll { Exit-Lab }

Describe 'Jobs' {
    It 'ForEach-Object -Parallel makes mailboxes side by side' {
        $made = 1..20 | ForEach-Object -Parallel { Import-Module $env:MAILADMIN_MANIFEST; New-Mailbox "p$_@example.com" } -ThrottleLimit 5
        $made.Count | Should -Be 20
        (Get-Mailbox p*@example.com).Count | Should -Be 20
    }

    It 'Start-ThreadJob meets the server of this process' {
        (Start-ThreadJob { Import-Module $env:MAILADMIN_MANIFEST; Get-Mailbox alice@example.com } | Receive-Job -Wait -AutoRemoveJob).Address | Should -Be 'alice@example.com'
    }

    It 'Start-Job meets it from another process' {
        $job = Start-Job {
            Import-Module $using:env:MAILADMIN_MANIFEST
            (Get-Mailbox alice@example.com -Server default).Address
        }
        $job | Receive-Job -Wait -AutoRemoveJob | Should -Be 'alice@example.com'
    }

    It 'what comes out of one looks as it did' {
        $job = Start-Job {
            Import-Module $using:env:MAILADMIN_MANIFEST
            Get-MailServer default
            Measure-MailServer default
        }
        $info, $statistics = $job | Receive-Job -Wait -AutoRemoveJob
        $info | Out-String -Width 80 | Should -Be (Get-MailServer default | Out-String -Width 80)
        $info.Endpoints[0].Port | Should -Be $server.Endpoints[0].Port
        $statistics | Out-String -Width 80 | Should -Match 'Imap: 0 clients'
    }

    It 'a session that ends takes neither server nor connection of another with it' {
        $shell = [powershell]::Create()
        $shell.AddScript('Import-Module $env:MAILADMIN_MANIFEST; Start-MailServer second -Ephemeral | ForEach-Object Name').Invoke() | Should -Be 'second'
        $shell.Runspace.Dispose()
        $shell.Dispose()
        (Get-MailServer second).State | Should -Be 'Running'
        Stop-MailServer second
    }
}

Describe 'Ctrl+C' {
    It 'ends Wait-MailboxMessage' {
        Test-Stop 'Wait-MailboxMessage alice@example.com -Subject never -Timeout 86400; $global:ended = 1' { $true } | Should -BeTrue
    }

    It 'ends Watch-MailEvent' {
        $script:seen = [Collections.Concurrent.ConcurrentBag[object]]::new()
        Test-Stop 'Watch-MailEvent -After 1 | ForEach-Object { [AppDomain]::CurrentDomain.SetData("watched", 1) }' { [AppDomain]::CurrentDomain.GetData('watched') } | Should -BeTrue
    }

    It 'ends Start-MailServer -Wait and the server with it' {
        Test-Stop 'Start-MailServer waiting -Ephemeral -Wait' { Get-MailServer waiting -ErrorAction Ignore } | Should -BeTrue
        Get-MailServer waiting* | Should -BeNullOrEmpty
    }

    It 'ends Start-MailServer -Wait and the server also before it came to wait' {
        Test-Stop 'Start-MailServer waiting -Ephemeral -Wait | ForEach-Object { [AppDomain]::CurrentDomain.SetData("up", 1); while ($true) { $null = [Threading.Thread]::Yield() } }' { [AppDomain]::CurrentDomain.GetData('up') } | Should -BeTrue
        Get-MailServer waiting* | Should -BeNullOrEmpty
    }

    It 'ends Start-MailServer -Wait, which a restart does not' {
        $store = "$TestDrive/waiting"
        $ports = "-SmtpPort 0 -SubmissionPort -1 -SubmissionsPort -1 -ImapPort -1 -ImapsPort -1 -Pop3Port -1 -Pop3sPort -1"
        Test-Stop "Start-MailServer waiting -StorePath '$store' $ports -Wait" {
            if (Get-MailServer waiting -ErrorAction Ignore) { $script:restarted = Restart-MailServer waiting -DrainSeconds 0; $true }
        } | Should -BeTrue
        $restarted.State | Should -Be 'Running'
        Get-MailServer waiting* | Should -BeNullOrEmpty
    }

    It 'ends Get-MailSessionTranscript -Follow' {
        $imap = [Net.Sockets.TcpClient]::new('127.0.0.1', $server.Endpoints.Where({ $_.Service -eq 'imap' }).Port)
        $null = $imap.GetStream().ReadByte()
        $id = (Get-MailSession).Id
        Test-Stop "Get-MailSessionTranscript $id -Follow | ForEach-Object { [AppDomain]::CurrentDomain.SetData('followed', 1) }" { [AppDomain]::CurrentDomain.GetData('followed') } | Should -BeTrue
        $imap.Dispose()
    }
}

Describe 'Credentials' {
    It 'come as Get-Credential gives them' {
        Send-Mail -From alice@example.com -To bob@example.com -Subject signed -Body x -Credential $alice
        (Receive-Mail $bob -Subject signed).Subject | Should -Be 'signed'
        (Test-MailProtocol -Protocol Imap -Credential $alice -NoRoundTrip).Where({ $_.Check -eq 'Login' }).Result | Select-Object -Unique | Should -Be 'Success'
        Test-MailProtocol -Protocol Imap -Credential (Get-Login alice@example.com wrong) -Quiet | Should -BeFalse
    }

    It 'are taken as SecureString and never shown' {
        $null = New-Mailbox secret@example.com -Password (ConvertTo-Secret 'kept to oneself')
        Get-Mailbox secret@example.com | Format-List * | Out-String | Should -Not -Match 'kept to oneself'
    }
}
