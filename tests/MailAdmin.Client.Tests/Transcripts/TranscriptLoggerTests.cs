using System.Text;
using MailAdmin.Client.Transcripts;

namespace MailAdmin.Client.Tests.Transcripts;

public class TranscriptLoggerTests
{
    // C: and S: lines as they go over the wire; what is shown afterwards.
    private static string[] Play(MailProtocol protocol, int chunk, params string[] conversation)
    {
        using var logger = new TranscriptLogger(protocol, TimeProvider.System);
        foreach (var line in conversation)
        {
            var octets = Encoding.UTF8.GetBytes(line[3..] + "\r\n");
            for (var i = 0; i < octets.Length; i += chunk)
            {
                var count = Math.Min(chunk, octets.Length - i);
                if (line[0] == 'C')
                {
                    logger.LogClient(octets, i, count);
                }
                else
                {
                    logger.LogServer(octets, i, count);
                }
            }
        }

        return [.. logger.Lines.Select(l => $"{(l.Direction == TranscriptDirection.Client ? 'C' : l.Direction == TranscriptDirection.Server ? 'S' : 'N')}: {l.Text}")];
    }

    public static TheoryData<int> Chunks => [1, 7, 10_000];

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Smtp_hides_both_sides_of_a_login_and_counts_content(int chunk) => Assert.Equal(
        ["C: EHLO me", "S: 250 AUTH PLAIN", "C: AUTH SCRAM-SHA-256 ****", "S: 334 ****", "C: ****", "S: 235 ok", "C: DATA", "S: 354 go", "N: (11 octets of content)", "S: 250 done", "C: QUIT"],
        Play(MailProtocol.Smtp, chunk,
            "C: EHLO me", "S: 250 AUTH PLAIN", "C: AUTH SCRAM-SHA-256 c2VjcmV0", "S: 334 c2FsdA==", "C: QUIT", "S: 235 ok", "C: DATA", "S: 354 go", "C: AUTH text", "S: 250 done", "C: QUIT"));

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Imap_hides_LOGIN_also_when_its_arguments_are_literals(int chunk)
    {
        var shown = Play(MailProtocol.Imap, chunk,
            "C: A1 LOGIN alice {6}", "S: + go", "C: secret", "S: A1 OK", "C: A2 AUTHENTICATE PLAIN c2VjcmV0", "S: + c2VjcmV0", "C: c2VjcmV0", "S: A2 OK", "C: A3 UID FETCH 1 (FLAGS)");

        Assert.DoesNotContain(shown, l => l.Contains("secret", StringComparison.Ordinal) || l.Contains("c2Vjc", StringComparison.Ordinal));
        Assert.Contains("C: A1 LOGIN ****", shown);
        Assert.Contains("C: A2 AUTHENTICATE PLAIN ****", shown);
        Assert.Contains("C: A3 UID FETCH 1 (FLAGS)", shown);
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Pop3_hides_PASS_and_does_not_keep_messages(int chunk)
    {
        var shown = Play(MailProtocol.Pop3, chunk, "S: +OK", "C: USER alice", "S: +OK", "C: PASS secret", "S: +OK", "C: RETR 1", "S: +OK", "S: Subject: private", "S: .", "C: QUIT");

        Assert.Equal(["S: +OK", "C: USER alice", "S: +OK", "C: PASS ****", "S: +OK", "C: RETR 1", "S: +OK", "N: (content)", "C: QUIT"], shown);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(TranscriptLogger.MaxLineLength - 3)]
    [InlineData(TranscriptLogger.MaxLineLength + 1)]
    [InlineData(TranscriptLogger.MaxLineLength + 30)]
    [InlineData(10_000)]
    public void A_literal_is_counted_however_long_the_line_before_it(int length)
    {
        var shown = Play(MailProtocol.Imap, 10_000, $"S: * 1 FETCH ({new string('x', length)} {{15}}", "S: private content)", "S: A1 OK");

        Assert.Equal(["S: )", "S: A1 OK"], shown[1..]);
    }

    [Fact]
    public void What_is_missing_of_a_long_line_does_not_run_together_into_a_literal() => Assert.Contains("S: next",
        Play(MailProtocol.Imap, 10_000, $"S: * OK {new string('x', TranscriptLogger.MaxLineLength - 8)}{{1{new string('x', 50)}{new string('2', 30)}}}", "S: next"));

    [Fact]
    public void What_is_not_known_is_hidden() => Assert.Equal(["C: ****"], Play(MailProtocol.Smtp, 100, "C: XPASSWORD secret"));

    [Fact]
    public void A_peer_cannot_make_it_grow_or_write_escapes()
    {
        using var logger = new TranscriptLogger(MailProtocol.Smtp, TimeProvider.System);
        var line = Encoding.ASCII.GetBytes("220 \e[2J" + new string('x', 100_000) + "\r\n");
        for (var i = 0; i < 2 * TranscriptLogger.MaxLines; i++)
        {
            logger.LogServer(line, 0, line.Length);
        }

        Assert.Equal(TranscriptLogger.MaxLines, logger.Lines.Count);
        Assert.All(logger.Lines, l => Assert.True(l.Text.Length <= TranscriptLogger.MaxLineLength + 1 && !l.Text.Contains('\e', StringComparison.Ordinal)));
    }
}
