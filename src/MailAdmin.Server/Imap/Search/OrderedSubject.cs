namespace MailAdmin.Server.Imap.Search;

/// <summary>THREAD=ORDEREDSUBJECT: by base subject, the first message with all others below it. RFC 5256 §3.</summary>
internal static class OrderedSubject
{
    public static IReadOnlyList<ThreadNode> Thread(IEnumerable<ThreadMessage> messages)
    {
        var threads = new List<ThreadNode>();
        foreach (var group in messages.GroupBy(m => m.Subject, StringComparer.Ordinal))
        {
            ThreadNode? first = null;
            foreach (var message in group.OrderBy(m => m.SentSeconds).ThenBy(m => m.Number))
            {
                var node = new ThreadNode(message);
                if (first is null)
                {
                    first = node;
                }
                else
                {
                    first.Children.Add(node);
                }
            }

            threads.Add(first!);
        }

        return [.. threads.OrderBy(t => t.Message!.SentSeconds).ThenBy(t => t.Message!.Number)];
    }
}
