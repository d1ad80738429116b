using System.Globalization;
using System.Text.RegularExpressions;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>
/// Many sessions change the same few folders at random, each keeping its own books from what the server tells it; at the end every session's
/// books equal the store's.
/// </summary>
public sealed partial class ImapViewTests
{
    private const int Sessions = 200, Rounds = 14, Seed = 20261122;
    private static readonly string[] Folders = ["INBOX", "Archive", "Junk"];

    [Fact]
    public async Task Every_sessions_view_equals_the_stores()
    {
        await using var server = await ImapServer.StartAsync();
        var views = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(async n => new View(await server.LogInAsync(), n)));
        await Task.WhenAll(views.Select(v => v.WorkAsync()));
        await Task.WhenAll(views.Select(v => v.SettleAsync()));

        var mailbox = await server.Store.Accounts.FindMailboxAsync(Addresses.MailboxAddress.Parse("alice@example.com"));
        foreach (var folder in Folders)
        {
            var record = await server.Store.Folders.FindAsync(mailbox!.Id, folder);
            var snapshot = await server.Store.Messages.GetSnapshotAsync(record!.Id);
            var expected = snapshot.Enumerate().Select(m => $"{m.Uid} {Show(m.Flags, snapshot.Keywords)}").ToList();
            foreach (var view in views.Where(v => v.Folder == folder))
            {
                Assert.Equal(expected, view.Books);
            }
        }

