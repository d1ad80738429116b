# The drive with the cmdlets of Microsoft.PowerShell.Management, as one uses any drive.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Enter-Lab
}

AfterAll { Exit-Lab }

Describe 'Mail:' {
    BeforeEach {
        Set-Location $HOME
        $null = New-Mailbox work@example.com
        1..3 | ForEach-Object { $null = Add-Message work@example.com "Message $_" }
    }

    AfterEach {
        Set-Location $HOME
        Remove-Mailbox work@example.com -Force
    }

    It 'lists mailboxes, folders and messages' {
        (Get-ChildItem Mail:/).PrimarySmtpAddress | Should -Be 'alice@example.com', 'bob@example.com', 'work@example.com'
        (Get-ChildItem Mail:/work@example.com).Name | Should -Be 'Archive', 'Drafts', 'INBOX', 'Junk', 'Sent', 'Trash'
        (Get-ChildItem Mail:/work@example.com/INBOX).Uid | Should -Be 1, 2, 3
        Get-ChildItem Mail:/work@example.com/INBOX -Name | Should -Be '1', '2', '3'
    }

    It 'gives paths that other cmdlets take back' {
        $item = Get-Item Mail:/work@example.com/INBOX/2
        $item.PSPath | Should -Be 'MailAdmin\MailAdmin::work@example.com/INBOX/2'
        $item.PSDrive.Name | Should -Be 'Mail'
        $item.PSIsContainer | Should -BeFalse
        ($item | Get-Item).Subject | Should -Be 'Message 2'
        $item | Remove-Item
        Test-Path Mail:/work@example.com/INBOX/2 | Should -BeFalse
    }

    It 'answers Test-Path, Resolve-Path and Split-Path' {
        Test-Path Mail:/work@example.com, Mail:/work@example.com/INBOX/3, Mail:/work@example.com/INBOX/99, Mail:/nobody@example.com | Should -Be $true, $true, $false, $false
        Test-Path Mail:/work@example.com/INBOX -PathType Container | Should -BeTrue
        (Resolve-Path Mail:/w*/IN*/1).Path | Should -Be 'Mail:/work@example.com/INBOX/1'
        Split-Path Mail:/work@example.com/INBOX/1 -Leaf | Should -Be '1'
        Split-Path Mail:/work@example.com/INBOX/1 | Should -Be 'Mail:/work@example.com/INBOX'
        Join-Path Mail:/work@example.com INBOX | Should -Be 'Mail:/work@example.com/INBOX'
    }

    It 'takes wildcards, -Filter, -Include, -Exclude, -Recurse and -Depth' {
        (Get-ChildItem Mail:/work@example.com/INBOX/*).Count | Should -Be 3
        (Get-ChildItem Mail:/*/INBOX).Mailbox | Should -Be 'alice@example.com', 'bob@example.com', 'work@example.com'
        (Get-ChildItem Mail:/work@example.com/INBOX -Filter '*2').Subject | Should -Be 'Message 2'
        (Get-ChildItem Mail:/work@example.com -Filter 'A*').Name | Should -Be 'Archive'
        (Get-ChildItem Mail:/work@example.com/INBOX -Exclude 2).Uid | Should -Be 1, 3
        (Get-ChildItem Mail:/work@example.com -Recurse -Filter 'Message 3').Subject | Should -Be 'Message 3'
        (Get-ChildItem Mail:/work@example.com -Recurse -Include 3).Subject | Should -Be 'Message 3'
        (Get-ChildItem Mail:/work@example.com -Depth 1).Count | Should -Be 9
        (Get-ChildItem Mail:/ -Recurse -Name).Count | Should -Be 24
    }

    It 'can be walked, also from its root' {
        Set-Location Mail:/
        (Get-ChildItem -Recurse -Filter 'Message 2').Uid | Should -Be 2
        (Get-ChildItem -Recurse -Include 2).Subject | Should -Be 'Message 2'
        Set-Location work@example.com/INBOX
        (Get-Location).Path | Should -Be 'Mail:/work@example.com/INBOX'
        (Get-Item 1).Subject | Should -Be 'Message 1'
        (Get-ChildItem ..).Count | Should -Be 6
        Set-Location ../Archive
        Push-Location Mail:/alice@example.com
        Pop-Location
        (Get-Location).Path | Should -Be 'Mail:/work@example.com/Archive'
    }

    It 'reads a message as lines, as one text and as octets' {
        $path = 'Mail:/work@example.com/INBOX/1'
        (Get-Content $path) -match '^Subject:' | Should -Be 'Subject: Message 1'
        (Get-Content $path -TotalCount 2).Count | Should -Be 2
        $text = Get-Content $path -Raw
        $text | Should -BeOfType ([string])
        $text | Should -Match "Subject: Message 1`r`n"
        $octets = Get-Content $path -Raw -AsByteStream
        $octets.GetType() | Should -Be ([byte[]])
        $octets.Length | Should -Be (Get-Item $path).SizeBytes
        (Get-Content $path -AsByteStream).Count | Should -Be $octets.Length
        (Get-Content Mail:/work@example.com/INBOX/* | Select-String '^Subject').Count | Should -Be 3
    }

    It 'copies messages and whole folders' {
        Copy-Item Mail:/work@example.com/INBOX/1 Mail:/bob@example.com/Archive
        (Get-ChildItem Mail:/bob@example.com/Archive).Subject | Should -Be 'Message 1'
        Get-ChildItem Mail:/work@example.com/INBOX | Copy-Item -Destination Mail:/work@example.com/Archive
        (Get-ChildItem Mail:/work@example.com/Archive).Count | Should -Be 3
        Copy-Item Mail:/work@example.com/INBOX Mail:/work@example.com/Kept -Recurse
        (Get-ChildItem Mail:/work@example.com/Kept).Count | Should -Be 3
    }

    It 'moves, renames and makes' {
        (Move-Item Mail:/work@example.com/INBOX/1 Mail:/work@example.com/Archive -PassThru).Folder | Should -Be 'Archive'
        (New-Item Mail:/work@example.com/Projects -ItemType Directory).Name | Should -Be 'Projects'
        $null = New-Item Mail:/work@example.com/Projects/2026 -ItemType Directory
        (Rename-Item Mail:/work@example.com/Projects Jobs -PassThru).Name | Should -Be 'Jobs'
        Test-Path Mail:/work@example.com/Jobs/2026 | Should -BeTrue
        Move-Item Mail:/work@example.com/Jobs/2026 Mail:/work@example.com
        Test-Path Mail:/work@example.com/2026 | Should -BeTrue
        (New-Item Mail:/work@example.com/INBOX -ItemType Message -Value "Subject: made`n`nHello").Subject | Should -Be 'made'
    }

    It 'removes, and does nothing under -WhatIf' {
        Remove-Item Mail:/work@example.com/INBOX -Recurse -WhatIf
        (Get-ChildItem Mail:/work@example.com/INBOX).Count | Should -Be 3
        Remove-Item Mail:/work@example.com/INBOX/*
        Get-ChildItem Mail:/work@example.com/INBOX | Should -BeNullOrEmpty
        $null = New-Item Mail:/work@example.com/Gone/Deep -ItemType Directory
        Remove-Item Mail:/work@example.com/Gone -Recurse
        Test-Path Mail:/work@example.com/Gone | Should -BeFalse
    }

    It 'ends with the pipeline that reads it' {
        (Get-ChildItem Mail:/ -Recurse | Select-Object -First 1).PrimarySmtpAddress | Should -Be 'alice@example.com'
    }

    It 'gives one error for what is not there or not possible: <Code>' -ForEach @(
        @{ Code = 'Get-ChildItem Mail:/nobody@example.com'; Id = 'PathNotFound*' }
        @{ Code = 'Get-Content Mail:/work@example.com/INBOX/99'; Id = 'PathNotFound*' }
        @{ Code = 'Get-Content Mail:/work@example.com/INBOX'; Id = 'NotPossibleHere*' }
        @{ Code = 'Set-Content Mail:/work@example.com/INBOX/1 x'; Id = '*MailAdminException*' } # Set-Content's own wrapping
        @{ Code = 'Rename-Item Mail:/work@example.com/INBOX/1 2'; Id = 'NotPossibleHere*' }
        @{ Code = 'Copy-Item Mail:/work@example.com/INBOX/1 Mail:/work@example.com/Nowhere'; Id = 'FolderNotFound*' }
        @{ Code = 'New-Item Mail:/new@example.com -ItemType Directory'; Id = 'NotPossibleHere*' }
        @{ Code = 'New-Item Mail:/work@example.com/Filed -ItemType File'; Id = 'NotPossibleHere*' }
        @{ Code = 'New-Item Mail:/work@example.com/Filed -ItemType File -Value text'; Id = 'NotPossibleHere*' }
        @{ Code = 'New-Item Mail:/work@example.com/Filed -Value text'; Id = 'NotPossibleHere*' }
        @{ Code = 'New-Item Mail:/work@example.com/Filed -ItemType Directory -Value text'; Id = 'NotPossibleHere*' }
        @{ Code = 'Rename-Item Mail:/work@example.com "*@example.com"'; Id = 'InvalidAddress*' }
    ) {
        (Get-OneError ([scriptblock]::Create($Code))).FullyQualifiedErrorId | Should -BeLike $Id
        (Get-ChildItem Mail:/work@example.com/INBOX).Count | Should -Be 3
        Test-Path Mail:/work@example.com/Filed | Should -BeFalse
    }

    It 'moves a folder to another mailbox with all that is in it' {
        $null = New-Item Mail:/work@example.com/Moved/Deep -ItemType Directory
        Get-ChildItem Mail:/work@example.com/INBOX | Move-Item -Destination Mail:/work@example.com/Moved/Deep
        Move-Item Mail:/work@example.com/Moved Mail:/bob@example.com
        Test-Path Mail:/work@example.com/Moved | Should -BeFalse
        (Get-ChildItem Mail:/bob@example.com/Moved/Deep).Subject | Should -Be 'Message 1', 'Message 2', 'Message 3'
        Remove-Item Mail:/bob@example.com/Moved -Recurse
    }

    It 'renames a mailbox' {
        $null = New-Mailbox before@example.com
        $renamed = Rename-Item Mail:/before@example.com after@example.com -PassThru
        $renamed.PSPath | Should -Be 'MailAdmin\MailAdmin::after@example.com'
        ($renamed | Get-Item).Address | Should -Be 'after@example.com'
        Remove-Item Mail:/after@example.com -Recurse
    }

    It 'knows folders whose names have colons' {
        $null = New-Item 'Mail:/work@example.com/Re:/Deep' -ItemType Directory
        (Get-Item 'Mail:/work@example.com/Re:/Deep').Name | Should -Be 'Re:/Deep'
        (Get-ChildItem 'Mail:/work@example.com/Re:').Name | Should -Be 'Re:/Deep'
    }

    It 'can be had for another store' {
        $null = New-Mailbox kept@example.com -StorePath $TestDrive/store
        $null = New-PSDrive -Name Other -PSProvider MailAdmin -Root '' -StorePath $TestDrive/store
        (Get-ChildItem Other:/).PrimarySmtpAddress | Should -Be 'kept@example.com'
        Remove-PSDrive Other

        # Its directory is one of the file system, wherever one stands.
        Set-Location Mail:/work@example.com
        (Get-OneError { New-PSDrive -Name Other -PSProvider MailAdmin -Root '' -StorePath ./INBOX }).FullyQualifiedErrorId | Should -BeLike 'PathNotInFileSystem*'
    }
}
