# Every wrong input a person would make: one error with id, category, target and remedy, and nothing has changed.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester hands what BeforeAll and BeforeDiscovery set to the blocks beside them.')]
param()

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Enter-Lab
    $null = New-MailAlias team@example.com -Target alice@example.com
    $null = New-MailDomain empty.example
    $null = New-Mailbox full@example.com -Quota 1KB
    $null = Add-Message alice@example.com one
    $null = Add-Message alice@example.com two
    $null = New-MailRoute nowhere 127.0.0.1 -Port 9
    $null = New-MailRoute login smtp.example.net -Domain *.example.net -Credential $alice
    $null = Add-MailBlock 192.0.2.1 -Reason test
    Set-MailServer -OutboundMail Relay
    Send-Mail -From alice@example.com -To carol@elsewhere.example -Subject queued -Body x -Credential $alice
    $null = Watch-MailEvent Deferred -After 1 -Count 1 -TimeoutSeconds 60
    Set-MailServer -OutboundMail Capture
    Suspend-MailQueueMessage *
    $queued = (Get-MailQueueMessage).Id
    $dir = (New-Item "$TestDrive/files" -ItemType Directory).FullName
    Set-Location $dir
    Set-Content taken.eml 'there already'
    Set-Content "$queued.eml" 'there already'
    Set-Content empty.eml '' -NoNewline
    Set-Content note.pfx 'no certificate'
    Set-Content broken.pem "-----BEGIN CERTIFICATE-----`nAAAA`n-----END CERTIFICATE-----"
    $null = New-MailCertificate mx.example.com good.pfx -Password 'correct horse'
    $busy = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $busy.Start()
    $port = $busy.LocalEndpoint.Port
    $long = 'x' * 300

    function Get-State {
        Get-MailDomain | Select-Object Name, CatchAll | ConvertTo-Json
        Get-Mailbox | Select-Object Address, DisplayName, QuotaBytes, IsEnabled, UsedBytes | ConvertTo-Json
        Get-MailAlias | ConvertTo-Json
        Get-Mailbox | Get-MailboxFolder | Select-Object Mailbox, Name, MessageCount, UnseenCount | ConvertTo-Json
        Get-MailboxMessage *@example.com * | Select-Object Mailbox, Folder, Uid, Flags | ConvertTo-Json
        Get-MailServer | Select-Object Name, HostName, State, CertificateThumbprint | ConvertTo-Json
        Get-MailQueueMessage | ConvertTo-Json -Depth 4
        Get-MailRoute | ConvertTo-Json
        Get-MailBlock | ConvertTo-Json
        (Get-ChildItem $dir -Recurse -Force).FullName
    }

    $before = Get-State
}

AfterAll {
    $busy.Stop()
    Exit-Lab
}

