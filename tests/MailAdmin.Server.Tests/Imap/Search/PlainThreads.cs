using System.Globalization;
using MailAdmin.Server.Imap.Search;

namespace MailAdmin.Server.Tests.Imap.Search;

/// <summary>THREAD=REFERENCES as RFC 5256 §3 has it, word by word and at whatever cost: what <see cref="ThreadReferences"/> is held against.</summary>
internal static class PlainThreads
{
    private sealed class Node
    {
        public ThreadMessage? Message { get; set; }
        public Node? Parent { get; set; }
        public List<Node> Children { get; set; } = [];
        public ThreadMessage? First => Message ?? Children.FirstOrDefault()?.First;
    }

    public static string Of(IEnumerable<ThreadMessage> messages)
    {
        // (2), (3): the children of the root; no child of it is deleted where that would give it more than one.
        var top = Link(messages).Where(n => n.Parent is null).ToList();
        top = [.. top.SelectMany(n =>
        {
            n.Children = [.. n.Children.SelectMany(Promoted)];
            return n.Message is not null || n.Children.Count > 1 ? [n] : n.Children;
        })];
        // (4)
        top.ForEach(n => n.Children = n.Message is null ? Sorted(n.Children) : n.Children);
        top = MergeSubjects(Sorted(top));
        // (6)
        top.ForEach(SortAll);
        return string.Join(' ', Sorted(top).Select(Show));
    }

    private static List<Node> Link(IEnumerable<ThreadMessage> messages)
    {
        var byId = new Dictionary<string, Node>();
        var all = new List<Node>();
        Node Make(string? id)
        {
            var node = new Node();
            all.Add(node);
            if (id is not null)
            {
                byId[id] = node;
            }

            return node;
        }

        foreach (var message in messages)
        {
            var node = message.Id is null ? Make(null) : !byId.TryGetValue(message.Id, out var known) ? Make(message.Id) : known.Message is null ? known : Make(null);
            node.Message = message;
            Node? parent = null;
            foreach (var reference in message.References)
            {
                var next = byId.TryGetValue(reference, out var there) ? there : Make(reference);
                if (parent is not null && next.Parent is null && !Above(parent).Contains(next))
                {
                    next.Parent = parent;
                }

                parent = next;
            }

            if (parent is null || !Above(parent).Contains(node))
            {
                node.Parent = parent;
            }
        }

        all.ForEach(n => n.Parent?.Children.Add(n));
        return all;
    }

    private static IEnumerable<Node> Above(Node node)
    {
        for (var next = node; next is not null; next = next.Parent)
        {
            yield return next;
        }
    }

    private static IEnumerable<Node> Promoted(Node node)
    {
        node.Children = [.. node.Children.SelectMany(Promoted)];
        return node.Message is null ? node.Children : [node];
    }

    private static List<Node> MergeSubjects(List<Node> top)
    {
        var table = new Dictionary<string, Node>();
        foreach (var thread in top.Where(t => t.First!.Subject.Length > 0))
        {
            if (!table.TryGetValue(thread.First!.Subject, out var known)
                || (thread.Message is null && known.Message is not null)
                || (known.Message is { IsReply: true } && thread.Message is { IsReply: false }))
            {
                table[thread.First.Subject] = thread;
            }
        }

        foreach (var thread in top.ToList())
        {
            var subject = thread.First!.Subject;
            if (subject.Length == 0 || table[subject] == thread)
            {
                continue;
            }

            var known = table[subject];
            top.Remove(thread);
            if (known.Message is null && thread.Message is null)
            {
                known.Children.AddRange(thread.Children);
            }
            else if (known.Message is null || thread.Message!.IsReply && !known.Message.IsReply)
            {
                known.Children.Add(thread);
            }
            else
            {
                top.Remove(known);
                var both = new Node { Children = [known, thread] };
                top.Add(both);
                table[subject] = both;
            }
        }

        return top;
    }

    private static void SortAll(Node node)
    {
        node.Children.ForEach(SortAll);
        node.Children = Sorted(node.Children);
    }

    private static List<Node> Sorted(List<Node> nodes) => [.. nodes.OrderBy(n => n.First!.SentSeconds).ThenBy(n => n.First!.Number)];

    private static string Show(Node node) => (node.Message?.Number.ToString(CultureInfo.InvariantCulture) ?? "-") + (node.Children.Count == 0 ? "" : $"[{string.Join(' ', node.Children.Select(Show))}]");
}
