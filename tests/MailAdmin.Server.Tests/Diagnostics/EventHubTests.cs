using MailAdmin.Server.Diagnostics;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Diagnostics;

/// <summary>Who watches late hears what is kept.</summary>
public class EventHubTests
{
    private readonly EventHub _hub = new(new ManualTimeProvider());

    [Theory]
    [InlineData(-1, "1 2 3")]
    [InlineData(0, "")]
    [InlineData(1, "2 3")]
    [InlineData(2, "3")]
    [InlineData(9, "")]
    public async Task What_is_kept_is_told_from_where_it_was_asked_for(long after, string told)
    {
        Publish(3);
        Assert.Equal(told, await ToldAsync(after));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Of_more_than_is_kept_the_last_are_told_and_no_gap_to_who_has_heard_nothing(long after)
    {
        Publish(EventHub.Kept + 5);
        Assert.Equal(string.Join(' ', Enumerable.Range(6, EventHub.Kept)), await ToldAsync(after));
    }

    [Fact]
    public async Task A_gap_is_told_to_who_has_heard_what_was_before_it()
    {
        Publish(EventHub.Kept + 5);
        Assert.StartsWith("3 events were left out: they came faster than they were read. 6 7 ", await ToldAsync(2), StringComparison.Ordinal);
    }

    private void Publish(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            _hub.Publish("Delivered", MailEventSeverity.Information, $"{i}");
        }
    }

    private async Task<string> ToldAsync(long after)
    {
        var watching = _hub.WatchAsync(after, TestContext.Current.CancellationToken);
        _hub.End();
        var told = new List<string>();
        await foreach (var happened in watching)
        {
            told.Add(happened.Message);
        }

        return string.Join(' ', told);
    }
}
