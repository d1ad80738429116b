using MailAdmin.Errors;
using MailAdmin.Server.Control;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Control;

public sealed class ControlTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Only_the_owner_may_open_the_socket_and_it_goes_with_the_server()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has a named pipe of the current user.");
        string socket;
        await using (var server = await TestServer.StartAsync())
        {
            socket = ControlAddress.Of(server.Host.StorePath);
#pragma warning disable CA1416 // Skipped on Windows above.
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!));
#pragma warning restore CA1416
        }

        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task A_socket_left_behind_by_a_killed_process_is_not_a_server()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes end with their process.");
        using var directory = new TempDirectory();
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(directory.File("control.sock")));
        }

        await File.WriteAllTextAsync(directory.File("control.sock"), "");
        Assert.Null(await ControlClient.ConnectAsync(directory.Path, None));
        await using var server = await TestServer.StartAsync(settings: s => s with { Ephemeral = false, StorePath = directory.Path, PortOffset = 0, SmtpPort = 0, SubmissionPort = -1, SubmissionsPort = -1, ImapPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 });
        await using var client = await ControlClient.ConnectAsync(directory.Path, None);
        Assert.Equal(server.Host.Name, (await client!.GetServerAsync(None)).Name);
    }

    [Fact]
    public async Task A_store_with_a_path_too_long_for_a_socket_is_still_reached()
    {
        using var directory = new TempDirectory();
        var deep = Path.Combine(directory.Path, new string('d', 120));
        await using var server = await TestServer.StartAsync(settings: s => s with { Ephemeral = false, StorePath = deep, SmtpPort = 0, SubmissionPort = -1, SubmissionsPort = -1, ImapPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 });
        await using var client = await ControlClient.ConnectAsync(deep, None);
        Assert.Equal(deep, (await client!.GetServerAsync(None)).StorePath);
    }

    [Fact]
    public async Task Events_and_transcripts_stream_across_as_they_happen()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var client = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!;
        var events = client.WatchEventsAsync(0, None);
        // The answer to a later call comes after the watcher is in place: calls of one channel are begun in order.
        await client.GetServerAsync(None);
        await server.AddMessageAsync("alice@example.com", "INBOX", "Subject: x\n\nx\n");
        var added = await Eventually.First(events, e => e.Kind == "MessageAdded", "the event");
        Assert.Equal("alice@example.com", added.Mailbox);

        await using var imap = await server.ConnectAsync(MailProtocol.Imap);
        await imap.ExpectAsync("* OK");
        var session = Assert.Single(await client.GetSessionsAsync(None));
        var lines = client.GetTranscriptAsync(session.Id, true, None).GetAsyncEnumerator(None);
        await imap.SendLineAsync("tag1 NOOP");
        do
        {
            Assert.True(await Eventually.Within(lines.MoveNextAsync().AsTask(), "a line"));
        }
        while (!lines.Current.Text.Contains("NOOP", StringComparison.Ordinal));
        await imap.SendLineAsync("tag2 LOGOUT");
        await imap.ReadToEndAsync();
        while (await Eventually.Within(lines.MoveNextAsync().AsTask(), "the end"))
        {
        }

        await lines.DisposeAsync();
    }

    [Fact]
    public async Task A_long_list_arrives_whole_and_in_order()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        for (var i = 0; i < 2000; i++)
        {
            server.Host.Events.Publish("Warning", MailEventSeverity.Information, $"event {i}");
        }

        await using var client = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!;
        var last = server.Host.Events.LastSequence;
        var seen = 0;
        await Eventually.First(client.WatchEventsAsync(last - 500, None), e => ++seen > 0 && e.Sequence == last, "the last event");
        Assert.Equal(500, seen);
    }

    [Fact]
    public async Task A_stop_asked_for_across_the_channel_is_answered_when_it_is_done()
    {
        var server = await TestServer.StartAsync();
        await using var other = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!;
        await other.GetServerAsync(None);
        await using (var client = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!)
        {
            await Eventually.Within(client.StopServerAsync(TimeSpan.FromSeconds(1), None), "the answer");
            Assert.Equal(MailServerState.Stopped, server.Host.State);
        }

        await Eventually.Within(server.Host.Completion, "the end");
        var error = await Assert.ThrowsAsync<MailAdminException>(() => other.GetServerAsync(None));
        Assert.Equal("ServerConnectionLost", error.ErrorId);
    }

    [Fact]
    public async Task The_note_of_a_process_that_is_gone_is_removed()
    {
        var note = RunDirectory.Leave(new ServerNote("ghost", int.MaxValue - 7, "/no/such/store", false));
        Assert.SkipWhen(note is null, "This account has no place for notes.");
        Assert.DoesNotContain(RunDirectory.Others(), n => n.Name == "ghost");
        Assert.False(File.Exists(note));
        await Task.CompletedTask;
    }
}
