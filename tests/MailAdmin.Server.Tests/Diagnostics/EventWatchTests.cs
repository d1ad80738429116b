using MailAdmin.Server.Control;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Diagnostics;

public sealed class EventWatchTests
{
    [Fact]
    public async Task A_watch_sees_what_happens_from_the_call_on_and_ends_with_its_enumerator()
    {
        var hub = new EventHub(TimeProvider.System);
        await using (var watch = hub.WatchAsync(0, CancellationToken.None).GetAsyncEnumerator())
        {
            hub.Publish("Warning", MailEventSeverity.Warning, "one");
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(("one", 1), (watch.Current.Message, hub.WatcherCount));
        }

        Assert.Equal(0, hub.WatcherCount);
    }

    [Fact]
    public async Task A_watch_that_nobody_read_ends_when_it_is_cancelled()
    {
        var hub = new EventHub(TimeProvider.System);
        using var patience = new CancellationTokenSource();
        _ = hub.WatchAsync(0, patience.Token);
        Assert.Equal(1, hub.WatcherCount);

        await patience.CancelAsync();

        Assert.Equal(0, hub.WatcherCount);
    }

    [Fact]
    public async Task A_watch_across_the_control_channel_that_nobody_read_ends_with_the_connection()
    {
        await using var server = await TestServer.StartAsync();
        await using (var client = (await ControlClient.ConnectAsync(server.Host.StorePath, CancellationToken.None))!)
        {
            _ = client.WatchEventsAsync(0, CancellationToken.None);
            // Answered after the watch: calls of one channel are begun in order.
            await client.GetServerAsync(CancellationToken.None);
            Assert.Equal(1, server.Host.Events.WatcherCount);
        }

        await Eventually.Holds(() => server.Host.Events.WatcherCount == 0, "the end of the watch");
    }
}
