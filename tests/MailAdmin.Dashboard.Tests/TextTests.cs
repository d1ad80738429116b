using System.Globalization;
using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;
using Terminal.Gui.Text;

namespace MailAdmin.Dashboard.Tests;

/// <summary>Text of every script in the cells of a terminal.</summary>
public class TextTests
{
    private const string Coder = "\U0001F469\u200D\U0001F4BB";

    [Fact]
    public void Long_lines_break_at_blanks_where_they_can()
    {
        Assert.Equal(["the quick", "brown fox"], TextWrap.Wrap(["the quick brown fox"], 10));
        Assert.Equal(["0123456789", "tail"], TextWrap.Wrap(["0123456789 tail"], 10));
        Assert.Equal([new string('x', 10), new string('x', 5)], TextWrap.Wrap([new string('x', 15)], 10));
        Assert.Equal([""], TextWrap.Wrap([""], 10));
    }

    [Fact]
    public void An_indented_word_without_blanks_stays_behind_its_indent() =>
        Assert.Equal(["  https://", "example.jp"], TextWrap.Wrap(["  https://example.jp"], 10));

    [Fact]
    public void Wide_characters_take_two_cells_of_a_line()
    {
        Assert.Equal(["会議の資料", "をお送りし", "ます"], TextWrap.Wrap(["会議の資料をお送りします"], 10));
        Assert.Equal(["> 会議の資", "料をお送り"], TextWrap.Wrap(["> 会議の資料をお送り"], 11));
    }

    [Fact]
    public void A_line_in_Hindi_fits_also_where_a_terminal_gives_its_vowel_signs_cells_of_their_own()
    {
        var wrapped = TextWrap.Wrap(["यह हिन्दी में एक परीक्षण संदेश है। कृपया इसे पढ़ें"], 14);
        Assert.Equal("यह हिन्दी में एक परीक्षण संदेश है। कृपया इसे पढ़ें", string.Join(' ', wrapped));
        Assert.All(wrapped, line => Assert.InRange(line.Count(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark), 1, 14));
    }

    [Fact]
    public void A_full_stop_does_not_begin_a_line_nor_does_a_bracket_end_one()
    {
        Assert.Equal(["会議の資", "料。次は"], TextWrap.Wrap(["会議の資料。次は"], 10));
        Assert.Equal(["会議の資", "「料」を"], TextWrap.Wrap(["会議の資「料」を"], 10));
    }

    [Theory]
    [InlineData("e\u0301")]
    [InlineData(Coder)]
    [InlineData("\U0001F44D\U0001F3FD")]
    [InlineData("\U0001F1EF\U0001F1F5")]
    [InlineData("か\u3099")]
    [InlineData("\u0645\u064E")]
    [InlineData("日")]
    public void Whatever_is_one_character_to_the_eye_stays_whole_and_no_line_is_too_long(string grapheme)
    {
        var line = string.Concat(Enumerable.Repeat("x" + grapheme, 60));
        var wrapped = TextWrap.Wrap([line], 11);
        Assert.Equal(line, string.Concat(wrapped));
        Assert.All(wrapped, piece =>
        {
            Assert.InRange(TextCells.Measure(piece), 1, 11);
            Assert.Equal(0, CountBroken(piece));
        });

        int CountBroken(string piece) => StringInfo.ParseCombiningCharacters(piece).Select((at, i) => StringInfo.GetNextTextElement(piece, at)).Count(e => e != grapheme && e != "x" && e != "x" + grapheme);
    }

    [Theory]
    [InlineData(Coder, "\U0001F469", 2)]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F468", 2)]
    [InlineData("\u2764\uFE0F", "\u2764", 1)]
    [InlineData("1\uFE0F\u20E3", "1\u20E3", 1)]
    [InlineData("\U0001F44D\U0001F3FD", "\U0001F44D", 2)]
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "\U0001F3F4", 2)]
    [InlineData("\U0001F1EF\U0001F1F5", "\U0001F1EF\U0001F1F5", 2)]
    [InlineData("\u0915\u094D\u200D", "\u0915\u094D\u200D", 1)]
    public void Of_an_emoji_sequence_is_drawn_what_all_terminals_agree_on(string text, string drawn, int cells) =>
        Assert.Equal((drawn, text.Length, cells), TextCells.Next(text, 0));

    [Fact]
    public void The_quick_way_counts_as_the_terminal_library_does()
    {
        for (var c = ' '; c < '\u2700'; c++)
        {
            if (char.IsControl(c) || c is '\u00ad' or '\u2028' or '\u2029' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format)
            {
                continue;
            }

            Assert.True(c.ToString().GetColumns() == TextCells.Measure(c.ToString()), $"U+{(int)c:X4}");
        }
    }

    [Fact]
    public void The_source_of_a_mail_in_UTF8_is_legible_and_of_another_each_octet_is_seen()
    {
        byte[] source = [.. "Subject: 会議\r\n\r\n"u8, (byte)'M', 0xfc, (byte)'n'];
        using var dashboard = new HeadlessDashboard(80, 24, server =>
        {
            server.Contents[43] = source;
            server.Messages[3] = server.Messages[3] with { SizeBytes = source.Length };
        });
        dashboard.Look().Press(Key.D3, Key.Enter, Key.Enter, Key.Enter, Key.O);
        Assert.Contains("Subject: 会議", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("Mün", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mail_in_japanese_is_read_to_the_end()
    {
        var text = string.Concat(Enumerable.Range(0, 20).Select(i => "会議の資料をお送り")) + "終";
        using var dashboard = new HeadlessDashboard(80, 24, server => server.Views[43] = server.Views[42] with { Message = server.Messages[3], Text = text });
        dashboard.Look().Press(Key.D3, Key.Enter, Key.Enter, Key.Enter);
        var shown = dashboard.Screen.Split('\n')[9..^1];
        Assert.Equal(text, string.Concat(shown.Select(line => line.Trim().Replace(" ", "", StringComparison.Ordinal))));
    }
}
