using System.Net;

namespace MailAdmin.Testing.ImapViews;

/// <summary>
/// A client that believes only what it is told and checks all of it: the wire, the running commands, and the view of the selected folder. What it does
/// is <see cref="ViewWork"/>'s.
/// </summary>
public sealed class ViewedSession(IPEndPoint server, string user, string password, ViewMode mode, ViewRegistry registry, ViewProgress progress) : IAsyncDisposable
{
    private const int RememberedLines = 80;

    private readonly Queue<string> _said = [];
    private readonly Queue<ViewCommand> _running = [];
    private readonly Dictionary<(uint, string), ulong> _counters = [];
    private readonly Dictionary<string, FolderView> _left = [];
    private RawClient? _client;
    private FolderView? _selecting;
    private int _tag;

    public ViewMode Mode => mode;
    public ViewRegistry Registry => registry;
    /// <summary>The selected folder; null where none is.</summary>
    public FolderView? View { get; private set; }
    /// <summary>The server said BYE because the selected folder was deleted.</summary>
    public bool IsGone { get; private set; }
    /// <summary>Where it stands, for people.</summary>
    public string Last => $"{mode} on {View?.Name ?? "no folder"}, {_running.Count} running: {string.Join(" | ", _said.TakeLast(3))}";
    public bool UsesVanished => mode is ViewMode.QResync or ViewMode.Rev2QResync;