        foreach (var view in views)
        {
            await view.DisposeAsync();
        }
    }

    private static string Show(MessageFlags flags, FolderKeywords keywords)
    {
        var names = new List<string>();
        foreach (var (flag, name) in new[] { (MessageFlags.Seen, "\\Seen"), (MessageFlags.Answered, "\\Answered"), (MessageFlags.Flagged, "\\Flagged"), (MessageFlags.Deleted, "\\Deleted"), (MessageFlags.Draft, "\\Draft") })
        {
            if (flags.Has(flag))
            {
                names.Add(name);
            }
        }

        names.AddRange(Enumerable.Range(0, keywords.Count).Where(flags.HasKeyword).Select(k => keywords[k]));
        return string.Join(' ', names.Order(StringComparer.Ordinal));
    }

    private sealed partial class View(RawClient client, int number) : IAsyncDisposable
    {
        private static readonly string[] Flags = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$One", "$Two"];

        private readonly Random _random = new(Seed + number);
        private readonly List<(uint? Uid, string? Flags)> _messages = [];
        private readonly bool _resync = number % 4 == 3;
        private int _tag;

        public string Folder { get; } = Folders[number % Folders.Length];

        public IEnumerable<string> Books => _messages.Select(m => $"{m.Uid} {m.Flags}");

        public async Task WorkAsync()
        {
            if (_resync)
            {
                await RunAsync("ENABLE QRESYNC");
            }

            await RunAsync($"SELECT {Folder}");
            for (var round = 0; round < Rounds; round++)
            {
                var any = _messages.Count == 0 ? 0 : _random.Next(_messages.Count) + 1;
                switch (_random.Next(12))
                {
                    case 0 or 1 or 2:
                        await RunAsync($"APPEND {Folder} ({(_random.Next(2) == 0 ? "\\Seen" : "")}) {{5+}}\r\nx: y\n");
                        break;
                    case 3 or 4 or 5 when any > 0:
                        var silent = _random.Next(2) == 0;
                        var sign = "+-"[_random.Next(2)];
                        var flag = Flags[_random.Next(Flags.Length)];
                        var told = await RunAsync($"STORE {any} {sign}FLAGS{(silent ? ".SILENT" : "")} ({flag})");
                        if (silent && told)
                        {
                            Reckon(any, sign, flag);
                        }

                        break;
                    case 6 when any > 0:
                        await RunAsync($"EXPUNGE");
                        break;
                    case 7 when any > 0:
                        await RunAsync($"COPY {any} {Folders[_random.Next(Folders.Length)]}");
                        break;
                    case 8 when any > 0 && _messages[any - 1].Uid is { } uid:
                        await RunAsync($"UID MOVE {uid} {Folders[_random.Next(Folders.Length)]}");
                        break;
                    case 9 when !_resync:
                        await IdleAsync();
                        break;
                    case 10 when any > 0:
                        await RunAsync("FETCH 1:* (UID FLAGS)");
                        break;
                    default:
                        await RunAsync("NOOP");
                        break;
                }
            }
        }

        public async Task SettleAsync()
        {
            await RunAsync("NOOP");
            for (var i = 0; i < _messages.Count; i++)
            {
                // What was told must be right; what was never told (a new message's flags) is asked for.
                if (_messages[i].Flags is null || _messages[i].Uid is null)
                {
                    await RunAsync($"FETCH {i + 1} (UID FLAGS)");
                }
            }
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();

        private async Task IdleAsync()
        {
            await client.SendLineAsync("idle IDLE");
            while (await client.ReadLineAsync() is { } line && !line.StartsWith("+ ", StringComparison.Ordinal))
            {
                Hear(line);
            }

            await client.SendLineAsync("DONE");
            await AnswerAsync("idle");
        }

        private async Task<bool> RunAsync(string command)
        {
            var tag = $"t{++_tag}";
            await client.SendLineAsync($"{tag} {command}");
            var good = await AnswerAsync(tag);
            var unknown = _resync ? _messages.FindIndex(m => m.Uid is null) : -1;
            if (unknown >= 0)
            {
                await RunAsync($"FETCH {unknown + 1}:* (UID FLAGS)");
            }

            return good;
        }

        private async Task<bool> AnswerAsync(string tag)
        {
            while (true)
            {
                var line = await client.ReadLineAsync() ?? throw new InvalidOperationException("The server closed.");
                if (line.StartsWith(tag + " ", StringComparison.Ordinal))
                {
                    Assert.DoesNotMatch($"^{tag} BAD", line);
                    return line.StartsWith($"{tag} OK", StringComparison.Ordinal);
                }

                Hear(line);
            }
        }

        private void Hear(string line)
        {
            if (Expunge().Match(line) is { Success: true } expunge)
            {
                _messages.RemoveAt(int.Parse(expunge.Groups[1].Value, CultureInfo.InvariantCulture) - 1);
            }
            else if (Vanished().Match(line) is { Success: true } vanished)
            {
                var gone = vanished.Groups[1].Value.Split(',').Select(r => r.Split(':').Select(n => uint.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToList();
                // VANISHED names UIDs: the books can follow because each new message's is asked for at once.
                Assert.Equal(gone.Sum(r => r[^1] - r[0] + 1), _messages.RemoveAll(m => m.Uid is { } uid && gone.Exists(r => uid >= r[0] && uid <= r[^1])));
            }
            else if (Exists().Match(line) is { Success: true } exists)
            {
                var count = int.Parse(exists.Groups[1].Value, CultureInfo.InvariantCulture);
                Assert.True(count >= _messages.Count, $"{line} with {_messages.Count} known");
                while (_messages.Count < count)
                {
                    _messages.Add((null, null));
                }
            }
            else if (Fetch().Match(line) is { Success: true } fetch)
            {
                var index = int.Parse(fetch.Groups[1].Value, CultureInfo.InvariantCulture) - 1;
                Assert.InRange(index, 0, _messages.Count - 1);
                var (uid, flags) = _messages[index];
                if (Uid().Match(line) is { Success: true } newUid)
                {
                    var heard = uint.Parse(newUid.Groups[1].Value, CultureInfo.InvariantCulture);
                    Assert.True(uid is null || uid == heard, $"{line}, but it was {uid}");
                    uid = heard;
                }

                if (FlagList().Match(line) is { Success: true } newFlags)
                {
                    flags = string.Join(' ', newFlags.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(f => f != "\\Recent").Order(StringComparer.Ordinal));
                }

                _messages[index] = (uid, flags);
            }
        }

        private void Reckon(int sequence, char sign, string flag)
        {
            var (uid, flags) = _messages[sequence - 1];
            if (flags is null)
            {
                return;
            }

            var set = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
            _ = sign == '+' ? set.Add(flag) : set.Remove(flag);
            _messages[sequence - 1] = (uid, string.Join(' ', set.Order(StringComparer.Ordinal)));
        }

        [GeneratedRegex(@"^\* (\d+) EXPUNGE$")]
        private static partial Regex Expunge();

        [GeneratedRegex(@"^\* VANISHED ([\d:,]+)$")]
        private static partial Regex Vanished();

        [GeneratedRegex(@"^\* (\d+) EXISTS$")]
        private static partial Regex Exists();

        [GeneratedRegex(@"^\* (\d+) FETCH ")]
        private static partial Regex Fetch();

        [GeneratedRegex(@"UID (\d+)")]
        private static partial Regex Uid();

        [GeneratedRegex(@"FLAGS \(([^)]*)\)")]
        private static partial Regex FlagList();
    }
}
