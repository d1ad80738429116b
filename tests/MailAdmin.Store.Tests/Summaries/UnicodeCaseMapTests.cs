using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>i;unicode-casemap. RFC 5051.</summary>
public sealed class UnicodeCaseMapTests
{
    [Theory]
    [InlineData("straße", "STRAßE")]
    [InlineData("e\u0301t\u00e9", "\u00c9TE\u0301")]
    [InlineData("\uff21\uff22\uff23", "abc")]
    public void What_differs_by_case_or_composition_alone_is_equal(string one, string other) => Assert.Equal(UnicodeCaseMap.Key(one), UnicodeCaseMap.Key(other));

    [Fact]
    public void An_accented_letter_stands_with_its_base_letter()
    {
        string[] words = ["zebra", "\u00e9clair", "eclipse", "fir"];
        Assert.Equal(["eclipse", "\u00e9clair", "fir", "zebra"], words.OrderBy(UnicodeCaseMap.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a\ud800b")]
    [InlineData("a\ufffeb")]
    public void What_is_no_text_is_only_put_in_upper_case(string text) => Assert.Equal(text.ToUpperInvariant(), UnicodeCaseMap.Key(text));
}
