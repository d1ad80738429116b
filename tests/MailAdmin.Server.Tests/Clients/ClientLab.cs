using System.Globalization;
using System.Text;
using MailAdmin.Administration;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>A server with two mailboxes, a folder for a client's files, and what a client did to the mailboxes in words that a test can compare.</summary>
internal sealed class ClientLab : IAsyncDisposable
{
    public const string Alice = "alice@example.com", Bob = "bob@example.com", Secret = "secret";

    private ClientLab(TestServer server)
    {
        Server = server;
        Certificate = ClientProgram.WriteCertificate(server, Files);
    }

    public TestServer Server { get; }
    public TempDirectory Files { get; } = new();
    /// <summary>PEM file of the server's certificate.</summary>
    public string Certificate { get; }

    public static async Task<ClientLab> StartAsync() => new(await TestServer.StartAsync([$"{Alice} {Secret}", $"{Bob} {Secret}"]));

    /// <summary>A port as clients' configurations want it.</summary>
    public string Port(MailProtocol protocol, MailTlsMode mode = MailTlsMode.StartTls) => Server.EndPoint(protocol, mode).Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Stores messages with these subjects.</summary>
    public async Task FillAsync(string mailbox, string folder, params string[] subjects)
    {
        foreach (var subject in subjects)
        {
            await Server.AddMessageAsync(mailbox, folder, $"From: Somebody <s@elsewhere.test>\nTo: {mailbox}\nSubject: {subject}\nMessage-ID: <{Guid.NewGuid():N}@elsewhere.test>\nDate: Thu, 26 Nov 2026 06:00:00 +0000\n\n.dot\nbody of {subject}\n");
        }
    }

    /// <summary>Subjects of a folder, each with its flags where it has some: <c>one, two \Seen</c>.</summary>
    public async Task<string> ShowAsync(string mailbox, string folder = "INBOX")
    {
        var messages = new List<string>();
        await foreach (var message in Server.Administration.GetMessagesAsync(new MessageQuery(mailbox, folder), CancellationToken.None))
        {
            messages.Add(string.Join(' ', [message.Subject, .. message.Flags.Order(StringComparer.Ordinal)]));
        }

        return string.Join(", ", messages);
    }

    /// <summary>What changes with anything that happens to a mailbox: of every folder its name, next UID, mod-sequence, messages.</summary>
    public async Task<string> StampAsync(string mailbox)
    {
        var stamp = new StringBuilder();
        await foreach (var folder in Server.Administration.GetFoldersAsync(mailbox, null, CancellationToken.None))
        {
            stamp.Append(CultureInfo.InvariantCulture, $"{folder.Name} {folder.UidValidity} {folder.UidNext} {folder.HighestModSeq} {folder.MessageCount}; ");
        }

        return stamp.ToString();
    }

    /// <summary>Source of the newest message of an INBOX.</summary>
    public async Task<string> LastAsync(string mailbox)
    {
        MailboxMessage? last = null;
        await foreach (var message in Server.Administration.GetMessagesAsync(new MessageQuery(mailbox, "INBOX") { Newest = 1 }, CancellationToken.None))
        {
            last = message;
        }

        return Encoding.UTF8.GetString(await Server.Administration.ReadMessageAsync(mailbox, "INBOX", last!.Uid, 0, 1_000_000, CancellationToken.None));
    }

    /// <summary>Writes a file that only its owner may read: several clients refuse a password that others could.</summary>
    public string Write(string name, string text)
    {
        var path = Files.File(name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Files.Dispose();
    }
}
