[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)] // Servers are the process's, and "the only server" is what most tests mean.

namespace MailAdmin.Module.Tests.Engine;

/// <summary>A session with an ephemeral server that has the mailboxes alice and bob of example.com, and a directory of its own.</summary>
internal sealed class Lab : IDisposable
{
    public const string Password = "correct horse battery";

    public Lab(AskedHost? host = null)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("mailadmin-module-").FullName;
        Shell = new Shell(host: host);
        Shell.Runspace.SessionStateProxy.SetVariable("dir", Directory);
        Shell.Runspace.SessionStateProxy.SetVariable("alice", Credential("alice@example.com"));
        Shell.Runspace.SessionStateProxy.SetVariable("bob", Credential("bob@example.com"));
        Server = Shell.Single<MailServerInfo>("Start-MailServer -Ephemeral -Credential $alice, $bob");
    }

    public Shell Shell { get; }

    public string Directory { get; }

    public MailServerInfo Server { get; }

    public static System.Management.Automation.PSCredential Credential(string user)
    {
        var secret = new System.Net.NetworkCredential(user, Password).SecurePassword;
        return new System.Management.Automation.PSCredential(user, secret);
    }

    /// <summary>Puts a message into a mailbox, without a wire.</summary>
    public MailboxMessage Import(string mailbox, string subject, string body = "Hello\n", string folder = "INBOX") =>
        Shell.Single<MailboxMessage>(
            "Import-MailboxMessage $m -Folder $f -Message $t",
            ("m", mailbox), ("f", folder), ("t", $"From: Carol <carol@example.net>\nTo: {mailbox}\nSubject: {subject}\nDate: Fri, 02 Jan 2026 10:00:00 +0000\nMessage-ID: <{Guid.NewGuid():N}@example.net>\n\n{body}"));

    public void Dispose()
    {
        Shell.Run("Disconnect-MailServer; Get-MailServer | Where-Object ProcessId -eq $PID | Stop-MailServer -DrainSeconds 0");
        Shell.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
