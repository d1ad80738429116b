[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Enter-Lab
    $null = New-MailAlias sales@example.com -Target alice@example.com
    $null = New-MailboxFolder alice@example.com 'Big Projects/2026'
    $null = Add-Message alice@example.com one
    $null = New-MailRoute branch 192.0.2.25 -Domain branch.example
    $null = Add-MailBlock 192.0.2.0/24
    $imap = [Net.Sockets.TcpClient]::new('127.0.0.1', $server.Endpoints.Where({ $_.Service -eq 'imap' }).Port)
    $null = $imap.GetStream().ReadByte()
    $session = (Get-MailSession).Id
    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
}

AfterAll { $imap.Dispose(); Exit-Lab }

Describe 'Tab' {
    It 'completes <Line> to <Expected>' -ForEach @(
        @{ Line = 'Get-Mailbox al'; Expected = 'alice@example.com' }
        @{ Line = 'Get-Mailbox -Identity '; Expected = 'bob@example.com' }
        @{ Line = 'Set-Mailbox b'; Expected = 'bob@example.com' }
        @{ Line = 'Remove-Mailbox a'; Expected = 'alice@example.com' }
        @{ Line = 'Rename-Mailbox a'; Expected = 'alice@example.com' }
        @{ Line = 'Disable-Mailbox a'; Expected = 'alice@example.com' }
        @{ Line = 'Get-MailboxStatistics a'; Expected = 'alice@example.com' }
        @{ Line = 'Get-MailDomain e'; Expected = 'example.com' }
        @{ Line = 'Remove-MailDomain '; Expected = 'example.com' }
        @{ Line = 'Set-MailDomain ex'; Expected = 'example.com' }
        @{ Line = 'Set-MailDomain example.com -CatchAll b'; Expected = 'bob@example.com' }
        @{ Line = 'Get-MailAlias s'; Expected = 'sales@example.com' }
        @{ Line = 'Set-MailAlias sales@example.com -Add b'; Expected = 'bob@example.com' }
        @{ Line = 'Get-MailboxFolder alice@example.com Ar'; Expected = 'Archive' }
        @{ Line = 'Remove-MailboxFolder alice@example.com Big'; Expected = "'Big Projects'" }
        @{ Line = 'Rename-MailboxFolder -Mailbox alice@example.com -Name T'; Expected = 'Trash' }
        @{ Line = 'Get-MailboxMessage alice@example.com I'; Expected = 'INBOX' }
        @{ Line = 'Move-MailboxMessage alice@example.com INBOX 1 -Destination D'; Expected = 'Drafts' }
        @{ Line = 'Get-MailboxMessage alice@example.com INBOX '; Expected = '1' }
        @{ Line = 'Remove-MailboxMessage alice@example.com INBOX '; Expected = '1' }
        @{ Line = 'Export-MailboxMessage -Mailbox alice@example.com -Folder INBOX -Uid '; Expected = '1' }
        @{ Line = 'Set-MailRoute b'; Expected = 'branch' }
        @{ Line = 'Remove-MailRoute '; Expected = 'branch' }
        @{ Line = 'Remove-MailBlock '; Expected = '192.0.2.0/24' }
        @{ Line = 'Wait-MailboxMessage a'; Expected = 'alice@example.com' }
        @{ Line = 'Set-MailboxMessage alice@example.com INBOX 1 -AddFlag F'; Expected = 'Flagged' }
        @{ Line = 'Watch-MailEvent Mailb'; Expected = 'MailboxChanged' }
        @{ Line = 'Send-Mail -From a'; Expected = 'alice@example.com' }
        @{ Line = 'Send-Mail -To alice@example.com, b'; Expected = 'bob@example.com' }
        @{ Line = 'Get-Mailbox -Server d'; Expected = 'default' }
        @{ Line = 'Stop-MailServer d'; Expected = 'default' }
        @{ Line = 'Set-MailServer -DisabledCapability IDLE, CHU'; Expected = 'CHUNKING' }
        @{ Line = 'Connect-MailServer d'; Expected = 'default' }
        @{ Line = 'New-MailboxFolder alice@example.com x -SpecialUse J'; Expected = 'Junk' }
        @{ Line = 'Get-MailSession -Protocol I'; Expected = 'Imap' }
        @{ Line = 'Get-Content Mail:/alice@example.com/INBOX/'; Expected = 'Mail:/alice@example.com/INBOX/1' }
        @{ Line = 'Get-ChildItem Mail:/bo'; Expected = 'Mail:/bob@example.com' }
    ) {
        Complete $Line | Should -Contain $Expected
    }

    It 'completes ids of sessions' {
        Complete 'Stop-MailSession ' | Should -Contain $session
        Complete 'Get-MailSessionTranscript ' | Should -Contain $session
    }

    It 'gives what others have named back as one string: <_>' -ForEach @(
        # All that PowerShell takes for a single quotation mark.
        0x27, 0x2018, 0x2019, 0x201A, 0x201B | ForEach-Object { "x$([char] $_); Stop-MailServer; $([char] $_)" }
        'x $(Stop-MailServer)'
        'x;Stop-MailServer'
    ) {
        $null = New-MailboxFolder alice@example.com $_
        $line = 'Get-MailboxFolder alice@example.com x'
        $text = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
        $problems = $null
        $statements = [Management.Automation.Language.Parser]::ParseInput("Get-MailboxFolder alice@example.com $text", [ref] $null, [ref] $problems).EndBlock.Statements
        $problems | Should -BeNullOrEmpty
        $statements.Count | Should -Be 1
        $statements[0].PipelineElements.CommandElements[-1].Value | Should -Be $_
        Remove-MailboxFolder alice@example.com $_ -Force
    }

    It 'shows nothing beside it that steers the terminal' {
        $null = Add-Message bob@example.com "red`e[31m"
        $line = 'Get-MailboxMessage bob@example.com INBOX '
        $tip = (TabExpansion2 $line $line.Length).CompletionMatches.ToolTip
        $tip | Should -BeLike '*red*'
        $tip | Should -Not -Match "`e"
    }

    It 'offers nothing and does not fail where no server can be asked' {
        Complete 'Get-Mailbox -Server nosuch ' | Should -Not -Contain 'alice@example.com'
    }
}
