# One set of commands by the three routes: a server in this process, a server in another process, a store with no server.
# What they give must be equal in all that is not an id, a time or a port.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Import-Module $env:MAILADMIN_MANIFEST

    # Every property but those that differ from run to run by nature.
    function ConvertTo-Plain {
        param([Parameter(ValueFromPipeline)] $InputObject)
        process {
            if ($InputObject -is [Management.Automation.ErrorRecord]) {
                return "error $($InputObject.FullyQualifiedErrorId) $($InputObject.CategoryInfo.Category) '$($InputObject.TargetObject)' $($InputObject.Exception.Message) / $($InputObject.ErrorDetails.RecommendedAction)"
            }

            $plain = $InputObject | Select-Object * -ExcludeProperty Id, NextAttempt, CreatedAt, LastLoginAt, ReceivedAt, UidValidity, HighestModSeq, ModSeq, GeneratedPassword, StorePath, Message, Date, FullName, Directory*, PS*, Creation*, LastAccess*, LastWrite*, UnixStat, LinkTarget, VersionInfo, Target
            "$($InputObject.GetType().Name) $($plain | ConvertTo-Json -Compress -Depth 4 -WarningAction SilentlyContinue)"
        }
    }

    function Invoke-Day([hashtable] $Route, [string] $Files) {
        $null = New-Item $Files -ItemType Directory
        $raw = "From: Carol <carol@example.net>`nTo: a@example.com`nSubject: {0}`nMessage-ID: <{1}@example.net>`nContent-Type: multipart/mixed; boundary=x`n`n--x`nContent-Type: text/plain`n`nSee https://example.com/{1}`n--x`nContent-Type: text/csv`nContent-Disposition: attachment; filename=`"list.csv`"`n`na,b`n--x--`n"
        & {
            New-MailDomain example.com @Route
            New-MailDomain example.com @Route
            New-Mailbox a@example.com -Password 'correct horse' -DisplayName A -Quota 1MB @Route
            'b@example.com', 'nonsense', 'c@example.com', 'a@example.com' | New-Mailbox @Route
            Get-Mailbox @Route
            Get-Mailbox *@example.com @Route
            Get-Mailbox nobody@example.com @Route
            Set-Mailbox b@example.com -DisplayName 'B B' -Quota 5MB -PassThru @Route
            Set-Mailbox b@example.com -Password short @Route
            Disable-Mailbox b@example.com -PassThru @Route
            Enable-Mailbox b@example.com -PassThru @Route
            Rename-Mailbox c@example.com d@example.com -KeepAlias -PassThru @Route
            Rename-Mailbox '*@example.com' e@example.com @Route
            New-MailAlias team@example.com a@example.com, b@example.com @Route
            New-MailAlias a@example.com b@example.com @Route
            Set-MailAlias team@example.com -Add d@example.com -Remove a@example.com -PassThru @Route
            Set-MailAlias team@example.com -Remove a@example.com @Route
            New-MailAlias loop@example.com loop@example.com @Route
            New-MailAlias round@example.com team@example.com @Route
            Set-MailAlias team@example.com -Add round@example.com @Route
            Set-MailAlias round@example.com -Add nosuch@example.com -PassThru @Route
            Remove-MailAlias round@example.com -Force @Route
            Set-MailDomain example.com -CatchAll b@example.com -PassThru @Route
            Set-MailDomain example.com -CatchAll $null -PassThru @Route
            New-Mailbox '*@example.com' @Route
            [pscustomobject]@{ Who = 'a@example.com' } | Get-Mailbox @Route
            Get-MailAlias @Route
            New-MailboxFolder a@example.com Projects/2026 @Route
            Rename-MailboxFolder a@example.com Projects Jobs -PassThru @Route
            Rename-MailboxFolder a@example.com Nosuch Other @Route
            1..5 | ForEach-Object { Import-MailboxMessage a@example.com -Message ($raw -f "Message $_", $_) -Flag Seen, work -ReceivedAt '2026-01-02T03:04:05Z' @Route }
            Import-MailboxMessage a@example.com -Message ("Subject: too large`n`n" + 'x' * 2MB) @Route
            Get-MailboxMessage a@example.com @Route
            Get-MailboxMessage a@example.com -Subject '*2' -Content @Route
            Get-MailboxMessage a@example.com Nosuch @Route
            Get-MailboxMessage a@example.com -Uid 3, 99 @Route
            Set-MailboxMessage a@example.com INBOX 1, 2 -IsRead $false -AddFlag '$Junk' -PassThru @Route
            Move-MailboxMessage a@example.com INBOX 1 Archive -PassThru @Route
            Copy-MailboxMessage a@example.com INBOX 2, 3 INBOX -DestinationMailbox b@example.com -PassThru @Route
            Copy-MailboxMessage a@example.com INBOX 2 Nosuch @Route
            Export-MailboxMessage a@example.com INBOX 2 $Files @Route
            Save-MailboxAttachment a@example.com INBOX 2 $Files @Route
            Get-Content $Files/2.eml -Raw
            Get-Content $Files/list.csv -Raw
            Wait-MailboxMessage a@example.com -Subject '*3' -Timeout 60 @Route
            Get-MailboxFolder a@example.com @Route
            Get-MailboxStatistics @Route
            Remove-MailboxMessage a@example.com INBOX 5 -Force @Route
            Remove-MailboxFolder a@example.com Jobs -Force @Route
            Remove-MailAlias team@example.com -Force @Route
            Remove-MailAlias team@example.com -Force @Route
            Remove-MailDomain example.com -Force @Route
            Test-MailStore @Route
            Test-MailStore -Quiet @Route
            Optimize-MailStore @Route | Select-Object { $_.FreedBytes -ge 0 }
            Remove-Mailbox *@example.com -Force @Route
            Get-Mailbox @Route
        } 2>&1 | ConvertTo-Plain | ForEach-Object { $_.Replace($Files, 'FILES') }
    }

    function Initialize-QueueStore([string] $Path) {
        # A store whose queue holds what could not be sent: the port of the next hop is nobody's.
        $null = Start-MailServer prepare -StorePath $Path -OutboundMail Relay -SmtpPort 0 -SubmissionPort 0 -SubmissionsPort -1 -ImapPort -1 -ImapsPort -1 -Pop3Port -1 -Pop3sPort -1
        $login = Get-Login a@example.com
        $null = New-Mailbox a@example.com -Password (ConvertTo-Secret 'correct horse battery') -Server prepare
        $null = New-MailRoute nowhere 127.0.0.1 -Port 9 -Server prepare
        foreach ($to in 'x@one.example', 'y@one.example', 'z@two.example') {
            Send-Mail -From a@example.com -To $to -Subject "For $to" -Body Hello -Credential $login -Server prepare
        }

        $null = Watch-MailEvent Deferred -After 1 -Count 2 -TimeoutSeconds 60 -Server prepare
        Suspend-MailQueueMessage * -Server prepare
        Stop-MailServer prepare -DrainSeconds 0
    }

    # The queue, next hops and blocks. Nothing is sent meanwhile: the servers capture.
    function Invoke-Transport([hashtable] $Route, [string] $Files) {
        $ids = (Get-MailQueueMessage @Route | Sort-Object Destination, Subject).Id
        & {
            Get-MailQueue @Route
            Get-MailQueue one.* @Route
            Get-MailQueue nosuch.example @Route
            Get-MailQueueMessage @Route | Sort-Object Subject
            Get-MailQueueMessage -Destination two.example @Route
            Get-MailQueueMessage -Sender 'a@*' -Recipient 'y@*' @Route
            Get-MailQueueMessage -Status Suspended -First 1 @Route | Measure-Object | ForEach-Object Count
            Get-MailQueueMessage -Status Retry @Route
            Get-MailQueueMessage $ids[0] @Route
            Get-MailQueueMessage 00000000000000000000000000000000 @Route
            Get-MailQueueMessage nonsense @Route
            Get-MailQueue two.example @Route | Get-MailQueueMessage @Route
            Get-MailQueueMessage $ids[0] @Route | Get-MailQueueMessage @Route
            Resume-MailQueueMessage $ids[0] -PassThru @Route
            Suspend-MailQueueMessage $ids[0], nonsense -PassThru @Route
            Restart-MailQueueMessage $ids[1] -PassThru @Route
            Restart-MailQueueMessage 00000000000000000000000000000000 @Route
            Get-MailQueueMessage $ids[2] @Route | Export-MailQueueMessage -Path $Files @Route
            Export-MailQueueMessage $ids[2] $Files @Route
            Export-MailQueueMessage '*' $Files -Force @Route
            Export-MailQueueMessage nonsense $Files @Route
            Get-Content "$Files/$($ids[2]).eml" -Raw
            Remove-MailQueueMessage $ids[1] -Force @Route
            Remove-MailQueueMessage $ids[1] -Force @Route
            Get-MailQueueMessage -Destination one.* @Route | Remove-MailQueueMessage -Force @Route
            Get-MailQueue @Route

            Get-MailRoute @Route
            New-MailRoute branch 192.0.2.25 -Domain branch.example @Route
            New-MailRoute branch 192.0.2.26 -Domain other.example @Route
            New-MailRoute other 192.0.2.26 -Domain branch.example @Route
            New-MailRoute bad 'no host' -Domain bad.example @Route
            New-MailRoute bad 192.0.2.1 -Domain 'a b' @Route
            New-MailRoute login smtp.example.net -Domain '*.example.net' -Credential (Get-Login u p) @Route
            Set-MailRoute login -TlsMode None @Route
            Set-MailRoute login -Credential $null -PassThru @Route
            Set-MailRoute branch -SmartHost 192.0.2.27 -Port 2525 -PassThru @Route
            Set-MailRoute branch -Domain '*' @Route
            Set-MailRoute nosuch -Port 25 @Route
            Set-MailRoute 'b*', 'l*' -TlsMode Required -PassThru @Route
            Get-MailRoute 'b*' @Route
            Get-MailRoute nosuch @Route
            Remove-MailRoute nosuch -Force @Route
            Remove-MailRoute 'b*' -Force @Route
            Get-MailRoute @Route

            Add-MailBlock 192.0.2.1 -Reason 'tries passwords' @Route
            Add-MailBlock 198.51.100.0/24 -Duration 1:00:00 @Route | Select-Object Address, Reason
            Add-MailBlock 192.0.2.1 -Reason 'again' @Route
            Add-MailBlock 192.0.2.1/24 @Route
            Add-MailBlock nonsense @Route
            Add-MailBlock 0.0.0.0/0 @Route
            Add-MailBlock 192.0.2.2 -Duration 0:0:0 @Route
            Add-MailBlock 192.0.2.2 -Reason ('x' * 2000) @Route
            Get-MailBlock @Route | Select-Object Address, Reason
            Get-MailBlock 198.51.100.7 @Route | Select-Object Address
            Get-MailBlock 203.0.113.1 @Route
            Get-MailBlock '192*' @Route | Select-Object Address
            Remove-MailBlock 203.0.113.1 @Route
            Remove-MailBlock nonsense @Route
            Remove-MailBlock '*' @Route
            Get-MailBlock @Route
        } 2>&1 | ConvertTo-Plain | ForEach-Object { $_.Replace($Files, 'FILES') }
    }
}

AfterAll { Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0 }

Describe 'The three routes' {
    It 'give the same' {
        $null = Start-MailServer here -Ephemeral
        $serve = Invoke-Serve there "$TestDrive/there"
        try {
            $here = Invoke-Day @{ Server = 'here' } "$TestDrive/files-here"
            $there = Invoke-Day @{ Server = 'there' } "$TestDrive/files-there"
            $rest = Invoke-Day @{ StorePath = "$TestDrive/rest" } "$TestDrive/files-rest"
            $here.Count | Should -BeGreaterThan 60
            Compare-Object $here $there -SyncWindow 0 | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
            Compare-Object $here $rest -SyncWindow 0 | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
        }
        finally {
            Stop-MailServer there -DrainSeconds 0
            $serve.WaitForExit(60000) | Should -BeTrue
            $serve.ExitCode | Should -Be 0
            Stop-MailServer here -DrainSeconds 0
        }
    }
}

Describe 'The three routes to queue, next hops and blocks' {
    It 'give the same' {
        Initialize-QueueStore "$TestDrive/queued"
        'q-here', 'q-there', 'q-rest' | ForEach-Object { Copy-Item "$TestDrive/queued" "$TestDrive/$_" -Recurse }
        $null = Start-MailServer here -StorePath "$TestDrive/q-here" -SmtpPort 0 -SubmissionPort -1 -SubmissionsPort -1 -ImapPort -1 -ImapsPort -1 -Pop3Port -1 -Pop3sPort -1
        $serve = Invoke-Serve there "$TestDrive/q-there"
        try {
            $here = Invoke-Transport @{ Server = 'here' } "$TestDrive/queue-files-here"
            $there = Invoke-Transport @{ Server = 'there' } "$TestDrive/queue-files-there"
            $rest = Invoke-Transport @{ StorePath = "$TestDrive/q-rest" } "$TestDrive/queue-files-rest"
            $here.Count | Should -BeGreaterThan 55
            Compare-Object $here $there -SyncWindow 0 | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
            Compare-Object $here $rest -SyncWindow 0 | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
        }
        finally {
            Stop-MailServer there -DrainSeconds 0
            $serve.WaitForExit(60000) | Should -BeTrue
            Stop-MailServer here -DrainSeconds 0
        }

        # Only a running server writes reports.
        $failure = Get-OneError { Get-MailQueueMessage -StorePath "$TestDrive/q-rest" | Remove-MailQueueMessage -Bounce -Force -StorePath "$TestDrive/q-rest" }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        (Get-MailQueueMessage -StorePath "$TestDrive/q-rest").Count | Should -Be 1
    }
}

Describe 'A server in another process' {
    BeforeEach { $serve = Invoke-Serve other "$TestDrive/$(New-Guid)" }

    AfterEach {
        if (-not $serve.HasExited) { $serve.Kill() }
        $serve.WaitForExit()
    }

    It 'is meant where it is the only one, and can be connected' {
        (Get-MailServer).Name | Should -Be 'other'
        (New-Mailbox x@example.com).PrimarySmtpAddress | Should -Be 'x@example.com'
        (Connect-MailServer other).ProcessId | Should -Be $serve.Id
        (Get-Mailbox).PrimarySmtpAddress | Should -Be 'x@example.com'
        Disconnect-MailServer
        (Get-Mailbox -StorePath (Get-MailServer other).StorePath).PrimarySmtpAddress | Should -Be 'x@example.com'
    }

    It 'streams events and large results' {
        $null = 1..500 | ForEach-Object { "u$_@example.com" } | New-Mailbox
        (Get-Mailbox | Select-Object -First 3).Count | Should -Be 3
        (Get-Mailbox).Count | Should -Be 500
        $null = Add-Message u1@example.com 'told'
        (Watch-MailEvent MessageAdded -After 1 -Count 1 -TimeoutSeconds 60).Mailbox | Should -Be 'u1@example.com'
        (Watch-MailEvent MailboxChanged -After 1 -Count 100 -TimeoutSeconds 60).Count | Should -Be 100
        $file = "$TestDrive/large.eml"
        [IO.File]::WriteAllText($file, "Subject: large`r`n`r`n" + ('x' * 70 + "`r`n") * 100000)
        $stored = Import-MailboxMessage u2@example.com $file
        $stored.SizeBytes | Should -Be ([IO.FileInfo]::new($file).Length)
        $copy = $stored | Export-MailboxMessage -Path "$TestDrive/copy.eml"
        (Get-FileHash $copy).Hash | Should -Be (Get-FileHash $file).Hash
    }

    It 'waits for a message without looking again' {
        $null = New-Mailbox w@example.com
        $waiting = Start-ThreadJob { Import-Module $env:MAILADMIN_MANIFEST; Wait-MailboxMessage w@example.com -Subject awaited -Timeout 120 }
        1..20 | ForEach-Object { $null = Add-Message w@example.com "other $_" }
        $null = Add-Message w@example.com awaited
        ($waiting | Receive-Job -Wait -AutoRemoveJob).Subject | Should -Be 'awaited'
    }

    It 'has an endpoint for its owner alone' {
        $store = (Get-MailServer other).StorePath

        # Beside the mail, or where that path is too long for a socket, in the user's run directory.
        $socket = @("$store/control.sock") + @(Get-ChildItem "$env:XDG_RUNTIME_DIR/mailadmin/*.sock" | Sort-Object CreationTime -Descending) | Where-Object { Test-Path $_ } | Select-Object -First 1
        (Get-Item $socket).UnixFileMode | Should -Be 'UserWrite, UserRead'
        (Get-Item $store).UnixFileMode | Should -Be 'UserExecute, UserWrite, UserRead'
        if ([Environment]::UserName -eq 'root' -and (Get-Command setpriv -ErrorAction Ignore)) {
            & setpriv --reuid 65534 --regid 65534 --clear-groups -- test -e $socket
            $LASTEXITCODE | Should -Be 1
        }
    }

    It 'is restarted in place: same process, same ports, same mail, and what was set' {
        $before = Get-MailServer other
        $null = Connect-MailServer other
        $null = New-Mailbox r@example.com
        $null = Add-Message r@example.com kept
        Set-MailServer -HostName mx.example.com -OutboundMail Refuse -Limit @{ Recipients = 7 }
        $imap = [Net.Sockets.TcpClient]::new('127.0.0.1', ($before.Endpoints | Where-Object Service -EQ imap).Port)
        $reader = [IO.StreamReader]::new($imap.GetStream())
        $reader.ReadLine() | Should -BeLike '`* OK*'
        $watching = [powershell]::Create().AddScript('Import-Module $env:MAILADMIN_MANIFEST; Watch-MailEvent -After 1 | ForEach-Object { [AppDomain]::CurrentDomain.SetData("restartHeard", 1) }')
        $run = $watching.BeginInvoke()
        while (-not [AppDomain]::CurrentDomain.GetData('restartHeard')) { [Threading.Thread]::Yield() }

        $after = Restart-MailServer

        $after.ProcessId | Should -Be $serve.Id
        $after.State | Should -Be 'Running'
        $after.StartedAt | Should -BeGreaterThan $before.StartedAt
        "$($after.Endpoints)" | Should -Be "$($before.Endpoints)"
        $after.HostName | Should -Be 'mx.example.com'
        $after.Outbound | Should -Be 'Refuse'
        $after.MessageCount | Should -Be 1
        $reader.ReadLine() | Should -BeLike '`* BYE*'
        $imap.Dispose()

        # Who is connected stays so, and who watches from elsewhere is told in one error.
        (Get-MailboxMessage r@example.com).Subject | Should -Be 'kept'
        (Get-MailServer).ProcessId | Should -Be $serve.Id
        $null = $run.AsyncWaitHandle.WaitOne(60000)
        try { $null = $watching.EndInvoke($run) } catch { $_.Exception.InnerException.ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'ServerConnectionLost,*' }
        $serve.HasExited | Should -BeFalse
        Restart-MailServer other -WhatIf | Should -BeNullOrEmpty
        (Get-MailServer | Restart-MailServer -DrainSeconds 0).ProcessId | Should -Be $serve.Id

        # An ordered stop is still one.
        Stop-MailServer -DrainSeconds 0
        $serve.WaitForExit(60000) | Should -BeTrue
        $serve.ExitCode | Should -Be 0
        Disconnect-MailServer
    }

    It 'that cannot be started again says why, and its process ends with 1' {
        $pem = "$TestDrive/$(New-Guid).pem"
        $null = New-MailCertificate mx.example.com $pem
        Set-MailCertificate $pem
        Remove-Item $pem
        $failure = Get-OneError { Restart-MailServer other -DrainSeconds 0 }
        $failure.FullyQualifiedErrorId | Should -Be 'CertificateNotUsable,MailAdmin.Module.Servers.RestartMailServer'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $serve.WaitForExit(60000) | Should -BeTrue
        $serve.ExitCode | Should -Be 1
    }

    It 'that is killed gives one clear error to who watches, waits and asks' {
        $null = New-Mailbox k@example.com
        $null = Connect-MailServer other
        $watching = [powershell]::Create().AddScript('Import-Module $env:MAILADMIN_MANIFEST; Watch-MailEvent -After 1 | ForEach-Object { [AppDomain]::CurrentDomain.SetData("heard", 1) }')
        $waiting = [powershell]::Create().AddScript('Import-Module $env:MAILADMIN_MANIFEST; Wait-MailboxMessage k@example.com -Subject never -Timeout 3600')
        $runs = @{ Shell = $watching; Run = $watching.BeginInvoke() }, @{ Shell = $waiting; Run = $waiting.BeginInvoke() }
        while (-not [AppDomain]::CurrentDomain.GetData('heard')) { [Threading.Thread]::Yield() }
        $serve.Kill()
        $serve.WaitForExit()
        foreach ($run in $runs) {
            $null = $run.Run.AsyncWaitHandle.WaitOne(60000)
            $failures = @($run.Shell.Streams.Error)
            try { $null = $run.Shell.EndInvoke($run.Run) } catch { $failures += $_.Exception.InnerException.ErrorRecord }
            $failures.Count | Should -Be 1
            $failures[0].FullyQualifiedErrorId | Should -Match '^(ServerConnectionLost|ServerNotRunning),'
            $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        (Get-OneError { Get-Mailbox }).FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning*'
        Disconnect-MailServer
        Get-MailServer | Should -BeNullOrEmpty
    }
}

