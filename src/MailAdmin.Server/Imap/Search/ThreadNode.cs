namespace MailAdmin.Server.Imap.Search;

/// <summary>What threading needs of a message. Number is a sequence number or a UID, as asked; Subject is the base subject in upper case.</summary>
internal sealed record ThreadMessage(uint Number, long SentSeconds, string Subject, bool IsReply, string? Id, IReadOnlyList<string> References);

/// <summary>A place in a thread; without a message it stands for one that is missing.</summary>
internal sealed class ThreadNode
{
    public ThreadMessage? Message { get; set; }
    public ThreadNode? Parent { get; private set; }
    public List<ThreadNode> Children { get; private set; } = [];

    /// <summary>A missing message counts as its first child. RFC 5256 §3 REFERENCES (4), (5).</summary>
    public ThreadMessage? Representative
    {
        get
        {
            var node = this;
            while (node.Message is null && node.Children.Count > 0)
            {
                node = node.Children[0];
            }

            return node.Message;
        }
    }

    public void Adopt(ThreadNode child)
    {
        child.Parent?.Children.Remove(child);
        child.Parent = this;
        Children.Add(child);
    }

    /// <summary>As <see cref="Adopt"/>, for a thread of the top level, whose list is kept by who walks it.</summary>
    public void AdoptFromTop(ThreadNode child)
    {
        child.Parent = this;
        Children.Add(child);
    }

    /// <summary>Takes it out of its parent's children without touching their order otherwise.</summary>
    public void Orphan()
    {
        _ = Parent?.Children.Remove(this);
        Parent = null;
    }

    public void ReplaceChildren(List<ThreadNode> children)
    {
        Children = children;
        foreach (var child in children)
        {
            child.Parent = this;
        }
    }

    public bool IsWithin(ThreadNode ancestor)
    {
        if (ancestor.Children.Count == 0)
        {
            return ReferenceEquals(this, ancestor);
        }

        for (var node = this; node is not null; node = node.Parent)
        {
            if (ReferenceEquals(node, ancestor))
            {
                return true;
            }
        }

        return false;
    }
}
