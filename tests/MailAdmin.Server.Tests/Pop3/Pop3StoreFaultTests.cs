using MailAdmin.Errors;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Pop3;

/// <summary>A store that fails, as clients and the admin see it.</summary>
public sealed class Pop3StoreFaultTests
{
    [Fact]
    public async Task A_maildrop_that_cannot_be_read_is_an_error_event_with_its_cause()
    {
        MessageCalls? calls = null;
        var parts = ServerParts.Default with
        {
            OpenStore = async (path, time, noticed, token) => (calls = new MessageCalls(await ServerParts.Default.OpenStore(path, time, noticed, token))).Store,
        };
        await using var server = await TestServer.StartAsync(["alice@example.com"], null, null, "pop3", parts);
        await using var client = await server.ConnectAsync(MailProtocol.Pop3);
        await client.ExpectAsync("+OK");
        calls!.Called = name => name == nameof(IMessageStore.GetSnapshotAsync) ? throw new MailAdminException("StoreIOError", MailErrorCategory.ResourceUnavailable, "the disk") : 0;
        await client.SendLinesAsync("USER alice@example.com", $"PASS {TestServer.Password}");
        await client.ReadUntilAsync("-ERR [SYS/TEMP] The mailbox cannot be opened now");
        calls.Called = null;

        using var cancel = new CancellationTokenSource(Eventually.Patience);
        await foreach (var told in server.Administration.WatchEventsAsync(-1, cancel.Token))
        {
            if (told.Severity == MailEventSeverity.Error)
            {
                Assert.EndsWith("a maildrop could not be opened: the disk", told.Message, StringComparison.Ordinal);
                Assert.Contains(nameof(MailAdminException), told.Detail, StringComparison.Ordinal);
                return;
            }
        }
    }
}
