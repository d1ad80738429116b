# A day of an admin with nothing but the cmdlets, beside a running "mailadmin serve".

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Import-Module $env:MAILADMIN_MANIFEST
    $serve = Invoke-Serve prod "$TestDrive/store"
    $dir = (New-Item "$TestDrive/work" -ItemType Directory).FullName
    Set-Location $dir
}

AfterAll {
    Set-Location $HOME
    Stop-MailServer prod -DrainSeconds 0
    $serve.WaitForExit()
    if ($serve.ExitCode -ne 0) { throw "serve ended with $($serve.ExitCode)" }
}

Describe 'A day' {
    It 'begins with people from a file, some of whose rows are bad' {
        New-MailDomain example.com | ForEach-Object Name | Should -Be 'example.com'
        $rows = 1..1000 | ForEach-Object { [pscustomobject]@{ Address = "user$_@example.com"; DisplayName = "User $_"; Quota = '1GB'; Password = '' } }
        $rows[100].Address = 'not an address'
        $rows[200].Quota = 'banana'
        $rows[300].Address = 'user1@example.com'
        $rows[400].Address = ''
        $rows[500] = [pscustomobject]@{ Address = 'user501@example.com'; Quota = '1GB'; Password = 'short' }
        $rows | Export-Csv people.csv
        $made = Import-Csv people.csv | New-Mailbox -ErrorAction SilentlyContinue -ErrorVariable bad
        $made.Count | Should -Be 995
        $made.Where({ $_.GeneratedPassword.Length -ge 20 }).Count | Should -Be 995
        @($bad | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] } | Sort-Object) | Should -Be 'InvalidAddress', 'InvalidAddress', 'MailboxExists', 'ParameterArgumentTransformationError', 'WeakPassword'
        ($bad | Where-Object FullyQualifiedErrorId -Like 'ParameterArgument*').TargetObject.Address | Should -Be 'user201@example.com'
        (Get-Mailbox).Count | Should -Be 995
        (Get-MailDomain example.com).MailboxCount | Should -Be 995
    }

    It 'goes on with quotas, names, passwords, leavers and aliases' {
        Get-Mailbox user99*@example.com | Set-Mailbox -Quota 2GB
        (Get-Mailbox user99*@example.com | Where-Object QuotaBytes -EQ 2GB).Count | Should -Be 11
        Set-Mailbox user1@example.com -Password 'a good new one' -DisplayName 'First User' -Quota Unlimited
        (Get-Mailbox 'First User').QuotaBytes | Should -BeNullOrEmpty
        Disable-Mailbox user2@example.com
        (Get-Mailbox | Where-Object IsEnabled -EQ $false).PrimarySmtpAddress | Should -Be 'user2@example.com'
        Rename-Mailbox user3@example.com third@example.com -KeepAlias
        (Get-MailAlias user3@example.com).Targets | Should -Be 'third@example.com'
        $null = New-MailAlias sales@example.com -Target user1@example.com, third@example.com
        Remove-Mailbox user4@example.com -Force
        Get-Mailbox user4* | Where-Object Address -EQ 'user4@example.com' | Should -BeNullOrEmpty
    }

    It 'sees mail sent, found, sorted, exported and brought back' {
        1..10 | ForEach-Object { Send-Mail -From user5@example.com -To sales@example.com -Subject "Report $_" -Body "See https://example.com/$_" -Attachments people.csv }
        (Wait-MailboxMessage user1@example.com -Subject 'Report *' -Count 10 -Timeout 120).Count | Should -Be 10
        (Get-MailboxMessage user1@example.com -Subject '*1*').Subject | Should -Be 'Report 1', 'Report 10'
        (Get-MailboxMessage user1@example.com -From user5* -Newest 2).Subject | Should -Be 'Report 9', 'Report 10'
        $null = New-MailboxFolder user1@example.com Reports/2026
        Get-MailboxMessage user1@example.com | Where-Object Subject -Match '[1-5]$' | Move-MailboxMessage Reports/2026
        (Get-MailboxFolder user1@example.com Reports/2026).MessageCount | Should -Be 5
        Get-MailboxMessage user1@example.com Reports/2026 | Set-MailboxMessage -IsRead $true -AddFlag done
        (Get-MailboxMessage user1@example.com * -Unread).Count | Should -Be 5
        $files = Get-MailboxMessage user1@example.com Reports/2026 | Export-MailboxMessage ./exported
        $files.Count | Should -Be 5
        ($files | Import-MailboxMessage user5@example.com -Folder Archive -Flag Seen).Count | Should -Be 5
        $saved = Get-MailboxMessage user5@example.com Archive -Newest 1 | Save-MailboxAttachment ./attachments
        (Get-FileHash $saved).Hash | Should -Be (Get-FileHash people.csv).Hash
        Get-MailboxMessage third@example.com | Remove-MailboxMessage -Force
        (Get-MailboxStatistics third@example.com).MessageCount | Should -Be 0
    }

    It 'looks at who is there and what happens' {
        $imap = [Net.Sockets.TcpClient]::new('127.0.0.1', (Get-MailServer prod).Endpoints.Where({ $_.Service -eq 'imap' }).Port)
        $null = $imap.GetStream().ReadByte()
        $session = Get-MailSession -Protocol Imap
        $session.State | Should -Not -BeNullOrEmpty
        (Get-MailSessionTranscript $session.Id)[0].Text | Should -Match '^\* OK'
        Stop-MailSession "$($session.Id)*"
        (Watch-MailEvent SessionClosed -After 1 -TimeoutSeconds 60 | Where-Object SessionId -EQ $session.Id | Select-Object -First 1).SessionId | Should -Be $session.Id
        $imap.Dispose()
    }

    It 'ends with certificate, limits, store and a test of all of it' {
        (Set-MailServer -HostName mail.example.com -Limit @{ Recipients = 50 } -PassThru).HostName | Should -Be 'mail.example.com'
        $made = New-MailCertificate mail.example.com mail.pfx -Password 'file secret'
        Set-MailCertificate mail.pfx -Password 'file secret'
        (Get-MailCertificate).Thumbprint | Should -Be $made.Thumbprint
        Test-MailStore -Quiet | Should -BeTrue
        (Optimize-MailStore).FreedBytes | Should -BeGreaterOrEqual 0
        $login = Get-Login user1@example.com 'a good new one'
        Test-MailProtocol -Credential $login | Where-Object Result -EQ Failure | Should -BeNullOrEmpty
    }
}