Describe 'A server of another version' {
    It 'is refused in words' {
        $store = (New-Item "$TestDrive/old" -ItemType Directory).FullName
        $null = New-Item "$store/content" -ItemType Directory
        $listener = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
        $listener.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new("$store/control.sock"))
        $listener.Listen()
        $old = Start-ThreadJob {
            $peer = ($using:listener).Accept()
            $length = [byte[]]::new(4)
            $null = $peer.Receive($length)
            [array]::Reverse($length)
            $request = [byte[]]::new([BitConverter]::ToInt32($length))
            $null = $peer.Receive($request)
            $id = ([Text.Encoding]::UTF8.GetString($request) | ConvertFrom-Json).id
            $answer = [Text.Encoding]::UTF8.GetBytes('{"jsonrpc":"2.0","id":' + $id + ',"error":{"code":-32601,"message":"No method by that name."}}')
            $length = [BitConverter]::GetBytes($answer.Length)
            [array]::Reverse($length)
            $null = $peer.Send($length + $answer)
            $null = $peer.Receive([byte[]]::new(1))
        }
        $failure = Get-OneError { Get-Mailbox -StorePath $store }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerVersionMismatch*'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'version'
        $listener.Dispose()
        $old | Receive-Job -Wait -AutoRemoveJob
    }
}
