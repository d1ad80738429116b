[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

Describe 'The manifest' {
    BeforeAll { $manifest = Test-ModuleManifest $env:MAILADMIN_MANIFEST }

    It 'is sound and says what the gallery asks for' {
        $manifest.Version | Should -BeGreaterThan ([version] '0.0')
        $manifest.Author, $manifest.Description, $manifest.Copyright, $manifest.CompanyName | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
        $manifest.PowerShellVersion | Should -Be '7.6'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.PrivateData.PSData.Tags | Should -Contain 'SMTP'
    }

    It 'names every cmdlet and exports nothing by a wildcard' {
        $text = Get-Content $env:MAILADMIN_MANIFEST -Raw
        $text | Should -Not -Match "ToExport\s*=\s*'\*'"
        $manifest.ExportedCmdlets.Count | Should -BeGreaterThan 40
        $manifest.ExportedFunctions.Count + $manifest.ExportedAliases.Count + $manifest.ExportedVariables.Count | Should -Be 0
    }
}

Describe 'Import' {
    BeforeAll {
        . $PSScriptRoot/Lab.ps1
        $expected = (Test-ModuleManifest $env:MAILADMIN_MANIFEST).ExportedCmdlets.Keys | Sort-Object
        function Get-Exported { (Get-Command -Module MailAdmin).Name | Sort-Object }
    }

    AfterEach {
        if (Get-Module MailAdmin) { Exit-Lab; Remove-Module MailAdmin }
    }

    It 'gives the cmdlets of the manifest' {
        Import-Module $env:MAILADMIN_MANIFEST
        Get-Exported | Should -Be $expected
        (Get-Command Get-Mailbox).Source | Should -Be 'MailAdmin'
    }

    It 'gives them again with -Force, beside a running server' {
        Enter-Lab
        Import-Module $env:MAILADMIN_MANIFEST -Force
        Get-Exported | Should -Be $expected
        (Get-Mailbox).PrimarySmtpAddress | Should -Be 'alice@example.com', 'bob@example.com'
    }

    It 'can be taken back with a server running, which a new import meets' {
        Enter-Lab
        Remove-Module MailAdmin
        Get-Command Get-Mailbox -ErrorAction Ignore | Should -BeNullOrEmpty
        Get-PSDrive Mail -ErrorAction Ignore | Should -BeNullOrEmpty
        Import-Module $env:MAILADMIN_MANIFEST
        (Get-MailServer).StartedAt | Should -Be $server.StartedAt
        (Get-ChildItem Mail:/).PrimarySmtpAddress | Should -Be 'alice@example.com', 'bob@example.com'
    }

    It 'leaves a drive alone that has the name of its own' {
        $null = New-PSDrive -Name Mail -PSProvider FileSystem -Root $TestDrive -Scope Global
        Import-Module $env:MAILADMIN_MANIFEST
        Remove-Module MailAdmin
        (Get-PSDrive Mail).Provider.Name | Should -Be 'FileSystem'
        Remove-PSDrive Mail -Scope Global
    }

    It 'is one module for two sessions of a process' {
        Enter-Lab
        $other = [powershell]::Create()
        $other.AddScript('Import-Module $env:MAILADMIN_MANIFEST; (Get-Mailbox).PrimarySmtpAddress; (Get-Command Get-Mailbox).ImplementingType.Assembly').Invoke() |
            Should -Be 'alice@example.com', 'bob@example.com', (Get-Command Get-Mailbox).ImplementingType.Assembly
        $other.Runspace.Close()
        $other.Dispose()
        (Get-MailServer).State | Should -Be 'Running' -Because 'the end of a session is not the end of the server'
    }

    It 'is found by name in a PSModulePath folder, as it is published' {
        $root = "$TestDrive/modules"
        $folder = New-Item "$root/MailAdmin" -ItemType Directory
        Copy-Item $env:MAILADMIN_MANIFEST $folder
        Copy-Item "$env:MAILADMIN_ROOT/en-US" $folder -Recurse
        Copy-Item "$env:MAILADMIN_ROOT/module" $folder -Recurse
        $script = '$env:PSModulePath = "' + $root + '"; $null = Start-MailServer -Ephemeral; (New-Mailbox dora@example.com).Address; (Get-Module MailAdmin).ModuleBase; (Get-Help New-Mailbox).Synopsis; (Get-Help about_MailAdmin).Length -gt 100'
        & (Get-Process -Id $PID).Path "$PSHOME/pwsh.dll" -NoProfile -NonInteractive -Command $script |
            Should -Be 'dora@example.com', $folder.FullName, 'Makes mailboxes.', 'True'
    }

    It 'runs beside a module that has loaded <_> of another version' -ForEach 'MimeKit', 'Microsoft.Data.Sqlite', 'Microsoft.Extensions.Hosting.Abstractions' {
        Add-Type -OutputAssembly "$TestDrive/$_.dll" -TypeDefinition '[assembly: System.Reflection.AssemblyVersion("0.0.1.0")] namespace Other { public static class Marker { } }'
        $script = "`$null = [Reflection.Assembly]::LoadFrom('$TestDrive/$_.dll'); Import-Module '$env:MAILADMIN_MANIFEST'; " +
            '$null = Start-MailServer -Ephemeral; $null = New-Mailbox dora@example.com; Send-Mail -From dora@example.com -To dora@example.com -Subject beside -Body x; (Wait-MailboxMessage dora@example.com -Timeout 120).Subject'
        & (Get-Process -Id $PID).Path "$PSHOME/pwsh.dll" -NoProfile -NonInteractive -Command $script | Should -Be 'beside'
    }
}
