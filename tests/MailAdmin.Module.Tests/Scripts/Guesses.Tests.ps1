# What an Exchange or PowerShell admin types at the first try.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Enter-Lab
    1..4 | ForEach-Object { $null = Add-Message alice@example.com "Message $_" }
    Set-Location (New-Item "$TestDrive/work" -ItemType Directory)
}

AfterAll { Exit-Lab }

Describe 'The first try' {
    It 'names of Exchange for mailboxes' {
        (New-Mailbox -Name 'Dora D' -PrimarySmtpAddress dora@example.com -ProhibitSendReceiveQuota 1GB).DisplayName | Should -Be 'Dora D'
        (New-Mailbox -UserPrincipalName emil@example.com).PrimarySmtpAddress | Should -Be 'emil@example.com'
        (Get-Mailbox -ResultSize Unlimited).Count | Should -Be 4
        (Get-Mailbox -ResultSize 2).Count | Should -Be 2
        Get-Mailbox | Select-Object PrimarySmtpAddress | Get-Mailbox | Measure-Object | ForEach-Object Count | Should -Be 4
        Set-Mailbox -Identity dora@example.com -Name 'Dora E' -ProhibitSendReceiveQuota Unlimited
        (Get-Mailbox 'Dora E').QuotaBytes | Should -BeNullOrEmpty
        Remove-Mailbox dora@example.com, emil@example.com -Confirm:$false
    }

    It 'a domain, an alias' {
        (New-MailDomain -DomainName other.example).Name | Should -Be 'other.example'
        (New-MailAlias -Name sales@example.com -Members alice@example.com, bob@example.com).Targets.Count | Should -Be 2
        Set-MailAlias sales@example.com -Members alice@example.com
        (Get-MailAlias -Name sales*).Targets | Should -Be 'alice@example.com'
        Remove-MailAlias sales@example.com -Confirm:$false
    }

    It 'a catch-all that is not there is told' {
        $null = New-MailDomain late.example -CatchAll all@late.example -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match 'all@late.example'
        $null = New-MailDomain caught.example -CatchAll alice@example.com -WarningVariable said
        $said | Should -BeNullOrEmpty
    }

    It 'messages from the pipeline, and then where they go' {
        Get-MailboxMessage alice@example.com -Newest 1 | Move-MailboxMessage Archive
        (Get-MailboxMessage alice@example.com Archive).Subject | Should -Be 'Message 4'
        Get-MailboxMessage alice@example.com Archive | Move-MailboxMessage -To INBOX
        Get-MailboxMessage alice@example.com | Copy-MailboxMessage Archive
        (Get-MailboxMessage alice@example.com Archive).Count | Should -Be 4
        (Get-MailboxMessage alice@example.com Archive | Export-MailboxMessage ./exported).Count | Should -Be 4
        (Wait-MailboxMessage alice@example.com -Subject 'Message 2' | Copy-MailboxMessage Sent -PassThru).Folder | Should -Be 'Sent'
        Get-MailboxMessage alice@example.com * | Where-Object Folder -EQ Archive | Remove-MailboxMessage -Confirm:$false
        Get-MailboxMessage alice@example.com Archive | Should -BeNullOrEmpty
    }

    It 'a message does not go to another mailbox by a word that stands behind the command' {
        Get-MailboxMessage alice@example.com -Newest 1 | Set-MailboxMessage bob@example.com -IsRead $true
        (Get-MailboxMessage alice@example.com -Newest 1).IsRead | Should -BeTrue
    }

    It 'reads a file as Get-Content gives it' {
        $null = Get-MailboxMessage alice@example.com -Subject 'Message 1' | Export-MailboxMessage ./one.eml
        (Get-Content ./one.eml -Raw | Import-MailboxMessage bob@example.com).Subject | Should -Be 'Message 1'
        (Get-ChildItem ./exported | Import-MailboxMessage bob@example.com).Count | Should -Be 4
        (Get-Item ./one.eml | Import-MailboxMessage -Mailbox bob@example.com -Flags Seen).IsRead | Should -BeTrue
        Copy-Item ./one.eml './[1].eml'
        (Get-Item -LiteralPath './[1].eml' | Import-MailboxMessage bob@example.com).Subject | Should -Be 'Message 1'
        [pscustomobject]@{ Mailbox = 'bob@example.com'; Path = './one.eml' } | Import-MailboxMessage | ForEach-Object Subject | Should -Be 'Message 1'
        [pscustomobject]@{ LiteralPath = './[1].eml' } | Import-MailboxMessage bob@example.com | ForEach-Object Subject | Should -Be 'Message 1'
    }

    It 'attaches files by name, by object, by row' {
        Set-Content -LiteralPath './[note].txt' 'brackets'
        Get-Item -LiteralPath './[note].txt' | Send-Mail -From alice@example.com -To bob@example.com -Subject 'by object' -Body x
        [pscustomobject]@{ From = 'alice@example.com'; To = 'bob@example.com'; Subject = 'by row'; Body = 'x'; Attachments = './one.eml' } | Send-Mail
        (Wait-MailboxMessage bob@example.com -After 0 -Subject 'by object' -Timeout 60).Attachments.FileName | Should -Be '[note].txt'
        (Wait-MailboxMessage bob@example.com -After 0 -Subject 'by row' -Timeout 60).Attachments.FileName | Should -Be 'one.eml'
    }

    It 'folders, flags and filters by other words' {
        (Get-MailboxMessage alice@example.com inbox -Sender carol* -Last 2).Count | Should -Be 2
        (Get-MailboxMessage alice@example.com -Recipient alice@* -After (Get-Date).AddDays(-1)).Count | Should -Be 4
        Get-MailboxMessage alice@example.com | Set-MailboxMessage -Read $true -Flagged $true
        (Get-MailboxMessage alice@example.com | Where-Object IsRead).Count | Should -Be 4
        Get-MailboxFolder alice@example.com | Where-Object Name -EQ INBOX | Get-MailboxMessage -Newest 1 | ForEach-Object Uid | Should -BeGreaterThan 0
    }

    It 'servers, stores and certificates' {
        (Set-MailServer -Limits @{ Recipients = 77 } -PassThru).Name | Should -Be 'default'
        $made = New-MailCertificate -HostName mx.example.com -Path ./mx.pfx
        Get-MailServer | Set-MailCertificate ./mx.pfx
        (Get-MailCertificate).Thumbprint | Should -Be $made.Thumbprint
        Test-MailStore $server.StorePath -Quiet | Should -BeTrue
        (Optimize-MailStore -Path $server.StorePath).FreedBytes | Should -BeGreaterOrEqual 0
        (Get-MailServer | Measure-MailServer).Protocols.Count | Should -Be 4
    }

    It '-WhatIf says what would happen: <Code>' -ForEach @(
        @{ Code = 'New-Mailbox x@example.com'; Says = 'Make mailbox x@example.com' }
        @{ Code = 'Set-Mailbox alice@example.com -Quota 5GB'; Says = 'Set quota 5 GB for mailbox alice@example.com' }
        @{ Code = 'Remove-Mailbox alice@example.com'; Says = 'Remove mailbox alice@example.com with \d+ messages' }
        @{ Code = 'Disable-Mailbox alice@example.com'; Says = 'Refuse logins to mailbox alice@example.com' }
        @{ Code = 'Rename-Mailbox alice@example.com al@example.com -KeepAlias'; Says = 'keep the old address' }
        @{ Code = 'New-MailDomain x.example'; Says = 'Make domain x.example' }
        @{ Code = 'Set-MailDomain other.example -CatchAll alice@example.com'; Says = 'Set catch-all alice@example.com for domain other.example' }
        @{ Code = 'Remove-MailDomain other.example'; Says = 'Remove domain other.example' }
        @{ Code = 'New-MailAlias x@example.com alice@example.com'; Says = 'Make alias x@example.com for alice@example.com' }
        @{ Code = 'New-MailboxFolder alice@example.com X'; Says = 'Make folder X in mailbox alice@example.com' }
        @{ Code = 'Rename-MailboxFolder alice@example.com Archive X'; Says = 'Rename folder Archive of mailbox alice@example.com to X' }
        @{ Code = 'Remove-MailboxFolder alice@example.com Sent'; Says = 'Remove folder Sent of mailbox alice@example.com with 1 messages' }
        @{ Code = 'Get-MailboxMessage alice@example.com | Move-MailboxMessage Archive'; Says = 'Move 4 messages from alice@example.com/INBOX to alice@example.com/Archive' }
        @{ Code = 'Get-MailboxMessage alice@example.com | Remove-MailboxMessage'; Says = 'Remove 4 messages' }
        @{ Code = 'Get-MailboxMessage alice@example.com | Set-MailboxMessage -IsRead $false'; Says = 'remove \\Seen' }
        @{ Code = 'Stop-MailServer'; Says = 'Stop mail server default .* remove its store' }
        @{ Code = 'Send-Mail -From alice@example.com -To bob@example.com -Subject Hi -Body x'; Says = "Send 'Hi' to bob@example.com" }
    ) {
        # What -WhatIf says goes to the host, where only a transcript hears it.
        $null = Start-Transcript "$TestDrive/said.txt" -UseMinimalHeader
        & ([scriptblock]::Create("$Code -WhatIf"))
        $null = Stop-Transcript
        Get-Content "$TestDrive/said.txt" -Raw | Should -Match "What if: .*$Says"
    }
}
