# Every example of docs/en-US, with the real cmdlets around ours. Only the person at the keyboard is played.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidOverwritingBuiltInCmdlets', '', Justification = 'Plays the person at the keyboard; a mock of Get-Credential would ask by its parameter.')]
param()

BeforeDiscovery {
    $pages = Get-ChildItem "$env:MAILADMIN_ROOT/docs/en-US/*-*.md" | Where-Object BaseName -NE 'Show-MailDashboard' | ForEach-Object {
        $text = (Get-Content $_ -Raw).Replace("`r`n", "`n")
        $section = [regex]::Match($text, '(?s)\n## Examples\n(.*?)(\n## |\z)').Groups[1].Value
        $examples = ($section -split '\n### ' | Select-Object -Skip 1).ForEach({
                @{
                    Before = [regex]::Match($_, '(?s)<!-- before: (.*?) -->').Groups[1].Value
                    Code   = [regex]::Matches($_, '(?s)```powershell\n(.*?)\n```').ForEach({ $_.Groups[1].Value }) -join "`n"
                }
            })
        @{ Name = $_.BaseName; Examples = $examples }
    }

    $about = Get-ChildItem "$env:MAILADMIN_ROOT/docs/en-US/about_*.md" | ForEach-Object {
        $text = (Get-Content $_ -Raw).Replace("`r`n", "`n")
        @{ Name = $_.BaseName; Blocks = [regex]::Matches($text, '(?s)<!-- before: (?<code>.*?) -->|```powershell\n(?<code>.*?)\n```').ForEach({ $_.Groups['code'].Value }) }
    } | Where-Object { $_.Blocks }
}

Describe 'Examples of <Name>' -ForEach $pages {
    BeforeAll {
        . $PSScriptRoot/Lab.ps1
        Enter-Lab
        function Get-Credential($UserName) { if ($UserName -like 'bob*') { $bob } else { $alice } }
        Mock Read-Host { ConvertTo-Secret 'correct horse battery' }
        $dir = (New-Item "$TestDrive/$Name" -ItemType Directory).FullName
        Set-Location $dir
        Set-Content 1.eml "From: carol@example.net`nSubject: from a file`n`nHello"
        Set-Content report.txt 'A report'
        Set-Content people.csv "Address,DisplayName,Quota,Password`nx1@example.com,X One,1GB,long enough one`nx2@example.com,X Two,,"
        $null = Add-Message alice@example.com one
        $null = Add-Message alice@example.com 'two invoice'
    }

    AfterAll { Disconnect-MailServer; Exit-Lab }

    It 'run without an error' {
        foreach ($example in $Examples) {
            . ([scriptblock]::Create($example.Before))
            if (-not (Get-MailServer default)) { $null = Start-MailServer -Ephemeral -Credential $alice, $bob }
            $Error.Clear()
            $null = . ([scriptblock]::Create($example.Code))
            $Error | ForEach-Object { "$($example.Code): $_" } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The code of <Name>' -ForEach $about {
    BeforeAll {
        . $PSScriptRoot/Lab.ps1
        Import-Module $env:MAILADMIN_MANIFEST
        Set-Location (New-Item "$TestDrive/$Name" -ItemType Directory)
    }

    AfterAll { Disconnect-MailServer; Exit-Lab }

    It 'runs from top to bottom without an error' {
        foreach ($block in $Blocks) {
            $Error.Clear()
            $null = . ([scriptblock]::Create($block))
            $Error | Where-Object { $block -notmatch 'SilentlyContinue' } | ForEach-Object { "$($block): $_" } | Should -BeNullOrEmpty
        }
    }
}
