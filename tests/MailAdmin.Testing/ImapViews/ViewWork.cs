using System.Globalization;

namespace MailAdmin.Testing.ImapViews;

/// <summary>What one session does at random: everything that changes, tells or asks for the state of folders, alone and pipelined.</summary>
/// <param name="session">Who does it.</param>
/// <param name="random">Seeded.</param>
/// <param name="progress">Of all sessions.</param>
public sealed class ViewWork(ViewedSession session, Random random, ViewProgress progress)
{
    /// <summary>Folders that stay.</summary>
    public static readonly string[] Folders = ["INBOX", "Archive", "Junk"];
    /// <summary>Folders that are made, deleted and renamed.</summary>
    public static readonly string[] Passing = ["Passing1", "Passing2", "Passing3/Sub"];

    private static readonly string[] Flags = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$One", "$Two", "$three"];

    private FolderView View => session.View!;
    private bool UsesModSeq => session.Mode is not (ViewMode.Rev1 or ViewMode.Rev2);

    /// <summary>So many rounds of a few commands each.</summary>
    public async Task RunAsync(int rounds, CancellationToken stop = default)
    {
        try
        {
            for (var round = 0; round < rounds && !stop.IsCancellationRequested; round++)
            {
                while (session.View is null)
                {
                    await SelectAsync();
                }

                await RoundAsync();
                await LearnAsync();
            }
        }
        finally
        {
            progress.Leave();
        }
    }

    /// <summary>Nobody changes anything any more: asks for everything and compares it with what is known, then asks what SEARCH finds.</summary>
    public async Task SettleAsync(string? folder = null)
    {
        if (session.IsGone)
        {
            await session.ConnectAsync();
        }

        if (session.View is null || !Folders.Contains(View.Name))
        {
            FolderView.Demand(await session.SelectAsync(folder ?? Pick(Folders), readOnly: false, withMatches: true), "A folder that stays cannot be selected");
        }

        await session.RunAsync(new ViewCommand("NOOP"));
        View.IsSettled = true;
        if (View.Messages.Count == 0)
        {
            return;
        }

        await session.RunAsync(Fetch(View.Messages, "1:*", byUid: false, UsesModSeq ? ["UID", "FLAGS", "MODSEQ"] : ["UID", "FLAGS"]));
        FolderView.Demand(View.Messages.Count(m => m.IsRecent == true) <= View.Recent && View.Recent <= View.Messages.Count || session.Mode >= ViewMode.Rev2, $"RECENT was {View.Recent}");
        foreach (var flag in Flags)
        {
            var key = flag[0] == '\\' ? flag[1..].ToUpperInvariant() : $"KEYWORD {flag}";
            await session.RunAsync(Search(key, View.Messages.Where(m => m.Has(flag)).Select(m => m.Uid!.Value).ToHashSet()));
        }

        await session.RunAsync(Search("ALL", View.Messages.Select(m => m.Uid!.Value).ToHashSet()));
    }

    /// <summary>UIDs and flags as the session knows them.</summary>
    public IEnumerable<string> Books => View.Messages.Select(m => $"{m.Uid} {m.Flags}");

    private string Pick(string[] of) => of[random.Next(of.Length)];

    private async Task SelectAsync()
    {
        if (session.IsGone)
        {
            await session.ConnectAsync();
        }

        await session.SelectAsync(random.Next(4) > 0 ? Pick(Folders) : Pick(Passing), readOnly: random.Next(12) == 0, withMatches: random.Next(2) == 0);
        if (session.View is not null)
        {
            await LearnAsync();
        }
    }

    /// <summary>VANISHED names UIDs, so with QRESYNC each new message's is asked for at once; others do so now and then.</summary>
    private async Task LearnAsync()
    {
        while (!session.IsGone && session.View is { } view && view.Messages.FindIndex(m => m.Uid is null || m.Flags is null) is >= 0 and var first && (session.UsesVanished || random.Next(3) == 0))
        {
            if (!await session.RunAsync(Fetch(view.Messages[first..], $"{first + 1}:*", byUid: false, ["UID", "FLAGS", .. UsesModSeq ? ["MODSEQ"] : Array.Empty<string>()])))
            {
                return;
            }
        }

        if (session.IsGone)
        {
            await session.ConnectAsync();
        }
    }

