using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Tests.Prompt;

public class ColumnsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("Grüße", 5)]
    [InlineData("山田 太郎", 9)]
    [InlineData("e\u0301", 1)]
    [InlineData("\u001b[1;32mgreen\u001b[0m", 5)]
    [InlineData("\u001b]0;title\a> ", 2)]
    [InlineData("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", 4)]
    public void Counted_is_what_a_terminal_shows(string text, int expected) => Assert.Equal(expected, Columns.Of(text));

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "ab~")]
    [InlineData("山田", 3, "山~")]
    [InlineData("山田", 2, "~")]
    [InlineData("a😀b", 3, "a~")]
    public void A_text_is_cut_between_characters(string text, int columns, string expected) => Assert.Equal(expected, Columns.Cut(text, columns, "~"));
}
