# A server in the pipeline, or given to -Server, says where and never what.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Import-Module $env:MAILADMIN_MANIFEST

    # Names that would be found for mailboxes, domains or folders, if a server's were taken for one.
    $one = Start-MailServer one -Ephemeral -Credential (Get-Login a@one.example)
    $two = Start-MailServer two -Ephemeral -Credential (Get-Login a@two.example), (Get-Login b@two.example)
    $null = Import-MailboxMessage a@one.example -Message "Subject: first`n`nx`n" -Server one
    $null = New-MailAlias team@two.example -Target a@two.example -Server two
    $null = Add-MailBlock 192.0.2.1 -Server two
    $null = New-MailRoute branch -Domain branch.example -SmartHost 127.0.0.1 -Server two
}

AfterAll { Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0 }

Describe 'A server down the pipeline' {
    It 'is asked, and no identity' {
        $one, $two | Get-Mailbox | ForEach-Object Address | Should -Be 'a@one.example', 'a@two.example', 'b@two.example'
        $two, $one | Get-Mailbox | ForEach-Object Address | Should -Be 'a@two.example', 'b@two.example', 'a@one.example'
        $one, $two | Get-Mailbox a@* | ForEach-Object Address | Should -Be 'a@one.example', 'a@two.example'
        ($two | Get-MailboxStatistics).Count | Should -Be 2
        $one, $two | Get-MailDomain | ForEach-Object Name | Should -Be 'one.example', 'two.example'
        $one, $two | Get-MailAlias | ForEach-Object Address | Should -Be 'team@two.example'
        $one, $two | Get-MailBlock | ForEach-Object Address | Should -Be '192.0.2.1'
        $one, $two | Get-MailRoute | ForEach-Object Name | Should -Be 'branch'
        $one, $two | Get-MailQueue | Should -BeNullOrEmpty
        $one, $two | Get-MailQueueMessage | Should -BeNullOrEmpty
        $one, $two | Get-MailSession | Should -BeNullOrEmpty
        ($one | Get-MailboxFolder a@one.example INBOX).Name | Should -Be 'INBOX'
        ($one | Get-MailboxMessage a@one.example).Subject | Should -Be 'first'
        Set-Content "$TestDrive/m.eml" "Subject: from a file`n`nx"
        (Import-MailboxMessage b@two.example "$TestDrive/m.eml" -Server $two).Subject | Should -Be 'from a file'
        (Get-OneError { $one | Import-MailboxMessage a@one.example }).FullyQualifiedErrorId | Should -BeLike 'InputObjectNotBound,*'
        $one, $two | Test-MailStore -Quiet | Should -Be $true, $true
        $one, $two | Optimize-MailStore | ForEach-Object StorePath | Should -Be $one.StorePath, $two.StorePath
        ($one, $two | Measure-MailServer).Count | Should -Be 2
        $one, $two | Get-MailCertificate | ForEach-Object Server | Should -Be 'one', 'two'
        $one | Test-MailProtocol -Protocol Imap -Quiet | Should -BeTrue
    }

    It 'is where things are made, changed and removed' {
        ($one, $two | New-Mailbox both@example.com).Count | Should -Be 2
        $one, $two | Set-Mailbox both@example.com -DisplayName Both -PassThru | ForEach-Object DisplayName | Should -Be 'Both', 'Both'
        $one, $two | New-MailDomain extra.example | ForEach-Object Name | Should -Be 'extra.example', 'extra.example'
        $one, $two | Remove-MailDomain extra.example -Force
        $one, $two | Send-Mail -From a@one.example -To both@example.com -Subject 'to each' -Body x
        $one, $two | Wait-MailboxMessage both@example.com -After 0 -Timeout 60 | ForEach-Object Subject | Should -Be 'to each', 'to each'
        $two | Copy-MailboxMessage both@example.com INBOX 1 Archive
        $one, $two | Set-MailboxMessage both@example.com INBOX 1 -IsRead $true -PassThru | ForEach-Object IsRead | Should -Be $true, $true
        $one, $two | Remove-MailboxMessage both@example.com INBOX 1 -Force
        $one, $two | Get-MailboxMessage both@example.com | Should -BeNullOrEmpty
        $two | Get-MailboxMessage both@example.com Archive | ForEach-Object Subject | Should -Be 'to each'
        $one, $two | Remove-Mailbox both@example.com -Force
        (Get-Mailbox both* -Server one).Count + (Get-Mailbox both* -Server two).Count | Should -Be 0
    }

    It 'leaves what is missing missing: <_>' -ForEach 'Remove-Mailbox -Force', 'Disable-Mailbox', 'New-Mailbox', 'New-MailDomain', 'Remove-MailRoute', 'Stop-MailSession', 'Remove-MailQueueMessage -Force', 'Wait-MailboxMessage -Timeout 1' {
        $name, $arguments = $_ -split ' ', 2
        $failure = Get-OneError ([scriptblock]::Create("`$one | $_"))
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterMissing,*'
        $failure.ErrorDetails.RecommendedAction | Should -Match '^Give -(Identity|Name|Id|Mailbox)'
        (Get-Mailbox -Server one).Address | Should -Be 'a@one.example'
        (Get-MailDomain -Server one).Name | Should -Be 'example.com', 'one.example'
    }

    It 'that has ended is one error, and the others are asked' {
        $three = Start-MailServer three -Ephemeral
        Stop-MailServer three
        $found = $one, $three, $two | Get-Mailbox -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Count | Should -Be 3
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        $failures[0].TargetObject | Should -Be 'three'
    }
}

