using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Tests;

/// <summary>Mail on its way out.</summary>
public class QueueTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(140, 36)]
    public void It_is_shown_by_destination_and_the_card_names_what_fails(int width, int height)
    {
        using var dashboard = Open(width, height);
        Approved.Screen($"queue-destinations-{width}x{height}", dashboard.Screen);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(140, 36)]
    [InlineData(200, 60)]
    public void Enter_lists_the_messages_of_a_destination(int width, int height)
    {
        using var dashboard = Open(width, height);
        dashboard.Press(Key.Enter);
        Approved.Screen($"queue-messages-{width}x{height}", dashboard.Screen);
        Assert.DoesNotContain("example.org", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Assert.Contains("example.org", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void All_messages_stand_in_one_list_by_a_key()
    {
        using var dashboard = Open(140, 36);
        dashboard.Press(Key.G);
        Assert.Equal(7, dashboard.Model.Queue.Messages.Total);
        Assert.Contains("all messages", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Type("/put off");
        Assert.Contains("3 of 7", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc, Key.G);
        Assert.Equal(QueueLevel.Destinations, dashboard.Model.Queue.Level);
    }

    [Fact]
    public void A_message_is_inspected_and_its_source_read_as_one_goes_down()
    {
        using var dashboard = Open(100, 30);
        dashboard.Press(Key.Enter, Key.Enter);
        Approved.Screen("queue-message-100x30", dashboard.Screen);
        Assert.Equal(0, dashboard.Server.Asked.GetValueOrDefault("ReadQueueMessageAsync"));
        dashboard.Press(Key.H);
        Assert.Contains("Subject: Quarterly figures", dashboard.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("figure 1", dashboard.Screen, StringComparison.Ordinal);
        Assert.Equal(1, dashboard.Server.Asked["ReadQueueMessageAsync"]);
        dashboard.Press(Key.O, Key.End, Key.End);
        Assert.Contains("figure 9000", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_left_while_it_was_inspected_stays_readable()
    {
        using var dashboard = Open(100, 30);
        dashboard.Press(Key.Enter, Key.Enter);
        dashboard.Server.Queued.Clear();
        dashboard.Press(Key.F5);
        Assert.Contains("no longer in the queue", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("carol@example.net", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_is_tried_again_held_and_let_go()
    {
        using var dashboard = Open(140, 36);
        dashboard.Press(Key.Enter, Key.R);
        Assert.Contains("1 message tried again now", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.E);
        Assert.Contains("1 message suspended", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.E);
        var id = new string('0', 32);
        Assert.Equal([$"Retry {id}", $"Suspend {id}", $"Resume {id}"], dashboard.Server.Deeds);
    }

    [Fact]
    public void What_is_done_to_a_destination_is_done_to_its_messages()
    {
        using var dashboard = Open(140, 36);
        dashboard.Press(Key.E);
        Assert.Contains("4 messages suspended", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.E);
        Assert.StartsWith("Resume", dashboard.Server.Deeds[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_asks_and_the_safe_answer_is_the_default()
    {
        using var dashboard = Open(140, 36);
        dashboard.Press(Key.Enter, Key.Delete, Key.Enter);
        Assert.Empty(dashboard.Server.Deeds);
        dashboard.Press(Key.Delete, Key.R);
        dashboard.Press(Key.Delete, Key.T);
        Assert.Equal([$"Remove {0:x32}", $"Bounce {1:x32}"], dashboard.Server.Deeds);
        Assert.Equal(5, dashboard.Server.Queued.Count);
    }

    [Fact]
    public void A_message_that_left_meanwhile_is_no_error()
    {
        using var dashboard = Open(140, 36);
        dashboard.Press(Key.Enter);
        dashboard.Server.Queued.Clear();
        dashboard.Press(Key.R);
        Assert.Contains("nothing was changed", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_overview_says_how_the_queue_stands_and_what_fails()
    {
        using var dashboard = Open(140, 36);
        dashboard.Press(Key.D1);
        Approved.Screen("overview-queue-140x36", dashboard.Screen);
    }

    [Fact]
    public void The_queue_is_not_asked_for_while_it_is_not_looked_at_and_nothing_fails()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Press(Key.D2, Key.D1, Key.D5);
        Assert.Equal(0, dashboard.Server.Asked.GetValueOrDefault("GetQueueDestinationsAsync"));
    }

    private static HeadlessDashboard Open(int width, int height)
    {
        var dashboard = new HeadlessDashboard(width, height);
        Samples.FillQueue(dashboard.Server, dashboard.Time);
        return dashboard.Look().Press(Key.D4);
    }
}
