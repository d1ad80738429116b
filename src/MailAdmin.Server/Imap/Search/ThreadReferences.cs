namespace MailAdmin.Server.Imap.Search;

/// <summary>
/// THREAD=REFERENCES, its steps numbered as in RFC 5256 §3. No step recurses: a chain of ten thousand replies is as deep as it is long. And none costs more than
/// n log n: who sends mail decides how the threads of a folder look.
/// </summary>
internal static class ThreadReferences
{
    /// <summary>Messages linked before it is asked whether anybody still waits for the answer.</summary>
    private const int MessagesAtOnce = 1000;

    /// <summary>Threads messages.</summary>
    /// <param name="messages">Messages in the order of the mailbox.</param>
    /// <param name="goOn">Asked now and then; throws where nobody waits for the answer any more.</param>
    public static IReadOnlyList<ThreadNode> Thread(IEnumerable<ThreadMessage> messages, Action? goOn = null)
    {
        var top = Prune(Link(messages, goOn));
        goOn?.Invoke();
        // (4)
        foreach (var missing in top.Where(n => n.Message is null))
        {
            missing.Children.Sort(ByDate);
        }

        top.Sort(ByDate);
        goOn?.Invoke();
        top = MergeSubjects(top);
        goOn?.Invoke();
        return SortAll(top);
    }

    /// <summary>(1) Parents and children by Message-ID, References and In-Reply-To. Returns (2), the children of the root, with what is below them.</summary>
    private static List<ThreadNode> Link(IEnumerable<ThreadMessage> messages, Action? goOn)
    {
        var byId = new Dictionary<string, ThreadPlace>(StringComparer.Ordinal);
        var all = new List<ThreadPlace>();
        var linked = 0;
        foreach (var message in messages)
        {
            if (++linked % MessagesAtOnce == 0)
            {
                goOn?.Invoke();
            }

            // A message without an id, or with one that another has already, stands for itself.
            ThreadPlace? place = null;
            if (message.Id is { } id && (!byId.TryGetValue(id, out place) || place.Message is null))
            {
                place ??= Add(byId, all, id);
            }
            else
            {
                place = new ThreadPlace();
                all.Add(place);
            }

            place.Message = message;
            // (A)
            ThreadPlace? parent = null;
            foreach (var reference in message.References)
            {
                if (!byId.TryGetValue(reference, out var referenced))
                {
                    referenced = Add(byId, all, reference);
                }

                if (parent is not null && referenced.Parent is null && parent.Root != referenced)
                {
                    referenced.Attach(parent);
                }

                parent = referenced;
            }

            // (B) What it says itself of its parent outweighs what others said, unless it would be within itself then.
            var others = place.Parent;
            if (parent != others)
            {
                place.Detach();
                if ((parent?.Root == place ? others : parent) is { } above)
                {
                    place.Attach(above);
                }
            }
        }

        return Nodes(all);
    }

    private static ThreadPlace Add(Dictionary<string, ThreadPlace> byId, List<ThreadPlace> all, string id)
    {
        var place = new ThreadPlace();
        byId[id] = place;
        all.Add(place);
        return place;
    }

    /// <summary>Nothing moves any more: the places as nodes, those of the top.</summary>
    private static List<ThreadNode> Nodes(List<ThreadPlace> all)
    {
        var nodes = new Dictionary<ThreadPlace, ThreadNode>(all.Count);
        foreach (var place in all)
        {
            nodes[place] = new ThreadNode(place.Message);
        }

        var top = new List<ThreadNode>();
        foreach (var place in all)
        {
            (place.Parent is { } parent ? nodes[parent].Children : top).Add(nodes[place]);
        }

        return top;
    }

    /// <summary>(3) Missing messages go; their children move up, but at the top only where there is but one.</summary>
    private static List<ThreadNode> Prune(List<ThreadNode> top)
    {
        var open = new Stack<ThreadNode>(top);
        var missing = new Stack<ThreadNode>();
        while (open.TryPop(out var node))
        {
            if (node.Children.Exists(c => c.Message is null))
            {
                // All that is missing below it at once, so that a chain of missing messages is walked through and not carried up step by step.
                var kept = new List<ThreadNode>();
                missing.Push(node);
                while (missing.TryPop(out var gone))
                {
                    foreach (var child in gone.Children)
                    {
                        if (child.Message is null)
                        {
                            missing.Push(child);
                        }
                        else
                        {
                            kept.Add(child);
                        }
                    }
                }

                node.Children = kept;
            }

            foreach (var child in node.Children)
            {
                open.Push(child);
            }
        }

        var result = new List<ThreadNode>(top.Count);
        foreach (var node in top)
        {
            if (node.Message is not null || node.Children.Count > 1)
            {
                result.Add(node);
            }
            else if (node.Children.Count == 1)
            {
                result.Add(node.Children[0]);
            }
        }

        return result;
    }

    /// <summary>(5) Threads of one base subject become one.</summary>
    private static List<ThreadNode> MergeSubjects(List<ThreadNode> top)
    {
        var bySubject = new Dictionary<string, ThreadNode>(StringComparer.Ordinal);
        foreach (var thread in top)
        {
            var subject = thread.Representative!.Subject;
            if (subject.Length == 0)
            {
                continue;
            }

            if (!bySubject.TryGetValue(subject, out var known)
                || known.Message is not null && (thread.Message is null || known.Message.IsReply && !thread.Message.IsReply))
            {
                bySubject[subject] = thread;
            }
        }

        var gone = new HashSet<ThreadNode>();
        var added = new List<ThreadNode>();
        foreach (var thread in top)
        {
            var subject = thread.Representative!.Subject;
            if (subject.Length == 0 || ReferenceEquals(bySubject[subject], thread))
            {
                continue;
            }

            var known = bySubject[subject];
            gone.Add(thread);
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
                var both = new ThreadNode(null);
                gone.Add(known);
                both.Children.Add(known);
                both.Children.Add(thread);
                added.Add(both);
                bySubject[subject] = both;
            }
        }

        return [.. top.Where(c => !gone.Contains(c)), .. added];
    }

    /// <summary>(6) Siblings by date, from the deepest on, for a missing message takes its date from its first child.</summary>
    private static List<ThreadNode> SortAll(List<ThreadNode> top)
    {
        var order = new List<ThreadNode>(top);
        for (var i = 0; i < order.Count; i++)
        {
            order.AddRange(order[i].Children);
        }

        for (var i = order.Count - 1; i >= 0; i--)
        {
            if (order[i].Children.Count > 1)
            {
                order[i].Children.Sort(ByDate);
            }
        }

        top.Sort(ByDate);
        return top;
    }

    private static int ByDate(ThreadNode a, ThreadNode b)
    {
        var (x, y) = (a.Representative!, b.Representative!);
        var order = x.SentSeconds.CompareTo(y.SentSeconds);
        return order != 0 ? order : x.Number.CompareTo(y.Number);
    }
}
