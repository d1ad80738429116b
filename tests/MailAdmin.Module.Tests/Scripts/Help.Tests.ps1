[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeDiscovery {
    Import-Module $env:MAILADMIN_MANIFEST
    $names = (Get-Command -Module MailAdmin).Name
    $about = (Get-ChildItem "$env:MAILADMIN_ROOT/docs/en-US/about_*.md").BaseName
}

Describe 'Get-Help <_>' -ForEach $names {
    BeforeAll { $help = Get-Help $_ -Full }

    It 'has a synopsis of its own' {
        $help.Synopsis | Should -Match '^[A-Z].+\.$'
        $help.Synopsis | Should -Not -Match "^$_ \["
    }

    It 'has a description, two examples and links' {
        ($help.description.Text -join ' ').Length | Should -BeGreaterThan 20
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        $help.examples.example | ForEach-Object { $_.code | Should -Not -BeNullOrEmpty }
    }

    It 'describes every parameter' {
        $common = [Management.Automation.Cmdlet]::CommonParameters
        foreach ($parameter in (Get-Command $_).Parameters.Values.Where({ $_.Name -notin $common })) {
            $page = Get-Help $help.Name -Parameter $parameter.Name
            $text = $page.description.Text -join ' '
            $text.Length | Should -BeGreaterThan 5 -Because $parameter.Name
            $text | Should -Not -Match 'summary>|\bget;|^\[' -Because "the text of -$($parameter.Name) is for people"
        }
    }

    It 'fits a window of 80 columns' {
        ($help | Out-String -Width 80) -split "`n" | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 80 }
    }
}

Describe 'Get-Help <_>' -ForEach $about {
    It 'is found by name' {
        $text = Get-Help $_ | Out-String
        $text.Length | Should -BeGreaterThan 200
        $text | Should -Match $_
    }

    It 'is listed with what it is about' {
        $page = Get-Content "$env:MAILADMIN_ROOT/docs/en-US/$_.md"
        (Get-Help about_MailAdmin* | Where-Object Name -EQ $_).Synopsis | Should -Be $page[2]
    }
}
