namespace MailAdmin.Server.Imap.Search;

/// <summary>What threading needs of a message. Number is a sequence number or a UID, as asked; Subject is the base subject in upper case.</summary>
internal sealed record ThreadMessage(uint Number, long SentSeconds, string Subject, bool IsReply, string? Id, IReadOnlyList<string> References);

/// <summary>A message of a thread and what is below it; without a message it stands for one that is missing.</summary>
internal sealed class ThreadNode(ThreadMessage? message)
{
    public ThreadMessage? Message => message;
    public List<ThreadNode> Children { get; set; } = [];

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
}
