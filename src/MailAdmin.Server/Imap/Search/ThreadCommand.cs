using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>THREAD and UID THREAD. RFC 5256 §3.</summary>
internal sealed class ThreadCommand(bool uid)
    : ImapCommand(uid ? "UID THREAD" : "THREAD", ImapStates.Selected, uid ? ImapSync.Full : ImapSync.WithoutExpunge)
{
    /// <summary>Nodes written before the output is given the chance to go out: some 14 octets each at most.</summary>
    private const int Stretch = 1000;

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var thread = new SearchGrammar(args, TextDecoding.Find).ReadThread();
        var name = thread.Algorithm == ThreadAlgorithm.OrderedSubject ? "THREAD=ORDEREDSUBJECT" : "THREAD=REFERENCES";
        if (args.Failed || !session.Context.Offers(name))
        {
            return ImapResult.Bad(args.Error ?? "Unknown threading algorithm");
        }

        var selected = session.Selected!;
        if (SearchPreparation.Refuse(session, selected, thread.Program, null, isNamed: true) is { } refused)
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

        var threads = thread.Algorithm == ThreadAlgorithm.OrderedSubject ? OrderedSubject.Thread(messages) : ThreadReferences.Thread(messages, session.ThrowIfOver);
        await WriteAsync(session, threads);
        return run.Result;
    }

    /// <summary>RFC 5256 §4 THREAD response: chains run on, branches stand in parentheses. Deep threads need no deep stack, and long ones no long buffer.</summary>
    private static async ValueTask WriteAsync(ImapSession session, IReadOnlyList<ThreadNode> threads)
    {
        session.Write(threads.Count > 0 ? "* THREAD "u8 : "* THREAD"u8);
        var ahead = new Stack<Step>();
        for (var i = threads.Count - 1; i >= 0; i--)
        {
            ahead.Push(new Step(threads[i], Opens: true, Spaced: false));
        }

        while (ahead.Count > 0)
        {
            Write(session, ahead);
            await session.FlushIfFullAsync();
        }

        session.Write("\r\n"u8);
    }

    /// <summary>What is to be written next: a node at the head of a parenthesis or further down its chain, or the end of one (null).</summary>
    private readonly record struct Step(ThreadNode? Node, bool Opens, bool Spaced);

    /// <summary>Writes a stretch.</summary>
    private static void Write(ImapSession session, Stack<Step> ahead)
    {
        var encoder = session.Encode();
        for (var written = 0; written < Stretch && ahead.TryPop(out var step); written++)
        {
            if (step.Node is not { } node)
            {
                encoder.Close();
                continue;
            }

            if (step.Opens)
            {
                encoder.Open();
                ahead.Push(default);
            }

            // A missing message stands for nothing but its branches.
            var spaced = step.Spaced;
            if (node.Message is { } message)
            {
                if (spaced)
                {
                    encoder.Space();
                }

                spaced = true;
                encoder.Number(message.Number);
            }

            var branches = node.Children.Count > 1;
            if (branches && spaced)
            {
                encoder.Space();
            }

            for (var i = node.Children.Count - 1; i >= 0; i--)
            {
                ahead.Push(new Step(node.Children[i], Opens: branches, Spaced: spaced && !branches));
            }
        }

        encoder.Commit();
    }
}
