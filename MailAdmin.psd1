@{
    RootModule           = 'module/MailAdmin.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f1c2f0e-6f0b-4a8e-9a1e-2b6f6f0c51d4'
    Author               = 'MailAdmin maintainers'
    CompanyName          = 'MailAdmin maintainers'
    Copyright            = '(c) MailAdmin maintainers'
    Description          = 'A mail server inside PowerShell: cmdlets start it, administer it and look into it; SMTP, IMAP and POP3 clients talk to it.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('module/MailAdmin.Format.ps1xml')
    TypesToProcess       = @('module/MailAdmin.Types.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Start-MailServer', 'Stop-MailServer', 'Restart-MailServer', 'Get-MailServer', 'Set-MailServer'
        'Connect-MailServer', 'Disconnect-MailServer', 'Measure-MailServer'
        'New-Mailbox', 'Get-Mailbox', 'Set-Mailbox', 'Remove-Mailbox', 'Rename-Mailbox', 'Enable-Mailbox', 'Disable-Mailbox'
        'Get-MailboxStatistics'
        'New-MailDomain', 'Get-MailDomain', 'Set-MailDomain', 'Remove-MailDomain'
        'New-MailAlias', 'Get-MailAlias', 'Set-MailAlias', 'Remove-MailAlias'
        'New-MailboxFolder', 'Get-MailboxFolder', 'Rename-MailboxFolder', 'Remove-MailboxFolder'
        'Get-MailboxMessage', 'Set-MailboxMessage', 'Move-MailboxMessage', 'Copy-MailboxMessage', 'Remove-MailboxMessage'
        'Import-MailboxMessage', 'Export-MailboxMessage', 'Wait-MailboxMessage', 'Save-MailboxAttachment'
        'Get-MailSession', 'Stop-MailSession', 'Get-MailSessionTranscript', 'Watch-MailEvent'
        'Add-MailBlock', 'Get-MailBlock', 'Remove-MailBlock'
        'Get-MailQueue', 'Get-MailQueueMessage', 'Suspend-MailQueueMessage', 'Resume-MailQueueMessage', 'Restart-MailQueueMessage'
        'Remove-MailQueueMessage', 'Export-MailQueueMessage'
        'New-MailRoute', 'Get-MailRoute', 'Set-MailRoute', 'Remove-MailRoute'
        'Test-MailStore', 'Repair-MailStore', 'Optimize-MailStore'
        'Send-Mail', 'Receive-Mail', 'Test-MailProtocol'
        'New-MailCertificate', 'Get-MailCertificate', 'Set-MailCertificate'
        'Show-MailDashboard'
    )
    PrivateData          = @{
        PSData = @{
            Tags = @('Mail', 'SMTP', 'IMAP', 'POP3', 'Server', 'PSEdition_Core', 'Linux', 'Windows', 'MacOS')
        }
    }
}
