using MailAdmin.Errors;
using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store;
using MailAdmin.Store.Search;

namespace MailAdmin.Server.Imap.Search;

/// <summary>
/// Finds the messages of a session's view that a program asks for, in three sweeps: over the snapshot, over the rows and summaries of those that
/// are still undecided, and over the contents of those that still are. Between messages it looks whether the session is to end.
/// </summary>
internal sealed class SearchRun(ImapSession session, SelectedFolder selected)
{
    /// <summary>States tested before it is asked whether anybody still waits for the answer: a millisecond's worth with many keys.</summary>
    private const int StatesAtOnce = 1000;

    private bool _someAreGone;

    /// <summary>OK; with EXPUNGEISSUED where messages of the view could not be looked at, for they are gone. RFC 5530 §3.</summary>
    public ImapResult Result => _someAreGone ? ImapResult.Ok("EXPUNGEISSUED", ImapErrors.Gone) : ImapResult.Done;

    private ITextSearch? Index => (session.Store as ITextSearchable)?.TextSearch;

    /// <summary>Indexes in the view, ascending.</summary>
    public async ValueTask<List<int>> FindAsync(SearchProgram program)
    {
        var node = new SearchCompiler(selected, session.Context.Time.GetUtcNow(), Index).Compile(program.Key);
        var found = new List<int>();
        var open = new UidSet.Builder();
        Sweep(node, found, open);
        if (!open.IsEmpty)
        {
            await SweepRowsAsync(node, open.Build(), found);
            found.Sort();
        }

        return found;
    }

    /// <summary>The messages at places of the view as rows with their summaries, for SORT and THREAD; what is gone by now is left out.</summary>
    public async IAsyncEnumerable<(int Index, StoredMessage Row)> ReadAsync(List<int> found)
    {
        var uids = new UidSet.Builder();
        foreach (var index in found)
        {
            uids.Add(selected.View[index].Uid);
        }

        var wanted = uids.Build();
        var read = 0;
        await foreach (var row in session.Store.Messages.ReadAsync(selected.Folder.Id, wanted, MessageParts.Summary))
        {
            await session.GoOnAsync();
            read++;
            var index = selected.View.IndexOf(row.Uid);
            if (index >= 0 && row.Summary is not null)
            {
                yield return (index, row);
            }
        }

        _someAreGone |= read < wanted.Count;
    }

    private void Sweep(SearchNode node, List<int> found, UidSet.Builder open)
    {
        var subject = new SearchSubject { Stage = SearchStage.Snapshot };
        var index = 0;
        foreach (var state in selected.View.Enumerate())
        {
            if (index % StatesAtOnce == 0)
            {
                session.ThrowIfOver();
            }

            subject.State = selected.Current(state);
            subject.Index = index;
            switch (node.Test(subject))
            {
                case Verdict.Yes: found.Add(index); break;
                case Verdict.Unknown: open.Add(state.Uid); break;
            }

            index++;
        }
    }

    private async ValueTask SweepRowsAsync(SearchNode node, UidSet uids, List<int> found)
    {
        var subject = new SearchSubject();
        var index = -1;
        var read = 0;
        await foreach (var row in session.Store.Messages.ReadAsync(selected.Folder.Id, uids, MessageParts.Summary))
        {
            await session.GoOnAsync();
            read++;
            // UIDs ascend, so the next one is often the next in the view.
            index = Math.Max(index, -1) + 1;
            index = index < selected.View.Count && selected.View[index].Uid == row.Uid ? index : selected.View.IndexOf(row.Uid);
            if (index < 0 || row.Summary is null)
            {
                // Gone, or damaged: what cannot be read holds nothing that could be found.
                continue;
            }

            subject.Stage = SearchStage.Summary;
            subject.Index = index;
            subject.State = selected.Current(selected.View[index]);
            subject.Row = row;
            var verdict = node.Test(subject);
            if (verdict == Verdict.Unknown)
            {
                verdict = await TestContentAsync(node, subject, row);
            }

            if (verdict == Verdict.Yes)
            {
                found.Add(index);
            }
        }

        _someAreGone |= read < uids.Count;
        if (subject.MissedIndex)
        {
            Index?.Request(selected.Folder.Id);
        }
    }

    private async ValueTask<Verdict> TestContentAsync(SearchNode node, SearchSubject subject, StoredMessage row)
    {
        try
        {
            using var content = await session.Store.Messages.OpenAsync(row);
            subject.Stage = SearchStage.Content;
            subject.Content = content;
            return node.Test(subject);
        }
        catch (MailAdminException failure) when (failure.ErrorId == "ContentCorrupt" || ImapErrors.IsOfStorage(failure))
        {
            // What cannot be read holds nothing that could be found; the others are still searched.
            session.TellFailure(failure, inPart: true);
            return Verdict.No;
        }
        finally
        {
            subject.Content = null;
        }
    }
}
