using MailAdmin.Administration;

namespace MailAdmin.Tests;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("Work*", "work/2026", true)]
    [InlineData("?ork", "Work", true)]
    [InlineData("?ork", "ork", false)]
    [InlineData("[Gmail]/All*", "[Gmail]/All Mail", true)]
    [InlineData("[Gmail]/All*", "G/All Mail", false)]
    [InlineData(@"a\b", @"A\B", true)]
    [InlineData(@"a\*", @"a\b", true)]
    [InlineData(@"a\*", "a*", false)]
    [InlineData("", "x", false)]
    [InlineData("*", "", true)]
    [InlineData("*", null, true)]
    [InlineData("x*", null, false)]
    [InlineData(null, "anything", true)]
    public void Only_two_characters_mean_others(string? pattern, string? name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));

    [Theory]
    [InlineData("What?", "What?")]
    [InlineData("What*", "What? Whats")]
    [InlineData("whats", "Whats")]
    [InlineData("*", "What? Whats *")]
    [InlineData(null, "What? Whats *")]
    [InlineData("Whit?", "")]
    public void One_that_has_the_name_exactly_goes_before_those_it_fits(string? pattern, string chosen) =>
        Assert.Equal(chosen, string.Join(' ', NamePattern.Choose(["What?", "Whats", "*"], pattern, n => n)));
}