    private Task RoundAsync() => random.Next(22) switch
    {
        0 or 1 or 2 => session.RunAsync(Append()),
        3 or 4 or 5 => session.RunAsync(Pipeline()),
        6 or 7 => session.RunAsync(Store(byUid: false)),
        8 => session.RunAsync(Store(byUid: true)),
        9 => session.RunAsync(Expunge()),
        10 or 11 => session.RunAsync(Copy(move: false)),
        12 => session.RunAsync(Copy(move: true)),
        13 or 14 => session.IdleAsync(random.Next(1, 12)),
        15 => session.RunAsync(Ask()),
        16 => session.RunAsync(Ask(), new ViewCommand(random.Next(2) == 0 ? "NOOP" : "CHECK")),
        17 => LeaveAsync(),
        18 => session.RunAsync(Status()),
        19 => session.RunAsync(FolderCommand()),
        20 => session.RunAsync(Fetch(View.Messages, "1:*", byUid: false, ["FLAGS"])),
        _ => session.RunAsync(new ViewCommand("NOOP")),
    };

    private async Task LeaveAsync()
    {
        if (random.Next(3) > 0)
        {
            await session.RunAsync(new ViewCommand(random.Next(2) == 0 ? "CLOSE" : "UNSELECT")
            {
                Finish = reply =>
                {
                    // RFC 7162 §3.2.8: with a mod-sequence the client counts what was deleted as gone; without one it hears of it when it comes back.
                    _ = FolderView.Code(reply, "HIGHESTMODSEQ") is null ? 0 : View.Messages.RemoveAll(m => m.Has("\\Deleted"));
                    session.Leave();
                },
            });
        }

        await SelectAsync();
    }

