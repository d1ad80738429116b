# Loads MailAdmin.dll, the assembly of every type that cmdlets take and return, where PowerShell finds types by name; its load
# context then loads the cmdlets and all packages apart from those of other modules. Only what the bare engine has is used here:
# Add-Type and Join-Path live in modules that a host may not have.

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw "MailAdmin needs FullLanguage and runs in $($ExecutionContext.SessionState.LanguageMode) here, where a script cannot load its assemblies. Import it in a session without that restriction, or have the policy behind it (App Control for Business, AppLocker) trust the files of the module."
}

$bin = [IO.Path]::Combine($PSScriptRoot, 'bin')
if (-not ('MailAdmin.Loading.LoadContext' -as [type])) {
    $null = [Reflection.Assembly]::LoadFrom([IO.Path]::Combine($bin, 'MailAdmin.dll'))
}

$cmdlets = [MailAdmin.Loading.LoadContext]::LoadModule([IO.Path]::Combine($bin, 'MailAdmin.Module.dll'))
$inner = Import-Module -Assembly $cmdlets -PassThru -ErrorAction Stop

# With -Force the engine takes the binary module from its cache and forgets to hand its commands on (PowerShell issue 20710).
$export = [Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [Reflection.BindingFlags]'Instance, NonPublic')
if ($export) {
    foreach ($command in $inner.ExportedCmdlets.Values) {
        $null = $export.Invoke($ExecutionContext.SessionState.Module, @(, $command))
    }
}

# The engine names the inner module after its assembly; PSPath of what lies on the drive would carry "dynamic_code_module_..." for ever.
$rename = [Management.Automation.PSModuleInfo].GetMethod('SetName', [Reflection.BindingFlags]'Instance, NonPublic')
if ($rename) {
    $null = $rename.Invoke($inner, @('MailAdmin'))
}

# After -Force the engine also keeps the first inner module's provider: it neither takes the drive back with the module nor makes it again.
$drives = $ExecutionContext.SessionState.Drive
if (-not ($drives.GetAll() | Where-Object Name -EQ 'Mail')) {
    $provider = $ExecutionContext.SessionState.Provider.GetOne('MailAdmin')
    $null = $drives.New([Management.Automation.PSDriveInfo]::new('Mail', $provider, '', 'Mailboxes, folders and messages', $null), 'Global')
}

$ExecutionContext.SessionState.Module.OnRemove = {
    # A drive of that name may be the person's own.
    if ($drives.GetAll() | Where-Object { $_.Name -eq 'Mail' -and $_.Provider.Name -eq 'MailAdmin' }) {
        $drives.Remove('Mail', $true, 'Global')
    }
}
