# A command acts where it was said to, or nowhere: no path, piped object or empty variable leads to another server.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Import-Module $env:MAILADMIN_MANIFEST
    $none = $null
    $nothing = ''
    $never = "$TestDrive/never"

    # What is said first of a path that cannot be asked for: the engine may wrap it, and say behind it that the path does not exist.
    function Get-FirstError([scriptblock] $Script) {
        try { & $Script 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | Select-Object -First 1 | ForEach-Object ToString } catch { "$_" }
    }
}

AfterAll {
    Set-Location $HOME
    Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0
}

Describe 'A drive of a server or store' {
    BeforeAll {
        # The same mailboxes, folders and UIDs in both.
        $main = Start-MailServer main -Ephemeral
        $old = Start-MailServer old -Ephemeral
        $null = Connect-MailServer main
        foreach ($server in 'main', 'old') {
            'alice@example.com', 'bob@example.com' | New-Mailbox -Server $server | Out-Null
        }

        $null = New-PSDrive -Name Old -PSProvider MailAdmin -Root '' -Server old
    }

    AfterAll {
        Disconnect-MailServer
        Stop-MailServer main, old -DrainSeconds 0
    }

    BeforeEach {
        foreach ($server in 'main', 'old') {
            Get-MailboxFolder alice@example.com Work* -Server $server | Sort-Object Name -Descending | Remove-MailboxFolder -Force -Server $server
            Get-MailboxMessage *@example.com * -Server $server | Remove-MailboxMessage -Force -Server $server
            1..2 | ForEach-Object { $null = Import-MailboxMessage alice@example.com -Message "Subject: $server $_`n`nx" -Server $server }
        }

        $uids = (Get-ChildItem Old:/alice@example.com/INBOX).Uid
    }

    It 'gives paths that lead back to it' {
        $item = Get-Item "Old:/alice@example.com/INBOX/$($uids[0])"
        $item.Subject | Should -Be 'old 1'
        $item.PSPath | Should -Be "MailAdmin\MailAdmin::Old:/alice@example.com/INBOX/$($uids[0])"
        $item.PSParentPath | Should -Be 'MailAdmin\MailAdmin::Old:/alice@example.com/INBOX'
        $item.PSChildName | Should -Be "$($uids[0])"
        ($item | Get-Item).Subject | Should -Be 'old 1'
        (Get-Item $item.PSPath).Subject | Should -Be 'old 1'
        ($item | Get-Content) -match '^Subject' | Should -Be 'Subject: old 1'
        (Resolve-Path "Old:/a*/IN*/$($uids[0])").Path | Should -Be "Old:/alice@example.com/INBOX/$($uids[0])"
        Split-Path "Old:/alice@example.com/INBOX" | Should -Be 'Old:/alice@example.com'
    }

    It 'is what its items are removed from' {
        Get-ChildItem Old:/alice@example.com/INBOX | Remove-Item
        Get-MailboxMessage alice@example.com -Server old | Should -BeNullOrEmpty
        (Get-MailboxMessage alice@example.com -Server main).Count | Should -Be 2
        Get-ChildItem Old:/ | Where-Object Address -Like bob* | Get-ChildItem | Where-Object Name -EQ Junk | Remove-Item
        (Get-MailboxFolder bob@example.com -Server main).Name | Should -Contain Junk
        (Get-MailboxFolder bob@example.com -Server old).Name | Should -Not -Contain Junk
    }

    It 'can be walked' {
        Set-Location Old:/
        Get-ChildItem | ForEach-Object Address | Should -Be 'alice@example.com', 'bob@example.com'
        Set-Location alice@example.com/INBOX
        (Get-Location).Path | Should -Be 'Old:/alice@example.com/INBOX'
        (Get-Item $uids[1]).Subject | Should -Be 'old 2'
        (Get-ChildItem).Subject | Should -Be 'old 1', 'old 2'
        Set-Location ..
        (Get-ChildItem -Recurse -Filter 'old 2').Subject | Should -Be 'old 2'
        (Get-ChildItem -Recurse -Include "$($uids[1])").Subject | Should -Be 'old 2'
        (Get-ChildItem Old:/ -Name) | Should -Be 'alice@example.com', 'bob@example.com'
        Test-Path Old:/, Old:/alice@example.com, Old:/nobody@example.com | Should -Be $true, $true, $false
        Set-Location $HOME
    }

    It 'makes, renames, copies and moves within itself' {
        (New-Item Old:/alice@example.com/Work/2026 -ItemType Directory).PSPath | Should -Be 'MailAdmin\MailAdmin::Old:/alice@example.com/Work/2026'
        $moved = Move-Item "Old:/alice@example.com/INBOX/$($uids[0])" Old:/alice@example.com/Work -PassThru
        $moved.PSPath | Should -Be "MailAdmin\MailAdmin::Old:/alice@example.com/Work/$($moved.Uid)"
        $renamed = Rename-Item Old:/alice@example.com/Work Worked -PassThru
        ($renamed | Get-Item).Name | Should -Be 'Worked'
        Rename-Item Old:/alice@example.com/Worked Work
        $made = New-Item Old:/alice@example.com/Work -ItemType Message -Value "Subject: made`n`nHello"
        ($made | Get-Item).Subject | Should -Be 'made'
        Copy-Item Old:/alice@example.com/Work Old:/bob@example.com -Recurse
        (Get-ChildItem Old:/bob@example.com/Work).Count | Should -Be 3
        Remove-Item Old:/bob@example.com/Work -Recurse
        Get-MailboxFolder alice@example.com Work* -Server main | Should -BeNullOrEmpty
    }

    It 'carries nothing to another server, and says so: <_>' -ForEach 'Copy-Item', 'Move-Item' {
        $from = (Get-ChildItem Mail:/alice@example.com/INBOX)[0].Uid
        $failure = Get-OneError ([scriptblock]::Create("$_ Mail:/alice@example.com/INBOX/$from Old:/alice@example.com/Archive"))
        $failure.FullyQualifiedErrorId | Should -BeLike 'OtherServer,*'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Import-MailboxMessage'
        Get-MailboxMessage alice@example.com Archive -Server main | Should -BeNullOrEmpty
        Get-MailboxMessage alice@example.com Archive -Server old | Should -BeNullOrEmpty
        (Get-MailboxMessage alice@example.com -Server main).Count | Should -Be 2
    }

    It 'knows two names of one server' {
        $null = New-PSDrive -Name Same -PSProvider MailAdmin -Root '' -StorePath (Get-MailServer main).StorePath
        $from = (Get-ChildItem Mail:/alice@example.com/INBOX)[0].Uid
        Copy-Item "Mail:/alice@example.com/INBOX/$from" Same:/alice@example.com/Archive
        (Get-ChildItem Same:/alice@example.com/Archive).Count | Should -Be 1
        Remove-PSDrive Same
    }

    It 'that is gone leaves its items nowhere' {
        $null = New-PSDrive -Name Gone -PSProvider MailAdmin -Root '' -Server old
        $item = (Get-ChildItem Gone:/alice@example.com/INBOX)[0]
        Remove-PSDrive Gone
        Get-FirstError { $item | Remove-Item } | Should -BeLike "*The drive 'Gone:' * is not there.*"
        Get-FirstError { $item | Get-Item } | Should -BeLike "*The drive 'Gone:' * is not there.*"
        (Get-MailboxMessage alice@example.com -Server main).Count + (Get-MailboxMessage alice@example.com -Server old).Count | Should -Be 4
    }

    It 'can begin at a mailbox or folder' {
        $null = New-PSDrive -Name Box -PSProvider MailAdmin -Root 'alice@example.com/INBOX' -Server old
        (Get-ChildItem Box:/).Subject | Should -Be 'old 1', 'old 2'
        Get-ChildItem Box:/ | Remove-Item
        (Get-MailboxMessage alice@example.com -Server main).Count | Should -Be 2
        Get-MailboxMessage alice@example.com -Server old | Should -BeNullOrEmpty
        Remove-PSDrive Box
    }

    It 'is refused where its place is empty or missing: <Code>' -ForEach @(
        @{ Code = 'New-PSDrive -Name Bad -PSProvider MailAdmin -Root "" -Server $none'; Id = '*' }
        @{ Code = 'New-PSDrive -Name Bad -PSProvider MailAdmin -Root "" -StorePath $nothing'; Id = '*' }
        @{ Code = 'New-PSDrive -Name Bad -PSProvider MailAdmin -Root "" -StorePath $never'; Id = 'StoreNotFound,*' }
        @{ Code = 'New-PSDrive -Name Bad -PSProvider MailAdmin -Root "" -StorePath $never -Server old'; Id = 'ServerAndStore,*' }
    ) {
        (Get-OneError ([scriptblock]::Create($Code))).FullyQualifiedErrorId | Should -BeLike $Id
        Get-PSDrive Bad -ErrorAction Ignore | Should -BeNullOrEmpty
        Test-Path $never | Should -BeFalse
    }
}