Describe 'One clear error' {
    It '<Id> for <Code>' -ForEach @(
        # names that lead nowhere
        @{ Code = 'Get-Mailbox nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Set-Mailbox nobody@example.com -Quota 1GB'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Remove-Mailbox nobody@example.com -Force'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Rename-Mailbox nobody@example.com x@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Enable-Mailbox nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Disable-Mailbox nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Get-MailboxStatistics nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Get-MailDomain nosuch.example'; Id = 'DomainNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch.example' }
        @{ Code = 'Set-MailDomain nosuch.example -CatchAll $null'; Id = 'DomainNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch.example' }
        @{ Code = 'Remove-MailDomain nosuch.example -Force'; Id = 'DomainNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch.example' }
        @{ Code = 'Get-MailAlias nosuch@example.com'; Id = 'AliasNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch@example.com' }
        @{ Code = 'Set-MailAlias nosuch@example.com -Add alice@example.com'; Id = 'AliasNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch@example.com' }
        @{ Code = 'Remove-MailAlias nosuch@example.com -Force'; Id = 'AliasNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch@example.com' }
        @{ Code = 'Get-MailboxFolder alice@example.com Nosuch'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'Get-MailboxFolder nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'New-MailboxFolder nobody@example.com New'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Rename-MailboxFolder alice@example.com Nosuch New'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'Remove-MailboxFolder alice@example.com Nosuch -Force'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'Get-MailboxMessage nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Get-MailboxMessage alice@example.com Nosuch'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'Get-MailboxMessage alice@example.com INBOX 99'; Id = 'MessageNotFound'; Category = 'ObjectNotFound'; Target = '99' }
        @{ Code = 'Set-MailboxMessage alice@example.com INBOX 99 -IsRead $true'; Id = 'MessageNotFound'; Category = 'ObjectNotFound'; Target = '99' }
        @{ Code = 'Move-MailboxMessage alice@example.com INBOX 1 Nosuch'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'Copy-MailboxMessage alice@example.com INBOX 1 INBOX -DestinationMailbox nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Remove-MailboxMessage alice@example.com INBOX 99 -Force'; Id = 'MessageNotFound'; Category = 'ObjectNotFound'; Target = '99' }
        @{ Code = 'Export-MailboxMessage alice@example.com Nosuch 1'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'Save-MailboxAttachment alice@example.com INBOX 99'; Id = 'MessageNotFound'; Category = 'ObjectNotFound'; Target = '99' }
        @{ Code = 'Wait-MailboxMessage nobody@example.com -Timeout 1'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Get-MailSession nosuch'; Id = 'SessionNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Stop-MailSession nosuch'; Id = 'SessionNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Get-MailSessionTranscript nosuch'; Id = 'SessionNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Get-MailServer nosuch'; Id = 'ServerNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Stop-MailServer nosuch'; Id = 'ServerNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Restart-MailServer nosuch'; Id = 'ServerNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Set-MailServer nosuch -HostName mx.example.com'; Id = 'ServerNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Connect-MailServer nosuch'; Id = 'ServerNotRunning'; Category = 'ResourceUnavailable'; Target = 'nosuch' }
        @{ Code = 'Get-Mailbox -Server nosuch'; Id = 'ServerNotRunning'; Category = 'ResourceUnavailable'; Target = 'nosuch' }
        @{ Code = 'Repair-MailStore ./nosuch -Force'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = './nosuch' }
        @{ Code = 'Repair-MailStore . -Force'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = '.' }
        @{ Code = 'Import-MailboxMessage alice@example.com ./nosuch.eml'; Id = 'FileNotFound'; Category = 'ObjectNotFound'; Target = './nosuch.eml' }
        @{ Code = 'Set-MailCertificate ./nosuch.pfx'; Id = 'FileNotFound'; Category = 'ObjectNotFound'; Target = $null }
        @{ Code = 'Get-MailCertificate -Path ./nosuch.pfx'; Id = 'FileNotFound'; Category = 'ObjectNotFound'; Target = $null }
        # what is there already
        @{ Code = 'New-Mailbox alice@example.com'; Id = 'MailboxExists'; Category = 'ResourceExists'; Target = 'alice@example.com' }
        @{ Code = 'New-Mailbox team@example.com'; Id = 'AddressInUse'; Category = 'ResourceExists'; Target = 'team@example.com' }
        @{ Code = 'Rename-Mailbox alice@example.com bob@example.com'; Id = 'MailboxExists'; Category = 'ResourceExists'; Target = 'bob@example.com' }
        @{ Code = 'New-MailDomain example.com'; Id = 'DomainExists'; Category = 'ResourceExists'; Target = 'example.com' }
        @{ Code = 'New-MailAlias team@example.com bob@example.com'; Id = 'AliasExists'; Category = 'ResourceExists'; Target = 'team@example.com' }
        @{ Code = 'New-MailAlias alice@example.com bob@example.com'; Id = 'AddressInUse'; Category = 'ResourceExists'; Target = 'alice@example.com' }
        @{ Code = 'New-MailboxFolder alice@example.com Archive'; Id = 'FolderExists'; Category = 'ResourceExists'; Target = 'Archive' }
        @{ Code = 'Rename-MailboxFolder alice@example.com Archive Trash'; Id = 'FolderExists'; Category = 'ResourceExists'; Target = 'Trash' }
        @{ Code = 'Export-MailboxMessage alice@example.com INBOX 1 ./taken.eml'; Id = 'FileExists'; Category = 'ResourceExists'; Target = $null }
        @{ Code = 'New-MailCertificate mx.example.com ./good.pfx'; Id = 'FileExists'; Category = 'ResourceExists'; Target = './good.pfx' }
        @{ Code = 'Start-MailServer -Ephemeral'; Id = 'ServerExists'; Category = 'ResourceExists'; Target = 'default' }
        # values that cannot be
        @{ Code = 'New-Mailbox nonsense'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'New-Mailbox ""'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = '' }
        @{ Code = 'New-Mailbox "a b@example.com"'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'a b@example.com' }
        @{ Code = 'New-Mailbox "$long@example.com"'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Rename-Mailbox alice@example.com nonsense'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'Rename-Mailbox *@example.com x@example.com'; Id = 'NameNotUnique'; Category = 'InvalidArgument'; Target = '*@example.com' }
        @{ Code = 'New-MailDomain "no domain"'; Id = 'InvalidDomain'; Category = 'InvalidArgument'; Target = 'no domain' }
        @{ Code = 'New-MailAlias nonsense alice@example.com'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'New-MailAlias x@example.com nonsense'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'Set-MailAlias team@example.com -Remove alice@example.com'; Id = 'AliasWithoutTarget'; Category = 'InvalidArgument'; Target = 'team@example.com' }
        @{ Code = 'Set-MailAlias team@example.com'; Id = 'NothingToChange'; Category = 'InvalidArgument'; Target = 'team@example.com' }
        @{ Code = 'Set-Mailbox alice@example.com'; Id = 'NothingToChange'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Set-MailServer'; Id = 'NothingToChange'; Category = 'InvalidArgument'; Target = 'default' }
        @{ Code = 'Set-MailboxMessage alice@example.com INBOX 1'; Id = 'NothingToChange'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'New-Mailbox x@example.com -Password short'; Id = 'WeakPassword'; Category = 'InvalidArgument'; Target = 'x@example.com' }
        @{ Code = 'New-Mailbox x@example.com -Password x@example.com'; Id = 'WeakPassword'; Category = 'InvalidArgument'; Target = 'x@example.com' }
        @{ Code = 'New-Mailbox x@example.com -Password ""'; Id = 'EmptyPassword'; Category = 'InvalidArgument'; Target = 'x@example.com' }
        @{ Code = 'Set-Mailbox alice@example.com -Password aaaaaaaaaa'; Id = 'WeakPassword'; Category = 'InvalidArgument'; Target = 'alice@example.com' }
        @{ Code = 'Set-MailServer -Limit @{ Nosuch = 1 }'; Id = 'InvalidSettings'; Category = 'InvalidArgument'; Target = 'Nosuch' }
        @{ Code = 'Set-MailServer -DisabledCapability IDLE, IDEL -HostName other.example'; Id = 'InvalidSettings'; Category = 'InvalidArgument'; Target = 'IDEL' }
        @{ Code = 'Set-MailServer -Limit @{ Recipients = "many" }'; Id = 'InvalidLimit'; Category = 'InvalidArgument'; Target = 'many' }
        @{ Code = 'Set-MailCertificate ./note.pfx'; Id = 'CertificateNotUsable'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Set-MailCertificate ./good.pfx -Password wrong'; Id = 'CertificateNotUsable'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Set-MailCertificate ./broken.pem'; Id = 'CertificateNotUsable'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Get-MailCertificate -Path ./note.pfx'; Id = 'CertificateNotUsable'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'New-MailCertificate "no host" ./new.pfx'; Id = 'InvalidDomain'; Category = 'InvalidArgument'; Target = 'no host' }
        @{ Code = 'Import-MailboxMessage alice@example.com ./empty.eml'; Id = 'EmptyMessage'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Import-MailboxMessage alice@example.com .'; Id = 'PathIsDirectory'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Export-MailboxMessage alice@example.com INBOX 1, 2 ./one.eml'; Id = 'PathIsOneFile'; Category = 'InvalidArgument'; Target = './one.eml' }
        @{ Code = 'Copy-MailboxMessage alice@example.com INBOX 1'; Id = 'NoDestination'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Get-MailboxMessage alice@example.com | Move-MailboxMessage Nosuch'; Id = 'FolderNotFound'; Category = 'ObjectNotFound'; Target = 'Nosuch' }
        @{ Code = 'New-MailDomain c.example -CatchAll nonsense'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'Import-MailboxMessage alice@example.com nosuch:/x.eml'; Id = 'PathNotUsable'; Category = 'InvalidArgument'; Target = 'nosuch:/x.eml' }
        @{ Code = 'Send-Mail -From alice@example.com -Subject x -Body x'; Id = 'NoRecipient'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Send-Mail -To bob@example.com -Subject x -Body x'; Id = 'NoSender'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Send-Mail -From alice@example.com -To nonsense -Subject x -Body x'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'Send-Mail -From alice@example.com -To bob@example.com -Attachments ./nosuch.txt'; Id = 'AttachmentNotFound'; Category = 'ObjectNotFound'; Target = './nosuch.txt' }
        @{ Code = 'Send-Mail -From alice@example.com -To (Get-Mailbox).Address -Subject x -Body x'; Id = 'ArgumentIsMethod'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'Disable-Mailbox (Get-Mailbox).Address'; Id = 'ArgumentIsMethod'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = '[pscustomobject]@{ Mail = "new@example.com"; FullName = "New" } | New-Mailbox'; Id = 'InputNotUsable'; Category = 'InvalidArgument'; Target = '@{Mail=*' }
        @{ Code = '[pscustomobject]@{ Who = "alice@example.com" } | Get-Mailbox'; Id = 'InputNotUsable'; Category = 'InvalidArgument'; Target = '@{Who=*' }
        @{ Code = '[pscustomobject]@{ Who = "alice@example.com" } | Remove-Mailbox -Force'; Id = 'InputNotUsable'; Category = 'InvalidArgument'; Target = '@{Who=*' }
        @{ Code = 'Get-MailboxMessage alice@example.com | Export-MailboxMessage ./all.mbox'; Id = 'PathIsOneFile'; Category = 'InvalidArgument'; Target = './all.mbox' }
        @{ Code = 'New-Mailbox *@example.com'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = '[*]@example.com' }
        @{ Code = 'Rename-Mailbox alice@example.com a?@example.com'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'a[?]@example.com' }
        @{ Code = 'New-MailAlias *@example.com alice@example.com'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = '[*]@example.com' }
        @{ Code = 'New-MailAlias loop@example.com loop@example.com'; Id = 'AliasOfItself'; Category = 'InvalidArgument'; Target = 'loop@example.com' }
        @{ Code = 'Set-MailAlias team@example.com -Add Team@example.com'; Id = 'AliasOfItself'; Category = 'InvalidArgument'; Target = 'team@example.com' }
        @{ Code = 'Set-MailAlias team@example.com -Remove bob@example.com'; Id = 'TargetNotFound'; Category = 'ObjectNotFound'; Target = 'bob@example.com' }
        @{ Code = 'Set-Mailbox alice@example.com -Password $null'; Id = 'EmptyPassword'; Category = 'InvalidArgument'; Target = $null }
        @{ Code = 'New-MailDomain 192.0.2.1'; Id = 'InvalidDomain'; Category = 'InvalidArgument'; Target = '192.0.2.1' }
        @{ Code = 'Get-Mailbox -StorePath ./nosuch'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = './nosuch' }
        @{ Code = 'Get-Mailbox -StorePath ./taken.eml'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = './taken.eml' }
        @{ Code = 'Set-Mailbox x@example.com -Quota 1GB -StorePath .'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = '.' }
        @{ Code = 'Test-MailStore ./nosuch'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = './nosuch' }
        @{ Code = 'Optimize-MailStore ./nosuch'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = './nosuch' }
        @{ Code = 'Connect-MailServer -StorePath ./nosuch'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = './nosuch' }
        @{ Code = 'Get-Mailbox -Server default -StorePath $server.StorePath'; Id = 'ServerAndStore'; Category = 'InvalidArgument'; Target = 'default' }
        @{ Code = 'Start-MailServer other -StorePath ./taken.eml -SmtpPort 0'; Id = 'StorePathIsFile'; Category = 'InvalidArgument'; Target = '*taken.eml' }
        # queue, routes, blocks
        @{ Code = 'Get-MailQueueMessage nonsense'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Get-MailQueueMessage 00000000000000000000000000000000'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = '00000000000000000000000000000000' }
        @{ Code = 'Suspend-MailQueueMessage nonsense'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Suspend-MailQueueMessage 00000000000000000000000000000000'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = '00000000000000000000000000000000' }
        @{ Code = 'Resume-MailQueueMessage nonsense'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Resume-MailQueueMessage 00000000000000000000000000000000'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = '00000000000000000000000000000000' }
        @{ Code = 'Restart-MailQueueMessage nonsense'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Restart-MailQueueMessage 00000000000000000000000000000000'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = '00000000000000000000000000000000' }
        @{ Code = 'Export-MailQueueMessage nonsense'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Export-MailQueueMessage 00000000000000000000000000000000'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = '00000000000000000000000000000000' }
        @{ Code = 'Remove-MailQueueMessage nonsense -Force'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Remove-MailQueueMessage nonsense -Bounce -Force'; Id = 'QueueMessageNotFound'; Category = 'ObjectNotFound'; Target = 'nonsense' }
        @{ Code = 'Export-MailQueueMessage $queued'; Id = 'FileExists'; Category = 'ResourceExists'; Target = '*.eml' }
        @{ Code = 'Export-MailQueueMessage $queued ./taken.eml'; Id = 'FileExists'; Category = 'ResourceExists'; Target = '*taken.eml' }
        @{ Code = 'Get-MailRoute nosuch'; Id = 'RouteNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Set-MailRoute nosuch -Port 25'; Id = 'RouteNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'Set-MailRoute nowhere'; Id = 'NothingToChange'; Category = 'InvalidArgument'; Target = 'nowhere' }
        @{ Code = 'Remove-MailRoute nosuch -Force'; Id = 'RouteNotFound'; Category = 'ObjectNotFound'; Target = 'nosuch' }
        @{ Code = 'New-MailRoute nowhere 192.0.2.1 -Domain new.example'; Id = 'RouteExists'; Category = 'ResourceExists'; Target = 'nowhere' }
        @{ Code = 'New-MailRoute second 192.0.2.1'; Id = 'RouteExists'; Category = 'ResourceExists'; Target = '[*]' }
        @{ Code = 'New-MailRoute bad "no host" -Domain new.example'; Id = 'InvalidRoute'; Category = 'InvalidArgument'; Target = 'no host' }
        @{ Code = 'New-MailRoute bad 192.0.2.1:25 -Domain new.example'; Id = 'InvalidRoute'; Category = 'InvalidArgument'; Target = '192.0.2.1:25' }
        @{ Code = 'New-MailRoute bad 192.0.2.1 -Domain "a b"'; Id = 'InvalidRoute'; Category = 'InvalidArgument'; Target = 'a b' }
        @{ Code = 'New-MailRoute bad 192.0.2.1 -Domain new.example -TlsMode None -Credential $alice'; Id = 'InvalidRoute'; Category = 'InvalidArgument'; Target = 'bad' }
        @{ Code = 'Set-MailRoute login -TlsMode None'; Id = 'InvalidRoute'; Category = 'InvalidArgument'; Target = 'login' }
        @{ Code = 'Add-MailBlock nonsense'; Id = 'InvalidIpAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        @{ Code = 'Add-MailBlock 192.0.2.7/24'; Id = 'InvalidIpAddress'; Category = 'InvalidArgument'; Target = '192.0.2.7/24' }
        @{ Code = 'Add-MailBlock 192.0.2.0/33'; Id = 'InvalidIpAddress'; Category = 'InvalidArgument'; Target = '192.0.2.0/33' }
        @{ Code = 'Add-MailBlock 0.0.0.0/0'; Id = 'BlockOfAll'; Category = 'InvalidArgument'; Target = '0.0.0.0/0' }
        @{ Code = 'Add-MailBlock 192.0.2.2 -Duration 0:0:0'; Id = 'InvalidDuration'; Category = 'InvalidArgument'; Target = '00:00:00' }
        @{ Code = 'Add-MailBlock 192.0.2.2 -Reason ("x" * 2000)'; Id = 'ReasonTooLong'; Category = 'InvalidArgument'; Target = '192.0.2.2' }
        @{ Code = 'Get-MailBlock 203.0.113.1'; Id = 'BlockNotFound'; Category = 'ObjectNotFound'; Target = '203.0.113.1' }
        @{ Code = 'Remove-MailBlock 203.0.113.1'; Id = 'BlockNotFound'; Category = 'ObjectNotFound'; Target = '203.0.113.1' }
        @{ Code = 'Remove-MailBlock nonsense'; Id = 'InvalidIpAddress'; Category = 'InvalidArgument'; Target = 'nonsense' }
        # what the state does not allow
        @{ Code = 'Remove-MailDomain example.com -Force'; Id = 'DomainNotEmpty'; Category = 'InvalidOperation'; Target = 'example.com' }
        @{ Code = 'Remove-MailboxFolder alice@example.com INBOX -Force'; Id = 'InboxCannotBeDeleted'; Category = 'InvalidOperation'; Target = 'INBOX' }
        @{ Code = 'Restart-MailServer'; Id = 'ServerIsEphemeral'; Category = 'InvalidOperation'; Target = 'default' }
        @{ Code = 'Import-MailboxMessage full@example.com -Message ("Subject: x`n`n" + "x" * 2000)'; Id = 'QuotaExceeded'; Category = 'QuotaExceeded'; Target = 'full@example.com' }
        @{ Code = 'Move-MailboxMessage alice@example.com INBOX 1 INBOX -DestinationMailbox nobody@example.com'; Id = 'MailboxNotFound'; Category = 'ObjectNotFound'; Target = 'nobody@example.com' }
        @{ Code = 'Start-MailServer other -Ephemeral -SmtpPort $port'; Id = 'PortInUse'; Category = 'ResourceBusy'; Target = '*' }
        @{ Code = 'Start-MailServer other -Ephemeral -Address 203.0.113.9'; Id = 'AddressNotAvailable'; Category = '*'; Target = '203.0.113.9' }
        @{ Code = 'Start-MailServer other -Ephemeral -DisabledCapability CHUNKIN'; Id = 'InvalidSettings'; Category = 'InvalidArgument'; Target = 'CHUNKIN' }
        @{ Code = 'Start-MailServer other -Ephemeral -StorePath ./x'; Id = 'InvalidSettings'; Category = 'InvalidArgument'; Target = '*' }
        @{ Code = 'Start-MailServer other -Ephemeral -PortOffset 100'; Id = 'InvalidSettings'; Category = 'InvalidArgument'; Target = '100' }
        @{ Code = 'Start-MailServer other -Ephemeral -Address localhost'; Id = 'AddressNotAvailable'; Category = 'InvalidArgument'; Target = 'localhost' }
        @{ Code = 'Start-MailServer other -StorePath $server.StorePath -SmtpPort 0 -SubmissionPort 0 -SubmissionsPort 0 -ImapPort 0 -ImapsPort 0 -Pop3Port 0 -Pop3sPort 0'; Id = 'StoreInUse'; Category = 'ResourceBusy'; Target = '*' }
        @{ Code = 'Repair-MailStore $server.StorePath -Force'; Id = 'StoreInUse'; Category = 'ResourceBusy'; Target = '*' }
        @{ Code = 'Wait-MailboxMessage bob@example.com -Timeout 0.1'; Id = 'WaitTimeout'; Category = 'OperationTimeout'; Target = 'bob@example.com' }
        @{ Code = 'Send-Mail -From alice@example.com -To nobody@example.com -Subject x -Body x'; Id = 'RecipientsRefused'; Category = '*'; Target = '*' }
        @{ Code = 'Send-Mail -From alice@example.com -To bob@example.com -SmtpServer localhost -Port 1 -Subject x -Body x'; Id = '*'; Category = 'ConnectionError'; Target = '*' }
        @{ Code = 'Receive-Mail (Get-Login alice@example.com wrong)'; Id = '*'; Category = 'AuthenticationError'; Target = '*' }
    ) {
        $failure = Get-OneError ([scriptblock]::Create($Code))
        ($failure.FullyQualifiedErrorId -split ',')[0] | Should -BeLike $Id
        $failure.CategoryInfo.Category | Should -BeLike $Category
        if ($null -ne $Target) { "$($failure.TargetObject)" | Should -BeLike $Target }
        $failure.Exception.Message | Should -Match '^\S.*[.!?]$|: .+'
        $failure.ErrorDetails.RecommendedAction | Should -Match '^[A-Z].+[.]$|^[A-Z].+'
        $after = Get-State
        Compare-Object $before $after | ForEach-Object InputObject | Should -BeNullOrEmpty
    }

    It 'tells who gave the name alone how it is written: <_>' -ForEach 'Get-Mailbox alice', 'Get-MailboxFolder alice', 'Remove-Mailbox alice -Force' {
        (Get-OneError ([scriptblock]::Create($_))).ErrorDetails.RecommendedAction | Should -Match 'alice@\*'
        (Get-Mailbox alice@*).Address | Should -Be 'alice@example.com'
    }

    It 'names a server that takes no connection, with its reply' {
        $null = Add-MailBlock 127.0.0.1
        $failure = Get-OneError { Send-Mail -From alice@example.com -To bob@example.com -Subject x -Body x }
        Remove-MailBlock 127.0.0.1
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConnectionRefused,*'
        $failure.CategoryInfo.Category | Should -Be 'ConnectionError'
        $failure.Exception.Message | Should -Match '^127\.0\.0\.1:\d+ takes no connection: 5\d\d '
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Get-MailBlock'
    }

    It 'from the binder for <Code>' -ForEach @(
        @{ Code = 'Set-Mailbox alice@example.com -Quota banana'; Says = '500MB' }
        @{ Code = 'Set-Mailbox alice@example.com -Quota -1'; Says = 'quota' }
        @{ Code = 'Get-MailboxMessage alice@example.com -Uid 0'; Says = 'Uid' }
        @{ Code = 'Get-MailboxMessage alice@example.com -Since yesterday'; Says = 'Since' }
        @{ Code = 'Start-MailServer other -SmtpPort 70000'; Says = '65535' }
        @{ Code = 'Start-MailServer other -Settings @{ Nosuch = 1 }'; Says = 'The settings are' }
        @{ Code = 'New-MailboxFolder alice@example.com New -SpecialUse Nosuch'; Says = 'Archive' }
        @{ Code = 'Get-MailSession -Protocol Gopher'; Says = 'Imap' }
        @{ Code = 'Get-MailQueueMessage -Status Nosuch'; Says = 'Suspended' }
        @{ Code = 'New-MailRoute bad 192.0.2.1 -Domain new.example -TlsMode Nosuch'; Says = 'Opportunistic' }
        @{ Code = 'Set-MailRoute nowhere -Port 70000'; Says = '65535' }
        @{ Code = 'Add-MailBlock 192.0.2.2 -Duration soon'; Says = 'Duration' }
        @{ Code = 'Send-Mail -From alice@example.com -To bob@example.com -Encoding klingon'; Says = 'utf-8' }
    ) {
        $failure = Get-OneError ([scriptblock]::Create($Code))
        $failure.CategoryInfo.Category | Should -BeIn 'InvalidArgument', 'InvalidData'
        $failure.Exception.Message | Should -Match $Says
        $after = Get-State
        Compare-Object $before $after | ForEach-Object InputObject | Should -BeNullOrEmpty
    }

    It 'none for a pattern that means nothing: <_>' -ForEach @(
        'Get-Mailbox zz*', 'Get-MailDomain zz*', 'Get-MailAlias zz*', 'Get-MailboxFolder alice@example.com zz*', 'Get-MailboxMessage zz*', 'Get-MailboxMessage alice@example.com zz*',
        'Set-Mailbox zz* -Quota 1GB', 'Remove-Mailbox zz* -Force', 'Remove-MailAlias zz* -Force', 'Remove-MailDomain zz* -Force', 'Set-MailDomain zz* -CatchAll alice@example.com', 'Remove-MailboxFolder alice@example.com zz* -Force',
        'Disable-Mailbox zz*', 'Get-MailSession zz*', 'Stop-MailSession zz*', 'Get-MailServer zz*', 'Stop-MailServer zz*',
        'Get-MailQueue zz*', 'Get-MailQueue nothing.example', 'Get-MailQueueMessage zz*', 'Suspend-MailQueueMessage zz*', 'Resume-MailQueueMessage zz*', 'Restart-MailQueueMessage zz*', 'Remove-MailQueueMessage zz* -Force',
        'Export-MailQueueMessage zz*', 'Get-MailRoute zz*', 'Set-MailRoute zz* -Port 25', 'Remove-MailRoute zz* -Force', 'Get-MailBlock zz*', 'Remove-MailBlock zz*'
    ) {
        $ErrorActionPreference = 'Stop'
        & ([scriptblock]::Create($_)) | Should -BeNullOrEmpty
        $after = Get-State
        Compare-Object $before $after | ForEach-Object InputObject | Should -BeNullOrEmpty
    }
}

Describe 'Where no server runs' {
    BeforeAll {
        Set-Location $HOME
        Get-MailServer | Where-Object ProcessId -EQ $PID | Stop-MailServer -DrainSeconds 0
    }

    It 'ServerNotRunning for <_>' -ForEach @(
        'Get-Mailbox', 'New-Mailbox x@example.com', 'Get-MailSession', 'Watch-MailEvent', 'Stop-MailServer', 'Measure-MailServer', 'Set-MailServer -HostName x', 'Get-MailCertificate',
        'Send-Mail -From a@example.com -To b@example.com', 'Test-MailProtocol', 'Test-MailStore', 'Restart-MailServer', 'Wait-MailboxMessage x@example.com -Timeout 1', 'Get-MailQueue',
        'Restart-MailQueueMessage *', 'Get-MailRoute', 'Add-MailBlock 192.0.2.1'
    ) {
        $failure = Get-OneError ([scriptblock]::Create($_))
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        $failure.CategoryInfo.Category | Should -Be 'ResourceUnavailable'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Start-MailServer'
    }

    It 'a store says what needs a server' {
        $null = New-Mailbox x@example.com -StorePath "$TestDrive/rest"
        foreach ($code in 'Get-MailSession', 'Watch-MailEvent', 'Wait-MailboxMessage x@example.com -Timeout 60') {
            $failure = Get-OneError ([scriptblock]::Create("$code -StorePath $TestDrive/rest"))
            $failure.FullyQualifiedErrorId | Should -BeLike 'ServerNotRunning,*'
        }
    }
}

BeforeDiscovery {
    # Needs the right to become another account, and one that can reach this build.
    $canBecomeOther = [OperatingSystem]::IsLinux() -and [Environment]::UserName -eq 'root' -and (Get-Command setpriv -ErrorAction Ignore) -and
        $(& setpriv --reuid 65534 --regid 65534 --clear-groups -- test -x $env:MAILADMIN_PROGRAM; $LASTEXITCODE -eq 0)
}

Describe 'Another account' -Skip:(-not $canBecomeOther) {
    It 'PermissionDenied for <_>' -ForEach @(
        'Get-Mailbox -StorePath $store', 'New-Mailbox x@example.com -StorePath $store', 'Start-MailServer -StorePath $store -SmtpPort 0', 'Test-MailStore $store', 'Repair-MailStore $store -Force'
    ) {
        $store = "$TestDrive/owned"
        if (-not (Test-Path $store)) { $null = New-Mailbox x@example.com -StorePath $store }

        # The test folders are private; the other account needs a way to the store itself and a home of its own.
        $open = "/tmp/mailadmin-$(New-Guid)"
        $null = New-Item "$open/home" -ItemType Directory
        Move-Item $store "$open/store"
        & chmod 777 "$open/home"
        try {
            $script = "Import-Module '$env:MAILADMIN_MANIFEST'; `$store = '$open/store'; try { $_ } catch { } finally { `$Error.Count; `$Error[0].CategoryInfo.Category; [bool] `$Error[0].ErrorDetails.RecommendedAction }"
            $environment = 'HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME' | ForEach-Object { "$_=$open/home" }
            $said = & setpriv --reuid 65534 --regid 65534 --clear-groups -- env @environment TMPDIR=/tmp $env:MAILADMIN_PROGRAM -NonInteractive -c $script 2>$null
            $said | Should -Be '1', 'PermissionDenied', 'True'
        }
        finally {
            Move-Item "$open/store" $store
            Remove-Item $open -Recurse -Force
        }
    }
}
