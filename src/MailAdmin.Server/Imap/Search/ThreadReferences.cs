namespace MailAdmin.Server.Imap.Search;

/// <summary>
/// THREAD=REFERENCES, its steps numbered as in RFC 5256 §3. No step recurses: a chain of ten thousand replies is as deep as it is long.
/// </summary>
internal static class ThreadReferences
{
    public static IReadOnlyList<ThreadNode> Thread(IEnumerable<ThreadMessage> messages)
    {
        var all = Link(messages);
        // (2) What has no parent is a child of the root.
        var root = new ThreadNode();
        root.ReplaceChildren([.. Prune(all.Where(n => n.Parent is null).ToList())]);
        // (4)
        root.Children.Sort(ByDate);
        MergeSubjects(root);
        SortAll(root);
        return root.Children;
    }

    /// <summary>(1) Parents and children by Message-ID, References and In-Reply-To.</summary>
    private static List<ThreadNode> Link(IEnumerable<ThreadMessage> messages)
    {
        var byId = new Dictionary<string, ThreadNode>(StringComparer.Ordinal);
        var all = new List<ThreadNode>();
        foreach (var message in messages)
        {
            // A message without an id, or with one that another has already, stands for itself.
            ThreadNode? node = null;
            if (message.Id is { } id && (!byId.TryGetValue(id, out node) || node.Message is null))
            {
                node ??= Add(byId, all, id);
            }
            else
            {
                node = new ThreadNode();
                all.Add(node);
            }

            node.Message = message;
            // (A)
            ThreadNode? parent = null;
            foreach (var reference in message.References)
            {
                if (!byId.TryGetValue(reference, out var referenced))
                {
                    referenced = Add(byId, all, reference);
                }

                if (parent is not null && referenced.Parent is null && !parent.IsWithin(referenced))
                {
                    parent.Adopt(referenced);
                }

                parent = referenced;
            }

            // (B) What it says itself of its parent outweighs what others said.
            if (parent is not null && !parent.IsWithin(node))
            {
                parent.Adopt(node);
            }
            else if (parent is null)
            {
                node.Orphan();
            }
        }

        return all;
    }

    private static ThreadNode Add(Dictionary<string, ThreadNode> byId, List<ThreadNode> all, string id)
    {
        var node = new ThreadNode();
        byId[id] = node;
        all.Add(node);
        return node;
    }

    /// <summary>(3) Missing messages go; their children move up, but at the top only where there is but one.</summary>
    private static List<ThreadNode> Prune(List<ThreadNode> top)
    {
        foreach (var node in Deepest(top))
        {
            if (node.Children.Exists(c => c.Message is null))
            {
                var kept = new List<ThreadNode>(node.Children.Count);
                foreach (var child in node.Children)
                {
                    if (child.Message is null)
                    {
                        kept.AddRange(child.Children);
                    }
                    else
                    {
                        kept.Add(child);
                    }
                }

                node.ReplaceChildren(kept);
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
    private static void MergeSubjects(ThreadNode root)
    {
        var bySubject = new Dictionary<string, ThreadNode>(StringComparer.Ordinal);
        foreach (var thread in root.Children)
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
        foreach (var thread in root.Children)
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
                foreach (var child in thread.Children.ToArray())
                {
                    known.Adopt(child);
                }
            }
            else if (known.Message is null || thread.Message!.IsReply && !known.Message.IsReply)
            {
                known.AdoptFromTop(thread);
            }
            else
            {
                var both = new ThreadNode();
                gone.Add(known);
                both.AdoptFromTop(known);
                both.AdoptFromTop(thread);
                added.Add(both);
                bySubject[subject] = both;
            }
        }

        // The list of the root's children was walked while threads moved, so only here do they leave it.
        root.ReplaceChildren([.. root.Children.Where(c => !gone.Contains(c)), .. added.Where(c => !gone.Contains(c))]);
    }

    /// <summary>(6) Siblings by date, from the deepest on, for a missing message takes its date from its first child.</summary>
    private static void SortAll(ThreadNode root)
    {
        foreach (var node in Deepest([root]))
        {
            if (node.Children.Count > 1)
            {
                node.Children.Sort(ByDate);
            }
        }
    }

    /// <summary>Every node, children before parents.</summary>
    private static List<ThreadNode> Deepest(List<ThreadNode> top)
    {
        var order = new List<ThreadNode>(top);
        for (var i = 0; i < order.Count; i++)
        {
            order.AddRange(order[i].Children);
        }

        order.Reverse();
        return order;
    }

    private static int ByDate(ThreadNode a, ThreadNode b)
    {
        var (x, y) = (a.Representative, b.Representative);
        var order = (x?.SentSeconds ?? 0).CompareTo(y?.SentSeconds ?? 0);
        return order != 0 ? order : (x?.Number ?? 0).CompareTo(y?.Number ?? 0);
    }
}
