# The objects with the cmdlets that everybody pipes to.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Enter-Lab
    1..3 | ForEach-Object { $null = Add-Message alice@example.com "Message $_" }
    $null = Set-Mailbox bob@example.com -Quota 1GB -DisplayName 'Bob Example' -PassThru
}

AfterAll { Exit-Lab }

Describe 'Objects' {
    It 'become JSON that reads as they are' {
        $bob = Get-Mailbox bob@example.com | ConvertTo-Json | ConvertFrom-Json
        $bob.Address, $bob.DisplayName, $bob.QuotaBytes, $bob.IsEnabled | Should -Be 'bob@example.com', 'Bob Example', 1GB, $true
        $bob.PSObject.Properties.Name | Should -Not -Contain 'PrimarySmtpAddress'
        $message = Get-MailboxMessage alice@example.com -Newest 1 | ConvertTo-Json | ConvertFrom-Json
        $message.Mailbox, $message.Folder, $message.Uid, $message.Subject | Should -Be 'alice@example.com', 'INBOX', 3, 'Message 3'
        (Get-MailServer | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json).Endpoints.Count | Should -Be 7
    }

    It 'become CSV of one column a property' {
        $rows = Get-Mailbox | ConvertTo-Csv | ConvertFrom-Csv
        $rows.Count | Should -Be 2
        $rows[1].Address, $rows[1].QuotaBytes | Should -Be 'bob@example.com', '1073741824'
        ($rows[0].PSObject.Properties.Name | Group-Object).Count | Should -Be ([MailAdmin.Mailbox].GetProperties().Count)
    }

    It 'answer to the name that Exchange gives the address' {
        (Get-Mailbox bob@example.com).PrimarySmtpAddress | Should -Be 'bob@example.com'
        (Get-Mailbox).PrimarySmtpAddress | Should -Be 'alice@example.com', 'bob@example.com' # (Get-Mailbox).Address would be a method of the array
        (Get-MailboxStatistics).PrimarySmtpAddress | Should -Be 'alice@example.com', 'bob@example.com'
        (Get-Mailbox bob@example.com | Select-Object PrimarySmtpAddress).PrimarySmtpAddress | Should -Be 'bob@example.com'
    }

    It 'are sorted, grouped, selected and measured' {
        (Get-MailboxMessage alice@example.com | Sort-Object Subject -Descending | Select-Object -First 1).Subject | Should -Be 'Message 3'
        (Get-MailboxMessage alice@example.com | Group-Object From).Count | Should -Be 3
        (Get-Mailbox | Measure-Object UsedBytes -Sum).Sum | Should -BeGreaterThan 100
        Get-Mailbox | Where-Object MessageCount -GT 0 | Select-Object -ExpandProperty Address | Should -Be 'alice@example.com'
        (Get-MailboxMessage alice@example.com | Select-Object -First 1).Uid | Should -Be 1
    }

    It 'fit 80 columns as table and list: <_>' -ForEach @(
        'Get-MailServer', 'Get-Mailbox', 'Get-MailDomain', 'Get-MailboxFolder alice@example.com', 'Get-MailboxMessage alice@example.com',
        'Get-MailboxMessage alice@example.com -Newest 1 -Content', 'Get-MailboxStatistics', 'Get-MailCertificate', 'Measure-MailServer', '(Measure-MailServer).Protocols',
        'Watch-MailEvent -After 1 -Count 5', 'Get-MailServer | ForEach-Object Endpoints', 'Test-MailProtocol -Protocol Imap', 'Optimize-MailStore'
    ) {
        $objects = & ([scriptblock]::Create($_))
        foreach ($text in ($objects | Out-String -Width 80), ($objects | Format-List | Out-String -Width 80), ($objects | Format-Table | Out-String -Width 80)) {
            $text.Trim() | Should -Not -BeNullOrEmpty
            $text -split "`n" | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 80 }
        }
    }

    It 'leave the last column of a table room for what stands in it' {
        $views = [xml] (Get-Content "$env:MAILADMIN_ROOT/module/MailAdmin.Format.ps1xml" -Raw)
        foreach ($table in $views.SelectNodes('//TableControl[TableHeaders/TableColumnHeader[not(Width)]]')) {
            $fixed = $table.SelectNodes('TableHeaders/TableColumnHeader/Width').InnerText | Measure-Object -Sum
            80 - $fixed.Sum - $fixed.Count | Should -BeGreaterOrEqual 12 -Because $table.ParentNode.Name
        }
    }

    It 'show a password that was made, and no empty place for one: <_>' -ForEach 'g1@example.com,|g2@example.com,correct horse', 'g3@example.com,correct horse|g4@example.com,' {
        $rows = "Address,Password|$_" -split '\|' | ConvertFrom-Csv
        $made = $rows | New-Mailbox
        $secret = $made.GeneratedPassword.Where({ $_ })
        $secret.Count | Should -Be 1
        foreach ($text in ($made | Out-String -Width 80), ($made | Format-Table | Out-String -Width 80), ($made | Format-List | Out-String -Width 80)) {
            $text | Should -BeLike "*$secret*"
            ([regex]::Matches($text, 'GeneratedPassword')).Count | Should -Be 1
        }

        # A file loses none, whichever comes first.
        ($made | ConvertTo-Csv | ConvertFrom-Csv).GeneratedPassword.Where({ $_ }) | Should -Be $secret
        foreach ($text in ($made.Where({ -not $_.GeneratedPassword }) | Out-String -Width 80), (Get-Mailbox | Out-String -Width 80), (Get-Mailbox | Format-List | Out-String), ($made | Set-Mailbox -Quota 1GB -PassThru | Format-List * | Out-String)) {
            $text | Should -Match 'example.com'
            $text | Should -Not -Match 'GeneratedPassword'
        }
    }

    It 'say which folder a message is in' {
        $null = Add-Message bob@example.com 'For Bob'
        $text = Get-MailboxMessage *@example.com | Out-String -Width 80
        $text | Should -Match '(?s)Folder: alice@example.com/INBOX.*Message 1.*Folder: bob@example.com/INBOX.*For Bob'
        ([regex]::Matches($text, 'Folder:')).Count | Should -Be 2
    }

    It 'show readable sizes and keep numbers' {
        Get-Mailbox bob@example.com | Out-String -Width 80 | Should -Match '1 GB'
        (Get-Mailbox bob@example.com).QuotaBytes | Should -BeOfType ([long])
    }
}