    /// <summary>Connects and logs in, also again after <see cref="IsGone"/>.</summary>
    public async Task ConnectAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _running.Clear();
        (View, IsGone) = (null, false);
        _client = await RawClient.ConnectAsync(server);
        await _client.ExpectAsync("* OK");
        await RunAsync(new ViewCommand($"LOGIN {user} {password}"));
        if (mode != ViewMode.Rev1)
        {
            await RunAsync(new ViewCommand("ENABLE " + mode switch
            {
                ViewMode.CondStore => "CONDSTORE",
                ViewMode.QResync => "QRESYNC",
                ViewMode.Rev2 => "IMAP4rev2",
                _ => "IMAP4rev2 QRESYNC",
            }));
        }
    }

    /// <summary>Selects a folder; false where it is not there. Where it was known before and QRESYNC is on, resynchronises.</summary>
    public async Task<bool> SelectAsync(string folder, bool readOnly, bool withMatches)
    {
        Leave();
        _selecting = new FolderView(folder, mode, registry, _counters);
        var earlier = UsesVanished ? _left.GetValueOrDefault(folder) : null;
        var parameter = "";
        if (earlier is { Messages.Count: > 0 })
        {
            _selecting.ResyncFrom(earlier);
            var match = withMatches ? $" 1:{uint.MaxValue} (1,{earlier.Messages.Count} {earlier.Messages[0].Uid},{earlier.Messages[^1].Uid})" : "";
            match = earlier.Messages.Count == 1 || earlier.Messages.Exists(m => m.Uid is null) ? "" : match;
            parameter = $" (QRESYNC ({earlier.UidValidity} {earlier.HighestModSeq}{match}))";
        }

        var good = await RunAsync(new ViewCommand($"{(readOnly ? "EXAMINE" : "SELECT")} {folder}{parameter}") { MayFail = true });
        if (good)
        {
            View = _selecting;
            View.Selected(earlier);
            _left[folder] = View;
        }

        _selecting = null;
        return good;
    }

    /// <summary>The folder is no longer selected; what is known of it is kept.</summary>
    public void Leave() => View = null;

    /// <summary>Sends commands in one go and hears all they bring. False where the last one was NO, or the session is gone.</summary>
    public async Task<bool> RunAsync(params ViewCommand[] commands)
    {
        var text = "";
        foreach (var command in commands)
        {
            command.Tag = $"t{++_tag}";
            _running.Enqueue(command);
            text += $"{command.Tag} {command.Text}\r\n";
            Remember($"C: {command.Tag} {command.Text}");
        }

        await _client!.SendAsync(text);
        var good = true;
        while (_running.Count > 0 && !IsGone)
        {
            good = await HearAsync() ?? good;
        }

        return good && !IsGone;
    }

    /// <summary>IDLE until others have done so many commands.</summary>
    public async Task IdleAsync(int commands)
    {
        var idle = new ViewCommand("IDLE") { Tag = $"t{++_tag}" };
        _running.Enqueue(idle);
        Remember($"C: {idle.Tag} IDLE");
        await _client!.SendAsync($"{idle.Tag} IDLE\r\n");
        while (!IsGone && _said.Last() is var last && !last.StartsWith("S: +", StringComparison.Ordinal))
        {
            await HearAsync();
        }

        var others = progress.IdleAsync(commands);
        while (!IsGone && !others.IsCompleted)
        {
            var octets = _client.HearAsync();
            if (await Task.WhenAny(octets, others) == octets)
            {
                await HearAsync();
            }
        }

        if (!IsGone)
        {
            await _client.SendAsync("DONE\r\n");
            await EndIdleAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    private async Task EndIdleAsync()
    {
        Remember("C: DONE");
        while (_running.Count > 0 && !IsGone)
        {
            await HearAsync();
        }
    }

    /// <summary>Hears one response; true or false at a tagged OK or NO, else null.</summary>
    private async Task<bool?> HearAsync()
    {
        try
        {
            var line = await ImapNode.ReadAsync(_client!) ?? throw new ViewMismatchException("The server closed the connection");
            Remember($"S: {line}");
            return Hear(line);
        }
        catch (Exception e) when (e is ViewMismatchException or TimeoutException or FormatException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            // What cannot be read is as wrong as what cannot be.
            throw Mismatch(e.Message, e);
        }
    }

    private bool? Hear(string line)
    {
        var running = _running.Count > 0 ? _running.Peek() : null;
        if (running is not null && line.StartsWith(running.Tag + " ", StringComparison.Ordinal))
        {
            _running.Dequeue();
            progress.Tick();
            return Finish(running, line[(running.Tag.Length + 1)..]);
        }

        if (line.StartsWith("+ ", StringComparison.Ordinal))
        {
            return null;
        }

        FolderView.Demand(line.StartsWith("* ", StringComparison.Ordinal), $"'{line}' belongs to no command");
        if (line.StartsWith("* BYE", StringComparison.Ordinal))
        {
            FolderView.Demand(View is not null && line.Contains("deleted", StringComparison.OrdinalIgnoreCase), line);
            IsGone = true;
            return null;
        }

        if (line.StartsWith("* OK [CLOSED]", StringComparison.Ordinal))
        {
            // Of the folder before, or of one that the session itself has deleted.
            View = null;
            return null;
        }

        if (line.StartsWith("* ENABLED", StringComparison.Ordinal) || line.StartsWith("* CAPABILITY", StringComparison.Ordinal))
        {
            return null;
        }

        // Response texts are not tokens; what stands in their codes is looked for.
        var nodes = ImapNode.Parse(line.StartsWith("* OK ", StringComparison.Ordinal) ? "* OK" : line);
        if (line.StartsWith("* OK [COPYUID ", StringComparison.Ordinal))
        {
            running?.Finish?.Invoke(line[2..]);
            return null;
        }

        var view = _selecting ?? View;
        if (view is null || !view.Hear(line, nodes, running, _selecting is not null))
        {
            FolderView.Demand(running is not null, $"'{line}' belongs to no command");
            running!.Hear?.Invoke(nodes);
        }

        return null;
    }

    private bool Finish(ViewCommand command, string reply)
    {
        FolderView.Demand(!reply.StartsWith("BAD", StringComparison.Ordinal), $"{command.Text} -> {reply}");
        if (reply.StartsWith("NO", StringComparison.Ordinal))
        {
            var isGoing = reply.StartsWith("NO [NONEXISTENT]", StringComparison.Ordinal) && ViewWork.Passing.Contains(View?.Name);
            FolderView.Demand(command.MayFail || isGoing || reply.StartsWith("NO [EXPUNGEISSUED]", StringComparison.Ordinal), $"{command.Text} -> {reply}");
            return false;
        }

        var modified = FolderView.Modified(reply);
        var someAreGone = reply.StartsWith("OK [EXPUNGEISSUED]", StringComparison.Ordinal);
        foreach (var message in command.Targets.Where(m => !m.IsGone))
        {
            var told = command.Told.GetValueOrDefault(message);
            var isModified = command.ByUid ? message.Uid is { } uid && modified.Contains(uid) : modified.Contains((uint)View!.Messages.IndexOf(message) + 1);
            if (command.Store is { } store && !isModified && told?.Contains("FLAGS") != true)
            {
                FolderView.Demand(store.IsSilent, $"{command.Text} told no flags of {message}");
                // Where some are gone the flags of the others are told, so these are the ones.
                if (message.Flags is { } flags && !someAreGone)
                {
                    View!.Reckon(message, ViewedMessage.Apply(flags, store.Mode, store.Flags));
                }
            }

            foreach (var item in command.Wanted)
            {
                FolderView.Demand(told?.Contains(item) == true, $"{command.Text} told no {item} of {message}");
            }
        }

        if (FolderView.Code(reply, "HIGHESTMODSEQ") is { } modSeq)
        {
            View?.Reached(modSeq);
        }

        command.Finish?.Invoke(reply);
        return true;
    }

    private void Remember(string line)
    {
        _said.Enqueue(line.Length > 600 ? line[..600] + " …" : line);
        if (_said.Count > RememberedLines)
        {
            _said.Dequeue();
        }
    }

    private ViewMismatchException Mismatch(string what, Exception? inner) =>
        new($"{mode} on {View?.Name ?? "no folder"}: {what}{Environment.NewLine}{string.Join(Environment.NewLine, _said)}", inner);
}
