using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MailAdmin.Protocol.Imap;

namespace MailAdmin.Protocol.Tests.Imap;

public sealed class MailboxNameTests
{
    [Theory]
    [InlineData("INBOX", "INBOX")]
    [InlineData("R&D", "R&-D")]
    [InlineData("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-")]
    [InlineData("Entwürfe", "Entw&APw-rfe")]
    [InlineData("😀", "&2D3eAA-")]
    [InlineData("&&ü&", "&-&-&APw-&-")]
    public void Names_have_one_spelling(string name, string encoded)
    {
        Assert.Equal(encoded, Encoding.ASCII.GetString(ModifiedUtf7.Encode(name)));
        Assert.True(ModifiedUtf7.TryDecode(Encoding.ASCII.GetBytes(encoded), out var decoded));
        Assert.Equal(name, decoded);
    }

    [Theory]
    [InlineData("R&D")]
    [InlineData("&AGE-")]
    [InlineData("&APw")]
    [InlineData("&APx-")]
    [InlineData("&APw-&APw-")]
    [InlineData("&2D0-")]
    [InlineData("&AP/-")]
    [InlineData("&A-")]
    public void Other_spellings_are_refused(string encoded) => Assert.False(ModifiedUtf7.TryDecode(Encoding.ASCII.GetBytes(encoded), out _));

    [Fact]
    public void Raw_utf8_of_older_clients_is_read()
    {
        Assert.True(ModifiedUtf7.TryDecode("Entwürfe"u8, out var name));
        Assert.Equal("Entwürfe", name);
        Assert.False(ModifiedUtf7.TryDecode([0x41, 0xff], out _));
    }

    [Fact]
    public void Every_name_comes_back() =>
        Prop.ForAll<string>(text =>
        {
            var name = string.Concat((text ?? "").EnumerateRunes().Where(r => r != Rune.ReplacementChar));
            var encoded = ModifiedUtf7.Encode(name);
            return Ascii.IsValid(encoded) && ModifiedUtf7.TryDecode(encoded, out var decoded) && decoded == name;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("*", "a/b/c", true)]
    [InlineData("%", "a", true)]
    [InlineData("%", "a/b", false)]
    [InlineData("%/%", "a/b", true)]
    [InlineData("a/%", "a/b", true)]
    [InlineData("a/*", "a", false)]
    [InlineData("a*", "a/b", true)]
    [InlineData("inbox", "INBOX", true)]
    [InlineData("iNb%", "INBOX", true)]
    [InlineData("inbox/x", "INBOX/x", true)]
    [InlineData("inbox/X", "INBOX/x", false)]
    [InlineData("inboxes", "INBOXes", false)]
    [InlineData("A", "a", false)]
    [InlineData("%b%", "abc", true)]
    [InlineData("*b/%d", "a/b/cd", true)]
    [InlineData("*%", "a/b", true)]
    [InlineData("", "a", false)]
    [InlineData("a%*b", "a/x/b", true)]
    public void Patterns_match_as_they_should(string pattern, string name, bool matches) =>
        Assert.Equal(matches, new ListPattern(pattern, '/').Matches(name));

    [Fact]
    public void A_hostile_pattern_costs_no_more_than_the_product_of_the_lengths()
    {
        var pattern = new ListPattern(string.Concat(Enumerable.Repeat("*a%a", 250)) + "b", '/');
        Assert.False(pattern.Matches(new string('a', 1000)));
    }
}
