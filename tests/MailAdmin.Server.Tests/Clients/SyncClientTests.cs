using MailAdmin.Administration;
using static MailAdmin.Server.Tests.Clients.ClientLab;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>Clients that keep a copy of a mailbox: both ways, flags and deletions included, and nothing at all where nothing changed.</summary>
public sealed class SyncClientTests
{
    [Fact]
    public async Task Mbsync()
    {
        Require("mbsync");
        await using var lab = await StartAsync();
        var mail = lab.Files.File("mail");
        Directory.CreateDirectory(mail);
        var configuration = lab.Write("mbsyncrc", $"""
            IMAPAccount test
            Host localhost
            Port {lab.Port(MailProtocol.Imap)}
            User {Alice}
            Pass {Secret}
            SSLType STARTTLS
            CertificateFile {lab.Certificate}

            IMAPStore far
            Account test

            MaildirStore near
            Path {mail}/
            Inbox {mail}/INBOX
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Patterns *
            Create Both
            Expunge Both
            SyncState *

            """);
        await SynchroniseAsync(lab, mail, () => RunAsync("mbsync", ["-c", configuration, "-a"]), freshName: "1.fresh");
        Assert.Equal(["Archive", "Drafts", "INBOX", "Junk", "Plans", "Sent", "Trash"], Directory.GetDirectories(mail).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Offlineimap()
    {
        Require("offlineimap");
        await using var lab = await StartAsync();
        var mail = lab.Files.File("mail");
        var configuration = lab.Write("offlineimaprc", $"""
            [general]
            metadata = {lab.Files.File("meta")}
            accounts = test
            ui = quiet
            [Account test]
            localrepository = near
            remoterepository = far
            [Repository near]
            type = Maildir
            localfolders = {mail}
            [Repository far]
            type = IMAP
            remotehost = localhost
            remoteport = {lab.Port(MailProtocol.Imap, MailTlsMode.Implicit)}
            remoteuser = {Alice}
            remotepass = {Secret}
            ssl = yes
            sslcacertfile = {lab.Certificate}

            """);
        await SynchroniseAsync(lab, mail, () => RunAsync("offlineimap", ["-c", configuration, "-o"]), freshName: "1795676400_0.1.here,FMD5=7e33429f656f1e6e9d79b29c3f82c57e:2,");
    }

    private static async Task SynchroniseAsync(ClientLab lab, string mail, Func<Task<string>> run, string freshName)
    {
        await lab.FillAsync(Alice, "INBOX", "one", "two", "three", "four");
        await lab.Server.Administration.NewFolderAsync(Alice, "Plans", null, CancellationToken.None);
        await lab.FillAsync(Alice, "Plans", "plan");
        await run();
        Assert.Equal(4, Mails(mail, "INBOX").Count);
        Assert.Single(Mails(mail, "Plans"));
        Assert.Contains("body of one", await File.ReadAllTextAsync(Of(mail, "one")), StringComparison.Ordinal);

        // Here: one is deleted, two is read, a new one is written. There: three is flagged, four is removed, a new one comes.
        File.Delete(Of(mail, "one"));
        SetFlags(Of(mail, "two"), "S");
        await File.WriteAllTextAsync(Path.Combine(mail, "INBOX", "cur", freshName), "From: a@example.com\nSubject: from here\nMessage-ID: <here@example.com>\n\nbody of from here\n");
        var uids = await UidsAsync(lab);
        await lab.Server.Administration.SetMessageFlagsAsync(Alice, "INBOX", [uids["three"]], MessageFlagsMode.Add, ["\\Flagged", "\\Answered"], CancellationToken.None);
        await lab.Server.Administration.RemoveMessagesAsync(Alice, "INBOX", [uids["four"]], CancellationToken.None);
        await lab.FillAsync(Alice, "INBOX", "five");
        await run();
        var there = (await lab.ShowAsync(Alice)).Split(", ").Order(StringComparer.Ordinal);
        Assert.Equal(["five", "from here", "three \\Answered \\Flagged", "two \\Seen"], there);
        Assert.Equal(4, Mails(mail, "INBOX").Count);
        Assert.Matches("2,FR", Of(mail, "three"));
        Assert.Matches("2,S$", Of(mail, "two"));

        // Nothing changed: nothing is transferred, in either direction.
        await run();
        var (stamp, files) = (await lab.StampAsync(Alice), Mails(mail, "INBOX"));
        await run();
        Assert.Equal(stamp, await lab.StampAsync(Alice));
        Assert.Equal(files, Mails(mail, "INBOX"));
    }

    private static List<string> Mails(string mail, string folder) =>
        [.. new[] { "cur", "new" }.SelectMany(d => Directory.GetFiles(Path.Combine(mail, folder, d))).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal)];

    private static string Of(string mail, string subject) => Assert.Single(Mails(mail, "INBOX"), f => File.ReadAllText(f).Contains($"body of {subject}\n", StringComparison.Ordinal));

    // A maildir keeps flags in the name, and read mail in cur.
    private static void SetFlags(string file, string flags)
    {
        var name = Path.GetFileName(file);
        var info = name.IndexOf(":2,", StringComparison.Ordinal);
        File.Move(file, Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(file))!, "cur", $"{(info < 0 ? name : name[..info])}:2,{flags}"));
    }

    private static async Task<Dictionary<string, uint>> UidsAsync(ClientLab lab)
    {
        var uids = new Dictionary<string, uint>();
        await foreach (var message in lab.Server.Administration.GetMessagesAsync(new MessageQuery(Alice, "INBOX"), CancellationToken.None))
        {
            uids[message.Subject!] = message.Uid;
        }

        return uids;
    }
}