Describe 'The drive without a server to show' {
    It 'says that none runs' {
        Set-Location Mail:
        (Get-OneError { Get-ChildItem }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        Set-Location $HOME
        (Get-OneError { Get-ChildItem Mail:/ }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        Get-FirstError { Get-ChildItem Mail:/alice@example.com } | Should -BeLike '*No server is running.*'
        Get-FirstError { Get-Content Mail:/alice@example.com/INBOX/1 } | Should -BeLike '*No server is running.*'
    }

    It 'says that several run' {
        $null = 'one', 'two' | ForEach-Object { Start-MailServer $_ -Ephemeral }
        try {
            (Get-OneError { Get-ChildItem Mail:/ }).FullyQualifiedErrorId | Should -BeLike 'ServerNotUnique,*'
            Get-FirstError { Get-Item Mail:/alice@example.com/INBOX } | Should -BeLike '*More than one server is running*'
        }
        finally {
            Stop-MailServer one, two -DrainSeconds 0
        }
    }
}

Describe 'A place that was given and is empty' {
    BeforeAll {
        $server = Start-MailServer only -Ephemeral
        $null = New-Mailbox bob@example.com
        $null = Import-MailboxMessage bob@example.com -Message "Subject: kept`n`nx"
        $null = Add-MailBlock 192.0.2.1
    }

    AfterAll { Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0 }

    It 'is one error that names it: <Code>' -ForEach @(
        @{ Code = 'Remove-Mailbox * -StorePath $none -Force'; Parameter = 'StorePath' }
        @{ Code = 'Remove-Mailbox * -StorePath $nothing -Force'; Parameter = 'StorePath' }
        @{ Code = 'Remove-Mailbox bob@example.com -Server $none -Force'; Parameter = 'Server' }
        @{ Code = 'Remove-Mailbox bob@example.com -Server $nothing -Force'; Parameter = 'Server' }
        @{ Code = 'Remove-Mailbox bob@example.com -Server @() -Force'; Parameter = 'Server' }
        @{ Code = 'Remove-Mailbox bob@example.com -Server ([pscustomobject]@{ Name = "" }) -Force'; Parameter = 'Server' }
        @{ Code = '"bob@example.com" | Remove-Mailbox -StorePath $none -Force'; Parameter = 'StorePath' }
        @{ Code = 'Stop-MailServer $none'; Parameter = 'Name' }
        @{ Code = 'Stop-MailServer $nothing'; Parameter = 'Name' }
        @{ Code = 'Stop-MailServer @()'; Parameter = 'Name' }
        @{ Code = 'Stop-MailServer only, $none'; Parameter = 'Name' }
        @{ Code = '$none | Stop-MailServer'; Parameter = '*' }
        @{ Code = '$nothing | Stop-MailServer'; Parameter = '*' }
        @{ Code = 'Restart-MailServer $none'; Parameter = 'Name' }
        @{ Code = 'Set-MailServer $none -HostName mx.example.com'; Parameter = 'Name' }
        @{ Code = 'Measure-MailServer $none'; Parameter = 'Name' }
        @{ Code = 'Get-MailServer $none'; Parameter = 'Name' }
        @{ Code = '$none | Get-MailServer'; Parameter = '*' }
        @{ Code = 'Connect-MailServer -StorePath $none'; Parameter = 'StorePath' }
        @{ Code = 'Connect-MailServer $none'; Parameter = 'Name' }
        @{ Code = 'Optimize-MailStore $none'; Parameter = 'StorePath' }
        @{ Code = '[pscustomobject]@{ StorePath = "" } | Optimize-MailStore'; Parameter = 'StorePath' }
        @{ Code = 'Get-MailCertificate $none'; Parameter = 'Server' }
        @{ Code = '$none | Get-MailCertificate'; Parameter = '*' }
        @{ Code = 'Show-MailDashboard -Server $none'; Parameter = 'Server' }
    ) {
        $failure = Get-OneError ([scriptblock]::Create($Code))
        "$failure" | Should -BeLike "*$Parameter*"
        (Get-MailServer only).HostName | Should -Not -Be 'mx.example.com'
        (Get-Mailbox).Address | Should -Be 'bob@example.com'
    }

    It 'does not mean all: <Code>' -ForEach @(
        @{ Code = 'Get-Mailbox $none | Remove-Mailbox -Force'; Parameter = 'Identity' }
        @{ Code = 'Get-Mailbox -Identity @("bob@example.com", $none) | Remove-Mailbox -Force'; Parameter = 'Identity' }
        @{ Code = 'Get-MailboxStatistics $none'; Parameter = 'Identity' }
        @{ Code = 'Get-MailboxFolder bob@example.com $none | Remove-MailboxFolder -Force'; Parameter = 'Name' }
        @{ Code = 'Get-MailboxMessage bob@example.com -Uid $none | Remove-MailboxMessage -Force'; Parameter = 'Uid' }
        @{ Code = 'Get-MailboxMessage bob@example.com -Subject $none | Remove-MailboxMessage -Force'; Parameter = 'Subject' }
        @{ Code = 'Get-MailboxMessage bob@example.com -MessageId $none | Remove-MailboxMessage -Force'; Parameter = 'MessageId' }
        @{ Code = 'Get-MailboxMessage bob@example.com -Before $none | Remove-MailboxMessage -Force'; Parameter = 'Before' }
        @{ Code = 'Get-MailDomain $none | Remove-MailDomain -Force'; Parameter = 'Name' }
        @{ Code = 'Get-MailAlias $none | Remove-MailAlias -Force'; Parameter = 'Identity' }
        @{ Code = 'Get-MailRoute $none | Remove-MailRoute -Force'; Parameter = 'Name' }
        @{ Code = 'Get-MailBlock $none | Remove-MailBlock'; Parameter = 'Address' }
        @{ Code = 'Get-MailSession $none | Stop-MailSession'; Parameter = 'Id' }
        @{ Code = 'Get-MailSession -Protocol $none | Stop-MailSession'; Parameter = 'Protocol' }
        @{ Code = 'Get-MailSession -Mailbox $none | Stop-MailSession'; Parameter = 'Mailbox' }
        @{ Code = 'Get-MailQueue $none'; Parameter = 'Destination' }
        @{ Code = 'Get-MailQueueMessage $none | Remove-MailQueueMessage -Force'; Parameter = 'Id' }
        @{ Code = 'Get-MailQueueMessage -Destination $none | Remove-MailQueueMessage -Force'; Parameter = 'Destination' }
        @{ Code = 'Get-MailQueueMessage -Recipient $none | Remove-MailQueueMessage -Force'; Parameter = 'Recipient' }
        @{ Code = 'Get-MailQueueMessage -Status $none | Remove-MailQueueMessage -Force'; Parameter = 'Status' }
        @{ Code = 'Watch-MailEvent -Mailbox $none -Count 1 -TimeoutSeconds 1'; Parameter = 'Mailbox' }
        @{ Code = 'Receive-Mail (Get-Login bob@example.com) -ComputerName $none -Remove'; Parameter = 'ComputerName' }
        @{ Code = 'Test-MailProtocol $none'; Parameter = 'ComputerName' }
    ) {
        $failure = Get-OneError ([scriptblock]::Create($Code))
        "$failure" | Should -BeLike "*$Parameter*"
        (Get-MailboxMessage bob@example.com).Subject | Should -Be 'kept'
        (Get-MailBlock).Address | Should -Be '192.0.2.1'
    }

    It 'leaves what may be empty as it was' {
        Get-MailQueueMessage -Sender '' | Should -BeNullOrEmpty
        (Wait-MailboxMessage bob@example.com -After $null -Timeout 60).Subject | Should -Be 'kept'
        (Get-OneError { '' | Get-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'MailboxNotFound,*'
        (New-Mailbox free@example.com -DisplayName $none -Quota $nothing).DisplayName | Should -BeNullOrEmpty
        Remove-Mailbox free@example.com -Force
    }
}

Describe 'Looking at what is not there' {
    It 'makes no store: <_>' -ForEach @(
        'Get-Mailbox -StorePath $never'
        'New-Mailbox a@example.com -StorePath $never -WhatIf'
        'New-Mailbox nonsense -StorePath $never'
        'New-MailDomain 127.0.0.1 -StorePath $never'
        'New-MailAlias a@example.com a@example.com -StorePath $never'
        'New-MailboxFolder a@example.com Work -StorePath $never'
        'Add-MailBlock 192.0.2.1 -StorePath $never -WhatIf'
        'New-MailRoute a 192.0.2.1 -StorePath $never -WhatIf'
        'TabExpansion2 ($line = "Get-Mailbox -StorePath $never -Identity ") $line.Length'
        'Set-Location $TestDrive; TabExpansion2 ($line = "Get-Mailbox -StorePath ./never -Identity ") $line.Length'
    ) {
        try { & ([scriptblock]::Create($_)) *> $null } catch { $null = $_ }
        Test-Path $never | Should -BeFalse
        Test-Path ([IO.Path]::Combine([Environment]::CurrentDirectory, 'never')) | Should -BeFalse
        Set-Location $HOME
    }

    It 'makes none where a store was' {
        $null = New-Mailbox kept@example.com -StorePath $TestDrive/was
        $null = New-PSDrive -Name Was -PSProvider MailAdmin -Root '' -StorePath $TestDrive/was
        $box = Get-Mailbox -StorePath $TestDrive/was
        $null = Connect-MailServer -StorePath $TestDrive/was
        Remove-Item $TestDrive/was -Recurse -Force
        (Get-OneError { Get-ChildItem Was:/ }).FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
        Get-FirstError { Test-Path Was:/kept@example.com } | Should -BeLike '*There is no store*'
        (Get-OneError { $box | Set-Mailbox -DisplayName x }).FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
        (Get-OneError { Get-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
        Disconnect-MailServer
        Remove-PSDrive Was
        Test-Path $TestDrive/was | Should -BeFalse
    }

    It 'completes a store relative to where one is' {
        $null = New-Mailbox kept@example.com -StorePath $TestDrive/near
        Set-Location $TestDrive
        $line = 'Get-Mailbox -StorePath ./near -Identity k'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'kept@example.com'
        Set-Location $HOME
    }

    It 'finds no server of another process that has ended' {
        $serve = Invoke-Serve other "$TestDrive/other"
        $other = Get-MailServer other
        $null = New-Mailbox x@example.com -Server $other
        $serve.Kill()
        $serve.WaitForExit()
        Remove-Item $TestDrive/other -Recurse -Force
        (Get-OneError { $other | Get-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        (Get-OneError { $other | Measure-MailServer }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        Test-Path $TestDrive/other | Should -BeFalse
    }
}

Describe 'What was made' {
    BeforeAll { $null = 'one', 'two' | ForEach-Object { Start-MailServer $_ -Ephemeral -Credential (Get-Login bob@example.com) }; $null = Connect-MailServer two }
    AfterAll { Disconnect-MailServer; Stop-MailServer one, two -DrainSeconds 0 }

    It 'is where it was made' {
        $null = New-Mailbox new@example.com -Server two
        New-Mailbox new@example.com -Server one | Disable-Mailbox
        (Get-Mailbox new@example.com -Server one).IsEnabled | Should -BeFalse
        (Get-Mailbox new@example.com -Server two).IsEnabled | Should -BeTrue
    }

    It 'is elsewhere where a store is named' {
        $null = New-Mailbox bob@example.com -StorePath $TestDrive/second
        Get-Mailbox bob@example.com -Server one | Set-Mailbox -DisplayName moved -StorePath $TestDrive/second
        (Get-Mailbox -StorePath $TestDrive/second).DisplayName | Should -Be 'moved'
        (Get-Mailbox bob@example.com -Server one).DisplayName | Should -BeNullOrEmpty
        (Get-OneError { Set-Mailbox bob@example.com -Server one -StorePath $TestDrive/second -DisplayName x }).FullyQualifiedErrorId | Should -BeLike 'ServerAndStore,*'
    }

    It 'does not keep the next from being asked where its place cannot be had' {
        $null = New-Mailbox a@example.com -StorePath $TestDrive/good
        $sound = [pscustomobject]@{ StorePath = $never }, [pscustomobject]@{ StorePath = "$TestDrive/good" } | Test-MailStore -Quiet -ErrorVariable failures -ErrorAction SilentlyContinue
        $sound | Should -Be $true
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'

        # Nor from being asked there again: it may have come meanwhile.
        $box = Get-Mailbox bob@example.com -Server two
        Stop-MailServer two -DrainSeconds 0
        & { $box; $null = Start-MailServer two -Ephemeral -Credential (Get-Login bob@example.com); $box } | Set-Mailbox -DisplayName again -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 1
        (Get-Mailbox bob@example.com -Server two).DisplayName | Should -Be 'again'
        $null = Connect-MailServer two

        # What was typed still ends it at once.
        $null = New-Item $TestDrive/file -Value x
        (Get-OneError { 'a@example.com', 'b@example.com' | New-Mailbox -StorePath $TestDrive/file }).FullyQualifiedErrorId | Should -BeLike 'StorePathIsFile,*'
        (Get-OneError { 'a@example.com', 'b@example.com' | Get-Mailbox -StorePath $never }).FullyQualifiedErrorId | Should -BeLike 'StoreNotFound,*'
    }
}

Describe 'A server of another process' {
    BeforeAll { $serve = Invoke-Serve other "$TestDrive/served" }

    AfterAll {
        if (-not $serve.HasExited) { $serve.Kill() }
        $serve.WaitForExit()
    }

    It 'is stopped only by who means it' {
        $failure = Get-OneError { Stop-MailServer }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerElsewhere,*'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Stop-MailServer other'
        $serve.HasExited | Should -BeFalse
        $said = & { $ConfirmPreference = 'None'; Stop-MailServer other -WhatIf } *>&1
        $serve.HasExited | Should -BeFalse
        (Get-OneError { Restart-MailServer -WhatIf }).FullyQualifiedErrorId | Should -BeLike 'ServerElsewhere,*'
        Stop-MailServer other -DrainSeconds 0
        $serve.WaitForExit(60000) | Should -BeTrue
    }
}

Describe 'Servers of one name' {
    BeforeAll { $first, $second = 'first', 'second' | ForEach-Object { Invoke-Serve same "$TestDrive/$_" } }

    BeforeEach { $there = Get-MailServer same | Where-Object ProcessId -EQ $first.Id }

    AfterEach {
        Disconnect-MailServer
        Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0
    }

    AfterAll {
        foreach ($serve in $first, $second) {
            if (-not $serve.HasExited) { $serve.Kill() }
            $serve.WaitForExit()
        }
    }

    It 'are not guessed among: <_>' -ForEach 'Stop-MailServer same', 'Stop-MailServer SAME', '"same" | Restart-MailServer', 'Set-MailServer same -HostName mx.example.com', 'Measure-MailServer same', 'Get-Mailbox -Server same', 'Connect-MailServer same' {
        $failure = Get-OneError ([scriptblock]::Create($_))
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerNotUnique,*'
        "$failure" | Should -Match "process $($first.Id), store "
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Get-MailServer \| Where-Object ProcessId'
        (Get-MailServer same).Count | Should -Be 2
        (Get-MailServer same).HostName | Should -Not -Contain 'mx.example.com'
    }

    It 'are told apart by where they run: this process first' {
        $here = Start-MailServer same -Ephemeral -Credential (Get-Login here@example.com)
        (Set-MailServer same -HostName mx.example.com -PassThru).ProcessId | Should -Be $PID
        (Get-Mailbox -Server same).Address | Should -Be 'here@example.com'
        Stop-MailServer same -DrainSeconds 0
        (Get-MailServer same).ProcessId | Sort-Object | Should -Be ($first.Id, $second.Id | Sort-Object)
        $first.HasExited, $second.HasExited | Should -Be $false, $false
        (Get-OneError { $here | Get-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
    }

    It 'are meant one by one as objects: <_>' -ForEach 'Set-MailServer $there -HostName $name', 'Set-MailServer -Server $there -HostName $name', '$there | Set-MailServer -HostName $name', 'Set-MailServer -InputObject $there -HostName $name', '$PSDefaultParameterValues = @{ "*-Mail*:Server" = $there }; Set-MailServer -HostName $name', '$null = Connect-MailServer $there; Set-MailServer -HostName $name' {
        $null = Start-MailServer same -Ephemeral
        $name = "m$(Get-Random).example.com"
        & ([scriptblock]::Create($_))
        (Get-MailServer same | Where-Object HostName -EQ $name).ProcessId | Should -Be $first.Id
    }

    It 'stay connected when one of them stops' {
        $null = Connect-MailServer $there
        $null = New-Mailbox there@example.com
        $here = Start-MailServer same -Ephemeral
        (Get-Mailbox).Address | Should -Be 'there@example.com'
        $here | Stop-MailServer -DrainSeconds 0
        (Get-Mailbox).Address | Should -Be 'there@example.com'
        Remove-Mailbox there@example.com -Force
    }

    It 'stay connected by name as well' {
        $second.Kill()
        $second.WaitForExit()
        $null = Connect-MailServer same
        $null = New-Mailbox there@example.com
        $null = Start-MailServer same -Ephemeral
        (Get-Mailbox).Address | Should -Be 'there@example.com'
    }
}
