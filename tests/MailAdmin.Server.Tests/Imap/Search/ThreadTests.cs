using MailAdmin.Server.Imap.Search;

namespace MailAdmin.Server.Tests.Imap.Search;

/// <summary>Threads of any shape: every message once, no loop, no deep stack. RFC 5256 §3.</summary>
public sealed class ThreadTests
{
    private static ThreadMessage Message(uint number, string subject = "", string? references = null, bool isReply = false, long? sent = null) =>
        new(number, sent ?? number, subject, isReply, $"<{number}@x>", references?.Split(' ').Select(r => $"<{r}@x>").ToArray() ?? []);

    private static List<uint> Numbers(IEnumerable<ThreadNode> threads)
    {
        var numbers = new List<uint>();
        var open = new Stack<ThreadNode>(threads);
        while (open.TryPop(out var node))
        {
            if (node.Message is { } message)
            {
                numbers.Add(message.Number);
            }

            foreach (var child in node.Children)
            {
                open.Push(child);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private static string Show(ThreadNode node) =>
        (node.Message?.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-") + (node.Children.Count == 0 ? "" : $"[{string.Join(' ', node.Children.Select(Show))}]");

    private static string Thread(params ThreadMessage[] messages) => string.Join(' ', ThreadReferences.Thread(messages).Select(Show));

    [Fact]
    public void A_chain_of_many_replies_is_one_thread()
    {
        const uint Length = 20_000;
        var thread = Assert.Single(ThreadReferences.Thread(Enumerable.Range(1, (int)Length).Select(i => Message((uint)i, references: i == 1 ? null : $"{i - 1}"))));
        Assert.Equal(Length, (uint)Numbers([thread]).Count);
        Assert.Single(thread.Children);
    }

    [Fact]
    public void A_chain_that_comes_backwards_is_the_same_thread()
    {
        Assert.Equal("1[2[3]]", Thread(Message(3, references: "1 2"), Message(2, references: "1"), Message(1)));
    }

    [Fact]
    public void Missing_messages_are_left_out_unless_they_hold_siblings_at_the_top()
    {
        Assert.Equal("1", Thread(Message(1, references: "7 8 9")));
        Assert.Equal("-[1 2]", Thread(Message(1, references: "9"), Message(2, references: "9")));
        Assert.Equal("1[2 3]", Thread(Message(1), Message(2, references: "1 9"), Message(3, references: "1 9")));
    }

    [Fact]
    public void The_same_id_twice_is_two_messages()
    {
        var twin = Message(2) with { Id = "<1@x>" };
        Assert.Equal("1 2", Thread(Message(1), twin));
    }

    [Fact]
    public void Subjects_join_threads_at_the_top()
    {
        Assert.Equal("1[2]", Thread(Message(1, "A"), Message(2, "A", isReply: true)));
        Assert.Equal("-[1 2]", Thread(Message(1, "A"), Message(2, "A")));
        Assert.Equal("2[1]", Thread(Message(1, "A", isReply: true), Message(2, "A")));
        Assert.Equal("-[1 2 3]", Thread(Message(1, "A", "8"), Message(2, "A", "8"), Message(3, "A", isReply: true)));
        Assert.Equal("1 2", Thread(Message(1), Message(2)));
    }

    [Fact]
    public void Siblings_stand_by_date_and_then_by_number()
    {
        Assert.Equal("1[4 2 3]", Thread(Message(1, sent: 1), Message(2, references: "1", sent: 9), Message(3, references: "1", sent: 9), Message(4, references: "1", sent: 5)));
    }

    [Fact]
    public void A_missing_message_stands_by_the_date_and_subject_of_its_earliest_child()
    {
        // RFC 5256 §3 REFERENCES (4): its children are sorted before it is.
        Assert.Equal("-[2 1] 3", Thread(Message(1, "B", "9", sent: 9), Message(2, "A", "9", sent: 1), Message(3, "B", sent: 5)));
    }

    [Theory]
    [InlineData(100_000)]
    public void Hostile_chains_come_to_an_end(int count)
    {
        // Each asks for the way up the whole chain: that its head be below its tail, that it go elsewhere, that missing ones go between.
        var upwards = Enumerable.Range(1, count).Select(i => Message((uint)i, references: i == 1 ? null : $"{i - 1} 1 {i - 1}"));
        Assert.Equal(count, Numbers(ThreadReferences.Thread(upwards)).Count);

        var downwards = Enumerable.Range(1, count).Select(i => Message((uint)i, references: $"{i + 1}")).ToList();
        Assert.Equal(count, Numbers(ThreadReferences.Thread(downwards)).Count);
        Assert.Equal(count, Numbers(ThreadReferences.Thread([.. downwards, .. downwards])).Count / 2);

        var cut = Enumerable.Range(1, count).Select(i => Message((uint)i, references: i % 2 == 0 ? $"{count - i} {i - 1} {i}" : $"{i + 2} {count - i}"));
        Assert.Equal(count, Numbers(ThreadReferences.Thread(cut)).Count);

        var star = Enumerable.Range(1, count).Select(i => Message((uint)i, references: i % 2 == 0 ? "0" : $"0 {i + 1}"));
        Assert.Equal(count, Numbers(ThreadReferences.Thread(star)).Count);

        var missing = Enumerable.Range(1, count).Select(i => Message((uint)i, references: $"{count + i} {count + i + 1}"));
        Assert.Equal(count, Assert.Single(ThreadReferences.Thread(missing)).Children.Count);

        var twins = Enumerable.Range(1, count).Select(i => Message((uint)i, "S", $"{(2 * count) + (i / 2)}"));
        Assert.Equal(count, Assert.Single(ThreadReferences.Thread(twins)).Children.Count);
    }

    [Fact]
    public void Threading_ends_with_its_session()
    {
        var asked = 0;
        Assert.Throws<OperationCanceledException>(() => ThreadReferences.Thread(
            Enumerable.Range(1, 100_000).Select(i => Message((uint)i)), () => asked = asked < 3 ? asked + 1 : throw new OperationCanceledException()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_references_give_what_a_plain_reading_of_the_RFC_gives(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 1000; round++)
        {
            var count = random.Next(1, 40);
            var ids = count + random.Next(1, 10);
            var messages = Enumerable.Range(1, count).Select(i => new ThreadMessage(
                (uint)i, random.Next(10), random.Next(3) == 0 ? "S" + random.Next(3) : "", random.Next(2) == 0, random.Next(8) == 0 ? null : $"<{random.Next(1, ids)}@x>",
                [.. Enumerable.Range(0, random.Next(5)).Select(_ => $"<{random.Next(1, ids)}@x>")])).OrderBy(_ => random.Next()).ToList();
            Assert.Equal(PlainThreads.Of(messages), string.Join(' ', ThreadReferences.Thread(messages).Select(Show)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_references_lose_no_message_and_make_no_loop(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var count = random.Next(1, 30);
            var messages = Enumerable.Range(1, count).Select(i => Message(
                (uint)i, random.Next(3) == 0 ? "S" + random.Next(3) : "", random.Next(4) == 0 ? null : string.Join(' ', Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, count + 5))),
                random.Next(2) == 0, random.Next(10))).OrderBy(_ => random.Next()).ToList();
            Assert.Equal(Enumerable.Range(1, count).Select(i => (uint)i), Numbers(ThreadReferences.Thread(messages)));
            Assert.Equal(Enumerable.Range(1, count).Select(i => (uint)i), Numbers(OrderedSubject.Thread(messages)));
        }
    }
}
