# What the script analyzer would look at, and what it cannot see because the cmdlets are compiled.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeDiscovery {
    Import-Module $env:MAILADMIN_MANIFEST
    $cmdlets = Get-Command -Module MailAdmin
}

Describe 'Cmdlet <_.Name>' -ForEach $cmdlets {
    It 'has an approved verb and a singular noun' {
        (Get-Verb $_.Verb).Verb | Should -Be $_.Verb
        $_.Noun | Should -Not -Match '(?<!Statistic|Addres|Alia|Statu)s$' -Because 'nouns are singular; Statistics is the name Exchange gave it'
    }

    It 'says what it gives' {
        $_.OutputType.Count | Should -BeGreaterThan 0
    }

    It 'asks where it changes something' {
        if ($_.Verb -in 'New', 'Set', 'Remove', 'Rename', 'Enable', 'Disable', 'Start', 'Stop', 'Restart', 'Move', 'Copy', 'Import', 'Export', 'Save', 'Repair', 'Optimize', 'Send', 'Add', 'Suspend', 'Resume') {
            $_.Parameters.Keys | Should -Contain 'WhatIf'
        }

        if ($_.ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $false).ConfirmImpact -eq 'High') {
            $_.Parameters.Keys | Should -Contain 'Force'
        }
    }

    It 'takes no parameter by a plural or a reserved name' {
        $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
        # Attachments and Headers: Send-MailMessage's own names; DrainSeconds and the like count.
        $_.Parameters.Keys.Where({ $_ -notin $common -and $_ -notmatch 'Seconds$|Days$|^(Attachments|Headers|Settings|Address|KeepAlias|Status)$' }) |
            Should -Not -Match '(?<!s)s$'
    }

    It 'keeps secrets out of strings' {
        foreach ($parameter in $_.Parameters.Values.Where({ $_.Name -like '*Password*' -and $_.Name -notlike '*File' })) {
            $parameter.ParameterType | Should -Be ([securestring])
        }

        foreach ($parameter in $_.Parameters.Values.Where({ $_.Name -like '*Credential*' })) {
            $parameter.ParameterType.Name | Should -Match '^PSCredential'
        }
    }
}

Describe 'Scripts and data files' {
    BeforeDiscovery {
        $files = Get-ChildItem "$env:MAILADMIN_ROOT/MailAdmin.psd1", "$env:MAILADMIN_ROOT/module/*.ps*", "$PSScriptRoot/*.ps1", "$env:MAILADMIN_ROOT/tests/MailAdmin.Benchmarks/*.ps1"
        $scripts = $files.Where({ $_.Extension -ne '.ps1xml' })
    }

    It '<_.Name> is ASCII, without tabs and trailing blanks' -ForEach $files {
        $bytes = [IO.File]::ReadAllBytes($_)
        $bytes.Where({ $_ -gt 126 }).Count | Should -Be 0 -Because 'another encoding would need a byte order mark'
        [Text.Encoding]::ASCII.GetString($bytes) | Should -Not -Match '\t|[ ]+\r?\n'
    }

    It '<_.Name> gives the script analyzer nothing to say' -ForEach $scripts {
        $tokens = $errors = $null
        $syntax = [Management.Automation.Language.Parser]::ParseFile($_, [ref] $tokens, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        function Find-Syntax([string] $Type, [scriptblock] $Where = { $true }) {
            $syntax.FindAll({ $args[0].GetType().Name -eq "$($Type)Ast" }, $true) | Where-Object $Where | ForEach-Object { "line $($_.Extent.StartLineNumber): $($_.Extent)" }
        }

        Find-Syntax Command { $_.GetCommandName() -and (Get-Alias $_.GetCommandName() -ErrorAction Ignore) } | Should -BeNullOrEmpty -Because 'an alias means what somebody made of it'
        Find-Syntax Command { $_.GetCommandName() -in 'Invoke-Expression', 'Write-Host' -or $_.GetCommandName() -like '*-Wmi*' } | Should -BeNullOrEmpty
        Find-Syntax Command { $_.GetCommandName() -like 'Convert*-SecureString' -and $_.CommandElements.ParameterName -match '^As?P' } | Should -BeNullOrEmpty -Because 'a secret does not stand in a script'
        Find-Syntax MemberExpression { "$($_.Member)" -eq 'Password' } | Should -BeNullOrEmpty -Because 'it would be taken for a secret laid open'
        Find-Syntax VariableExpression { $_.VariablePath.IsGlobal } | Should -BeNullOrEmpty
        Find-Syntax CatchClause { $_.Body.Statements.Count -eq 0 } | Should -BeNullOrEmpty
        Find-Syntax FunctionDefinition { $_.Name -match '^(New|Set|Remove|Start|Stop|Restart|Reset|Update)-' } | Should -BeNullOrEmpty -Because 'it would have to support -WhatIf'
        Find-Syntax FunctionDefinition { $_.Name -match '^(\w+)-(\w+)$' -and (-not (Get-Verb $Matches[1]) -or $Matches[2] -match '[^s]s$') } | Should -BeNullOrEmpty -Because 'verbs are approved and nouns singular'
        Find-Syntax Parameter { $_.Name.VariablePath.UserPath -match 'Passw|Passphrase|Cred' -and $_.StaticType -notin [securestring], [pscredential] } | Should -BeNullOrEmpty
        Find-Syntax AssignmentStatement { "$($_.Left)".TrimStart('$') -in 'args', 'error', 'event', 'foreach', 'input', 'matches', 'profile', 'pwd', 'sender', 'this', 'host', 'home', 'pid' } | Should -BeNullOrEmpty -Because 'the engine sets it'
        if ($_.Name -like '*.Tests.ps1') {
            "$($syntax.ParamBlock.Attributes)" | Should -Match 'PSUseDeclaredVarsMoreThanAssignments' -Because 'the analyzer does not know that Pester hands variables on'
        }
    }

    It '<_.Name> calls only what a bare engine has' -ForEach $scripts.Where({ $_.Directory.Name -eq 'module' }) {
        $syntax = [Management.Automation.Language.Parser]::ParseFile($_, [ref] $null, [ref] $null)
        foreach ($command in $syntax.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
            (Get-Command $command.GetCommandName()).Source | Should -Be 'Microsoft.PowerShell.Core'
        }
    }

    It '<_.Name> is well-formed and names types that are there' -ForEach $files.Where({ $_.Extension -eq '.ps1xml' }) {
        $document = [xml] (Get-Content $_ -Raw)
        foreach ($name in $document.SelectNodes('//TypeName | //Type/Name') | ForEach-Object InnerText | Where-Object { $_ -notmatch '#' }) {
            $name -as [type] | Should -Not -BeNullOrEmpty -Because $name
        }
    }
}