    /// <summary>By sequence number only what lets no EXPUNGE come between; or all by UID.</summary>
    private ViewCommand[] Pipeline()
    {
        var byUid = random.Next(3) == 0;
        var commands = Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(3) switch
        {
            0 => Store(byUid),
            1 => Ask(byUid),
            _ => SearchAny(byUid),
        }).ToList();
        commands.Add(random.Next(2) == 0 ? Expunge() : new ViewCommand("NOOP"));
        return [.. commands];
    }

    /// <summary>Some messages, and how the command names them; by UID only those whose UID was told.</summary>
    private (List<ViewedMessage> Messages, string Set) Some(bool byUid)
    {
        var messages = View.Messages;
        if (byUid)
        {
            var known = messages.Where(m => m.Uid is not null && random.Next(3) == 0).Take(10).ToList();
            return (known, known.Count == 0 ? "999999999" : string.Join(',', known.Select(m => m.Uid)));
        }

        if (messages.Count == 0)
        {
            return ([], "");
        }

        var first = random.Next(messages.Count);
        var last = Math.Min(messages.Count - 1, first + random.Next(6));
        return (messages[first..(last + 1)], last == messages.Count - 1 && random.Next(2) == 0 ? $"{first + 1}:*" : $"{first + 1}:{last + 1}");
    }

    private ViewCommand Store(bool byUid)
    {
        var (messages, set) = Some(byUid);
        if (set.Length == 0)
        {
            return new ViewCommand("NOOP");
        }

        var mode = "+-="[random.Next(8) == 0 ? 2 : random.Next(2)];
        var silent = random.Next(2) == 0;
        string[] flags = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(Flags)).Distinct()];
        var since = UsesModSeq && random.Next(4) == 0 ? $"(UNCHANGEDSINCE {messages.Select(m => m.ModSeq).DefaultIfEmpty().Max()}) " : "";
        var name = $"{(mode == '=' ? "" : mode)}FLAGS{(silent ? ".SILENT" : "")}";
        return new ViewCommand($"{(byUid ? "UID " : "")}STORE {set} {since}{name} ({string.Join(' ', flags)})")
        {
            MayExpunge = byUid, ByUid = byUid, Targets = messages, Store = (mode, flags, silent), MayFail = true,
        };
    }

    private ViewCommand Ask() => Ask(random.Next(2) == 0);

    private ViewCommand Ask(bool byUid)
    {
        var (messages, set) = Some(byUid);
        string[] items = random.Next(5) switch
        {
            0 => ["FLAGS"],
            1 => ["UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE"],
            2 => ["UID", "ENVELOPE", "BODYSTRUCTURE"],
            3 => ["UID", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]", "EMAILID"],
            _ => ["UID", "BODY[TEXT]"],
        };
        return set.Length == 0 ? new ViewCommand("NOOP") : Fetch(messages, set, byUid, items);
    }

    private static ViewCommand Fetch(IEnumerable<ViewedMessage> messages, string set, bool byUid, string[] items)
    {
        var targets = messages.ToList();
        return targets.Count == 0 && !byUid ? new ViewCommand("NOOP") : new ViewCommand($"{(byUid ? "UID " : "")}FETCH {set} ({string.Join(' ', items)})")
        {
            MayExpunge = byUid, IsFetch = true, ByUid = byUid, Targets = targets, Wanted = [.. items.Select(i => i.Replace(".PEEK", "", StringComparison.Ordinal))],
        };
    }

    private ViewCommand SearchAny(bool byUid)
    {
        var key = random.Next(4) switch { 0 => "ALL", 1 => "UNSEEN", 2 => "NOT DELETED", _ => "KEYWORD $One" };
        var view = View;
        return new ViewCommand($"{(byUid ? "UID " : "")}SEARCH {(random.Next(2) == 0 ? "RETURN (ALL) " : "")}{key}")
        {
            MayExpunge = byUid,
            Hear = nodes =>
            {
                foreach (var number in Found(nodes))
                {
                    FolderView.Demand(byUid ? view.Messages.Exists(m => m.Uid == number || m.Uid is null) : number <= view.Messages.Count, $"SEARCH found {number}, which is not there");
                }
            },
        };
    }

    private static ViewCommand Search(string key, HashSet<uint> expected) => new($"UID SEARCH {key}")
    {
        Hear = nodes =>
        {
            var found = Found(nodes).ToHashSet();
            FolderView.Demand(found.SetEquals(expected), $"SEARCH {key} found {string.Join(',', found.Order())}, but it is {string.Join(',', expected.Order())}");
        },
    };

    /// <summary>Numbers of a SEARCH or ESEARCH response.</summary>
    private static IEnumerable<uint> Found(IReadOnlyList<ImapNode> nodes)
    {
        if (nodes[1].Text == "SEARCH")
        {
            return nodes.Skip(2).Where(n => n.Text is not null).Select(n => uint.Parse(n.Text!, CultureInfo.InvariantCulture));
        }

        var all = nodes.ToList().FindIndex(n => n.Text == "ALL");
        return all < 0 ? [] : FolderView.Numbers(nodes[all + 1].Text!);
    }

    private ViewCommand Append()
    {
        var count = random.Next(4) == 0 ? 3 : 1;
        var folder = random.Next(3) == 0 ? View.Name : random.Next(5) == 0 ? Pick(Passing) : Pick(Folders);
        var subjects = Enumerable.Range(0, count).Select(_ => session.Registry.NextSubject()).ToArray();
        var text = $"APPEND {folder}";
        foreach (var subject in subjects)
        {
            var message = $"Subject: {subject}\r\nFrom: a@example.org\r\n\r\n{new string('x', random.Next(60))}\r\n";
            text += $" ({(random.Next(2) == 0 ? Pick(Flags) : "")}) {{{message.Length}+}}\r\n{message}";
        }

        return new ViewCommand(text)
        {
            MayFail = true,
            Finish = reply =>
            {
                var (validity, uids) = Numbers(reply, "APPENDUID")[0];
                FolderView.Demand(uids.Count == count, $"{count} messages and {reply}");
                for (var i = 0; i < count; i++)
                {
                    session.Registry.Static(validity, uids[i], "BODY[HEADER.FIELDS (SUBJECT)]", $"Subject: {subjects[i]}\r\n\r\n");
                }
            },
        };
    }

    private ViewCommand Expunge()
    {
        var byUid = random.Next(3) == 0;
        var (messages, set) = byUid ? Some(true) : (View.Messages.ToList(), "");
        var deleted = messages.Where(m => m.Has("\\Deleted")).ToList();
        ViewCommand? command = null;
        command = new ViewCommand(byUid ? $"UID EXPUNGE {set}" : "EXPUNGE")
        {
            ByUid = byUid,
            MayFail = true,
            Finish = _ =>
            {
                foreach (var message in deleted.Where(m => !m.IsGone && m.Has("\\Deleted")))
                {
                    FolderView.Demand(command!.Told.GetValueOrDefault(message)?.Contains("FLAGS") == true, $"{message} is still there after {command.Text}");
                }
            },
        };
        return command;
    }

    private ViewCommand Copy(bool move)
    {
        var byUid = random.Next(2) == 0;
        var (messages, set) = Some(byUid);
        if (set.Length == 0)
        {
            return new ViewCommand("NOOP");
        }

        var view = View;
        List<uint> moved = [];
        var target = random.Next(6) == 0 ? Pick(Passing) : Pick(Folders);
        return new ViewCommand($"{(byUid ? "UID " : "")}{(move ? "MOVE" : "COPY")} {set} {target}")
        {
            MayFail = true,
            ByUid = byUid,
            Finish = reply =>
            {
                if (Numbers(reply, "COPYUID") is not [var from, var to])
                {
                    FolderView.Demand(!view.Messages.Exists(m => m.Uid is { } uid && moved.Contains(uid)), $"some of {string.Join(',', moved)} were moved and are still there");
                    FolderView.Demand(moved.Count > 0 || byUid || messages.TrueForAll(m => m.IsGone), $"{reply} names no UIDs");
                    return;
                }

                moved = move ? from.Uids : [];
                FolderView.Demand(from.Uids.Count == to.Uids.Count, $"{reply} names more on one side");
                FolderView.Demand(byUid || from.Uids.Count == messages.Count, $"{messages.Count} messages and {reply}");
                for (var i = 0; i < from.Uids.Count; i++)
                {
                    FolderView.Demand(messages.Exists(m => m.Uid == from.Uids[i] || m.Uid is null), $"{from.Uids[i]} was not asked for");
                    foreach (var item in new[] { "BODY[HEADER.FIELDS (SUBJECT)]", "RFC822.SIZE", "EMAILID" })
                    {
                        if (session.Registry.Find(view.UidValidity, from.Uids[i], item) is { } value)
                        {
                            session.Registry.Static(to.Validity, to.Uids[i], item, value);
                        }
                    }
                }
            },
        };
    }

    /// <summary>UIDs of an APPENDUID (one entry) or COPYUID (two, both with the target's UIDVALIDITY). RFC 4315 §3.</summary>
    private static List<(uint Validity, List<uint> Uids)> Numbers(string reply, string code)
    {
        var at = reply.IndexOf($"[{code} ", StringComparison.Ordinal);
        if (at < 0)
        {
            return [];
        }

        var words = reply[(at + code.Length + 2)..reply.IndexOf(']', at)].Split(' ');
        var validity = uint.Parse(words[0], CultureInfo.InvariantCulture);
        return [.. words.Skip(1).Select(w => (validity, FolderView.Numbers(w).ToList()))];
    }

    private ViewCommand Status()
    {
        var folder = random.Next(3) == 0 ? Pick(Passing) : Pick(Folders);
        return new ViewCommand(random.Next(3) == 0
            ? "LIST \"\" * RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))"
            : $"STATUS {folder} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN{(UsesModSeq ? " HIGHESTMODSEQ" : "")})")
        {
            MayFail = true,
            Hear = nodes =>
            {
                if (nodes[1].Text != "STATUS")
                {
                    return;
                }

                var items = nodes[3].Items!.Chunk(2).ToDictionary(p => p[0].Text!, p => ulong.Parse(p[1].Text!, CultureInfo.InvariantCulture));
                FolderView.Demand(items["UNSEEN"] <= items["MESSAGES"] && items["MESSAGES"] < items["UIDNEXT"] && items["UIDVALIDITY"] > 0, "STATUS does not add up");
                if (nodes[2].Text == View.Name && items["UIDVALIDITY"] == View.UidValidity)
                {
                    View.Counted("UIDNEXT", items["UIDNEXT"]);
                }
            },
        };
    }

    private ViewCommand FolderCommand() => new(random.Next(6) switch
    {
        0 => $"DELETE {Pick(Passing)}",
        1 => $"RENAME {Pick(Passing)} {Pick(Passing)}",
        2 => $"SUBSCRIBE {Pick(Passing)}",
        _ => $"CREATE {Pick(Passing)}",
    })
    { MayFail = true, Finish = _ => { } };
}
