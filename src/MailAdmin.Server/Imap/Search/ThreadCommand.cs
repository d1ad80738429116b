using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>THREAD and UID THREAD. RFC 5256 §3.</summary>
internal sealed class ThreadCommand(bool uid)
    : ImapCommand(uid ? "UID THREAD" : "THREAD", ImapStates.Selected, uid ? ImapSync.Full : ImapSync.WithoutExpunge)
{
    private const int FlushEvery = 500;

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var thread = new SearchGrammar(args, TextDecoding.Find).ReadThread();
        var name = thread.Algorithm == ThreadAlgorithm.OrderedSubject ? "THREAD=ORDEREDSUBJECT" : "THREAD=REFERENCES";
        if (args.Failed || !session.Context.Offers(name))
        {
            return ImapResult.Bad(args.Error ?? "Unknown threading algorithm");
        }

        var selected = session.Selected!;
        if (SearchPreparation.Refuse(session, selected, thread.Program, null) is { } refused)
        {
            return refused;
        }

        await session.SyncAsync(ImapSync.WithoutExpunge);
        var run = new SearchRun(session, selected);
        var messages = new List<ThreadMessage>();
        await foreach (var (index, row) in run.ReadAsync(await run.FindAsync(thread.Program)))
        {
            var summary = row.Summary!;
            var subject = summary.SubjectKey(out var isReply);
            IReadOnlyList<string> references = [];
            string? id = null;
            if (thread.Algorithm == ThreadAlgorithm.References)
            {
                id = summary.MessageId;
                references = summary.References;
                // RFC 5256 §3: the first id of In-Reply-To stands in for References.
                references = references.Count == 0 && summary.InReplyTo is { } parent ? [parent] : references;
            }

            messages.Add(new ThreadMessage(
                uid ? row.Uid : (uint)index + 1, SortCommand.SentSeconds(summary, selected.View[index]), subject, isReply, id, references));
        }

        var threads = thread.Algorithm == ThreadAlgorithm.OrderedSubject ? OrderedSubject.Thread(messages) : ThreadReferences.Thread(messages);
        await WriteAsync(session, threads);
        return run.Result;
    }

    private static async ValueTask WriteAsync(ImapSession session, IReadOnlyList<ThreadNode> threads)
    {
        Write(session, "* THREAD"u8);
        if (threads.Count > 0)
        {
            Write(session, " "u8);
        }

        var written = 0;
        foreach (var thread in threads)
        {
            Write(session, thread);
            if (++written % FlushEvery == 0)
            {
                await session.FlushIfFullAsync();
            }
        }

        Write(session, "\r\n"u8);
    }

    private static void Write(ImapSession session, ReadOnlySpan<byte> octets)
    {
        var encoder = session.Encode();
        encoder.Raw(octets);
        encoder.Commit();
    }

    /// <summary>One thread: chains run on, branches stand in parentheses. Deep threads need no deep stack. RFC 5256 §4 THREAD response.</summary>
    private static void Write(ImapSession session, ThreadNode thread)
    {
        var encoder = session.Encode();
        // Null closes a parenthesis.
        var open = new Stack<ThreadNode?>();
        open.Push(thread);
        while (open.TryPop(out var node))
        {
            if (node is null)
            {
                encoder.Close();
                continue;
            }

            encoder.Open();
            open.Push(null);
            var separator = false;
            while (true)
            {
                if (node.Message is { } message)
                {
                    if (separator)
                    {
                        encoder.Space();
                    }

                    separator = true;
                    encoder.Number(message.Number);
                }

                if (node.Children.Count != 1)
                {
                    break;
                }

                node = node.Children[0];
            }

            if (node.Children.Count > 1 && separator)
            {
                encoder.Space();
            }

            for (var i = node.Children.Count - 1; i >= 0; i--)
            {
                open.Push(node.Children[i]);
            }
        }

        encoder.Commit();
    }
}
