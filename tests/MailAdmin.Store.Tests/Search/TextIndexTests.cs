using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Store.Search;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Search;

/// <summary>The text index never hides what reading would find, whatever becomes of its files.</summary>
public sealed class TextIndexTests : IAsyncLifetime
{
    private static readonly ScramVerifier Verifier = ScramVerifier.Create("unused");
    private static readonly string[] Words = ["alpha", "Beta", "GAMMA", "d\u00e9lta", "\u00dcber", "stra\u00dfe", "xyzzy", "0123", "\u4f60\u597d", "\ud83d\ude00", "aa", "end"];

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();
    private SqliteMailStore _store = null!;
    private FolderId _inbox;

    public async ValueTask InitializeAsync()
    {
        await OpenAsync();
        var mailbox = await _store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse("a@x.example"), Verifier) { CreateDomain = true });
        _inbox = (await _store.Folders.FindAsync(mailbox.Id, "INBOX"))!.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void What_is_equal_without_case_folds_to_one()
    {
        for (var c = 0; c <= char.MaxValue; c++)
        {
            var character = (char)c;
            foreach (var other in (ReadOnlySpan<char>)[char.ToUpperInvariant(character), char.ToLowerInvariant(character)])
            {
                if (string.Equals(character.ToString(), other.ToString(), StringComparison.OrdinalIgnoreCase))
                {
                    Assert.Equal(Trigrams(character), Trigrams(other));
                }
            }
        }

        static char Trigrams(char character) => TrigramSet.Fold(character);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_never_hides_what_reading_finds(int seed)
    {
        var random = new Random(seed);
        await AppendAsync(random, 150);
        await IndexAsync();
        await CompareAsync(random, allKnown: true);
        await AppendAsync(random, 20);
        await CompareAsync(random, allKnown: false);
    }

    [Fact]
    public async Task A_text_that_is_nowhere_has_no_candidates()
    {
        await AppendAsync(new Random(3), 150);
        await IndexAsync();
        var filter = _store.TextSearch.Find("qqqwwwzzz")!;
        await foreach (var message in _store.Messages.ReadAsync(_inbox, UidSet.All, MessageParts.None))
        {
            Assert.False(filter.MayHold(message, out _));
        }

        Assert.Null(_store.TextSearch.Find("ab"));
    }

    [Fact]
    public async Task It_is_kept_across_a_restart_and_made_again_where_it_is_damaged()
    {
        var random = new Random(4);
        await AppendAsync(random, 200);
        await IndexAsync();
        await ReopenAsync();
        await CompareAsync(random, allKnown: true);

        await _store.DisposeAsync();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "search")));
        var octets = File.ReadAllBytes(file);
        octets[octets.Length / 2] ^= 1;
        File.WriteAllBytes(file, octets);
        await OpenAsync();
        await CompareAsync(random, allKnown: false);
        await IndexAsync();
        await CompareAsync(random, allKnown: true);

        await _store.DisposeAsync();
        File.WriteAllText(Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "search"))), "nonsense");
        await OpenAsync();
        await CompareAsync(random, allKnown: false);
    }

    private async Task OpenAsync() => _store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _directory.Path, TimeProvider = _clock });

    private async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        await OpenAsync();
    }

    private async Task IndexAsync()
    {
        _store.TextSearch.Request(_inbox);
        // Word of the last mail may come after the clock moved, so it moves until the work is done.
        await Eventually.Holds(
            () =>
            {
                _clock.Advance(TextIndex.QuietTime);
                return ((TextIndex)_store.TextSearch).Work.IsCompleted;
            }, "the index");
    }

    private async Task AppendAsync(Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await using var incoming = _store.Messages.CreateIncoming();
            await incoming.WriteAsync(Message(random));
            await _store.Messages.AppendAsync(_inbox, [new AppendItem(incoming, default, [], null)]);
        }
    }

    private static byte[] Message(Random random)
    {
        var subject = Text(random, 3);
        var text = Text(random, random.Next(60));
        return random.Next(4) switch
        {
            0 => Encoding.UTF8.GetBytes($"Subject: {subject}\r\n\r\n{text}\r\n"),
            1 => Encoding.ASCII.GetBytes($"Subject: =?utf-8?b?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks)}\r\n"),
            2 => Encoding.Latin1.GetBytes($"X: y\r\n\r\n{text.Replace("\u4f60\u597d", "", StringComparison.Ordinal).Replace("\ud83d\ude00", "", StringComparison.Ordinal)}\r\n"),
            _ => Encoding.UTF8.GetBytes($"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; name=\"{Words[random.Next(3)]}.txt\"\r\n\r\n{text}\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n{text}\r\n--b--\r\n"),
        };
    }

    private static string Text(Random random, int words) => string.Join(random.Next(3) == 0 ? "" : " ", Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));

    private async Task CompareAsync(Random random, bool allKnown)
    {
        var needles = Enumerable.Range(0, 40).Select(_ => Text(random, random.Next(1, 3))).Where(n => n.Length >= 3)
            .Select(n => n[random.Next(n.Length - 2)..]).Select(n => random.Next(2) == 0 ? n.ToUpperInvariant() : n).ToList();
        foreach (var needle in needles)
        {
            var filter = _store.TextSearch.Find(needle)!;
            await foreach (var message in _store.Messages.ReadAsync(_inbox, UidSet.All, MessageParts.Summary))
            {
                using var content = await _store.Messages.OpenAsync(message);
                var may = filter.MayHold(message, out var isKnown);
                var finder = new Finder(needle);
                Assert.True(may || !MessageText.Visit(content, message.Summary!.Root, true, needle.Length - 1, ref finder), needle);
                Assert.True(isKnown || !allKnown);
            }
        }
    }

    private readonly struct Finder(string text) : ITextVisitor
    {
        public bool Visit(scoped ReadOnlySpan<char> window) => window.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
