using System.Net;

namespace MailAdmin.Testing.ImapViews;

/// <summary>How a run ended: commands done, and UIDs with their flags of each folder that stays.</summary>
public sealed record ViewOutcome(long Commands, IReadOnlyDictionary<string, IReadOnlyList<string>> Folders);

/// <summary>
/// Many strict clients on one account: they change the same few folders at random, in every mode the protocol has, and each checks all it is told.
/// At the end every session's view equals that of a session that has just come.
/// </summary>
public static class ViewStress
{
    /// <summary>Runs it; throws at the first mismatch, with what that session and the server said last. </summary>
    /// <param name="server">Any IMAP server with UIDPLUS, MOVE, LITERAL+, MULTIAPPEND, LIST-STATUS and what the modes need, and the folders of <see cref="ViewWork.Folders"/>.</param>
    /// <param name="user">Whose account.</param>
    /// <param name="password">Its password.</param>
    /// <param name="sessions">Sessions; modes take turns.</param>
    /// <param name="rounds">Rounds of each.</param>
    /// <param name="seed">The same seed makes the same choices; the order in which sessions get on is the machine's.</param>
    /// <param name="modes">Modes; all where null.</param>
    /// <param name="stop">Ends the rounds early, and settles.</param>
    public static async Task<ViewOutcome> RunAsync(
        IPEndPoint server, string user, string password, int sessions, int rounds, int seed, IReadOnlyList<ViewMode>? modes = null, CancellationToken stop = default)
    {
        modes ??= Enum.GetValues<ViewMode>();
        var registry = new ViewRegistry();
        var progress = new ViewProgress(sessions);
        var clients = new List<ViewedSession>();
        var books = new Dictionary<string, IReadOnlyList<string>>();
        ViewMismatchException? first = null;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            for (var i = 0; i < sessions; i++)
            {
                clients.Add(new ViewedSession(server, user, password, modes[i % modes.Count], registry, progress));
                await clients[^1].ConnectAsync();
            }

            var works = clients.Select((c, i) => new ViewWork(c, new Random(seed * 1_000_003 + i), progress)).ToList();
            await GoesOnAsync(Task.WhenAll(works.Select(w => Task.Run(() => FirstFaultStops(w.RunAsync(rounds, failed.Token)), CancellationToken.None))));
            if (first is not null)
            {
                // What the others say after it is mostly its consequence.
                throw first;
            }

            await Task.WhenAll(works.Select((w, i) => w.SettleAsync(ViewWork.Folders[i % ViewWork.Folders.Length])));
            foreach (var folder in ViewWork.Folders)
            {
                await using var newcomer = new ViewedSession(server, user, password, ViewMode.Rev1, registry, progress);
                await newcomer.ConnectAsync();
                var fresh = new ViewWork(newcomer, new Random(seed), progress);
                await fresh.SettleAsync(folder);
                var expected = fresh.Books.ToList();
                books[folder] = expected;
                foreach (var (session, work) in clients.Zip(works).Where(p => p.First.View!.Name == folder))
                {
                    FolderView.Demand(work.Books.SequenceEqual(expected), $"{session.Mode} on {folder} knows {string.Join(", ", work.Books)}; a newcomer {string.Join(", ", expected)}");
                }
            }
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }

        return new ViewOutcome(progress.Commands, books);

        // A session that waits for ever would let all others wait for it.
        async Task GoesOnAsync(Task all)
        {
            for (var before = -1L; await Task.WhenAny(all, Task.Delay(Eventually.Patience, CancellationToken.None)) != all; before = progress.Commands)
            {
                FolderView.Demand(before != progress.Commands, $"Nothing goes on: {string.Join(Environment.NewLine, clients.Select(c => c.Last))}");
            }

            await all;
        }

        async Task FirstFaultStops(Task work)
        {
            try
            {
                await work;
            }
            catch (ViewMismatchException mismatch)
            {
                _ = Interlocked.CompareExchange(ref first, mismatch, null);
                await failed.CancelAsync();
            }
        }
    }
}