Describe 'What came from a server' {
    It 'is changed there, whatever else runs: <_>' -ForEach 'Get-Mailbox a@*', 'Get-Mailbox a@* -Server $_', 'Get-MailboxStatistics a@*' {
        $code = $_
        $one, $two | ForEach-Object { & ([scriptblock]::Create($(if ($code -match 'Server') { $code } else { "`$_ | $code" }))) } | Set-Mailbox -DisplayName $code
        (Get-Mailbox a@* -Server one).DisplayName, (Get-Mailbox a@* -Server two).DisplayName | Should -Be $code, $code
        (Get-Mailbox b@* -Server two).DisplayName | Should -BeNullOrEmpty
    }

    It 'goes through what sorts and chooses, and further than one command' {
        $one, $two | Get-Mailbox | Sort-Object Address | Where-Object Address -Like a@* | Get-MailboxFolder -Name INBOX | Get-MailboxMessage | Set-MailboxMessage -AddFlag seen-here
        (Get-MailboxMessage a@one.example -Server one).Flags | Should -Contain 'seen-here'
        $one, $two | Get-MailAlias | Get-MailAlias | ForEach-Object Address | Should -Be 'team@two.example'
        $one, $two | Get-MailRoute | Set-MailRoute -Port 26 -PassThru | ForEach-Object Port | Should -Be 26
        (Get-Mailbox a@* -Server one | Get-Member -MemberType Properties).Name | Should -Not -Contain 'Server'
    }

    It 'stays with it when another is connected' {
        $null = Connect-MailServer two
        $box = Get-Mailbox b@two.example
        $null = Connect-MailServer one
        $box | Set-Mailbox -DisplayName 'Still two'
        (Get-Mailbox b@two.example -Server two).DisplayName | Should -Be 'Still two'
        Disconnect-MailServer
    }

    It 'is elsewhere only where that is said, or something new is made of it' {
        $box = Get-Mailbox b@two.example -Server two
        (Get-OneError { $box | Set-Mailbox -DisplayName x -Server one }).FullyQualifiedErrorId | Should -BeLike 'MailboxNotFound,*'
        (Get-OneError { $box | New-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'ServerNotUnique,*'
        $null = $box | New-Mailbox -Server one
        (Get-Mailbox b@two.example -Server one).Address | Should -Be 'b@two.example'
        Get-Mailbox b@two.example -Server one | Remove-Mailbox -Force
        (Get-Mailbox b@two.example -Server two).Address | Should -Be 'b@two.example'
        Remove-MailDomain two.example -Server one -Force
    }

    It 'is in its store, where no server ran' {
        $store = "$TestDrive/kept"
        $null = New-Mailbox kept@example.com -StorePath $store
        Get-Mailbox -StorePath $store | Set-Mailbox -Quota 1GB
        (Get-Mailbox -StorePath $store).QuotaBytes | Should -Be 1GB
        $null = New-PSDrive -Name Kept -PSProvider MailAdmin -Root '' -StorePath $store
        Get-ChildItem Kept:/ | Disable-Mailbox
        Remove-PSDrive Kept
        (Get-Mailbox -StorePath $store).IsEnabled | Should -BeFalse
    }
}

Describe '-Server' {
    It 'takes a name or a server' {
        (Get-Mailbox -Server one).Address | Should -Be 'a@one.example'
        (Get-Mailbox -Server $one).Address | Should -Be 'a@one.example'
        ('b@*' | Get-Mailbox -Server $two).Address | Should -Be 'b@two.example'
        $two | Connect-MailServer | ForEach-Object Name | Should -Be 'two'
        (Get-Mailbox).Count | Should -Be 2
        ($one | Get-Mailbox).Count | Should -Be 1
        Disconnect-MailServer
        (Get-OneError { Get-Mailbox -Server nosuch }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        (Get-OneError { Get-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'ServerNotUnique,*'
    }

    It 'is the same for every cmdlet that has it' {
        foreach ($command in Get-Command -Module MailAdmin -ParameterName Server -CommandType Cmdlet) {
            $parameter = $command.Parameters['Server']
            if ($parameter.Name -ne 'Server') { continue } # An alias of -Name.
            "$command $($parameter.ParameterType)" | Should -Be "$command System.Object"

            # Where messages come down the pipeline, a server is given to -Server.
            $parameter.Attributes.Where({ $_ -is [Parameter] }).ValueFromPipeline | Should -Be ($command.Name -ne 'Import-MailboxMessage')
        }
    }
}

Describe 'Something else down the pipeline' {
    It 'is one error where nothing takes it: <_>' -ForEach '[pscustomobject]@{ Nosuch = 1 } | Watch-MailEvent -Server one', 'Get-Date | Show-MailDashboard -Server one' {
        $null = Get-OneError ([scriptblock]::Create($_))
    }

    It 'is one error where it could be a server but is none: <_>' -ForEach '[pscustomobject]@{ Nosuch = 1 } | Watch-MailEvent', '$null | Get-Mailbox', '$null | Get-MailQueueMessage', '[uri] "mail://x" | Show-MailDashboard' {
        $failure = Get-OneError ([scriptblock]::Create($_))
        $failure.FullyQualifiedErrorId | Should -BeLike 'InputNotUsable,*'
    }

    It 'is a row of a file' {
        $null = Connect-MailServer one
        [pscustomobject]@{ Name = 'rows.example' }, [pscustomobject]@{ Domain = 'rows2.example' } | New-MailDomain | ForEach-Object Name | Should -Be 'rows.example', 'rows2.example'
        (Get-MailDomain rows* | Remove-MailDomain -Force) | Should -BeNullOrEmpty
        Disconnect-MailServer
    }
}
