using System.Management.Automation;
using System.Security;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Servers;

namespace MailAdmin.Module.Certificates;

/// <summary>Set-MailCertificate</summary>
[Cmdlet(VerbsCommon.Set, "MailCertificate", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerInfo))]
public sealed class SetMailCertificate : ServerCmdlet
{
    /// <summary>Name of the server, or the server as Get-MailServer gives it; wildcards are fine; by default the only one that runs, or the one connected.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = "Name")]
    [Alias("Server")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public override object[]? Name { get; set; }

    /// <summary>PFX file, or PEM file with certificate and key in one.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("CertificatePath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Password of that file.</summary>
    [Parameter]
    [Password]
    public SecureString? Password { get; set; }

    /// <summary>Returns the server as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ServerAsync(MailServerInfo server)
    {
        var path = FilePath(Path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        }

        if (ShouldChange($"Use the certificate in {path} for new connections to mail server {server.Name}.", $"Change the certificate of mail server {server.Name}?"))
        {
            var change = new MailServerChange { CertificatePath = path, CertificatePassword = Password is null ? null : PasswordAttribute.Reveal(Password) };
            var changed = await Ask(server, (a, token) => a.SetServerAsync(change, token));
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    }
}
