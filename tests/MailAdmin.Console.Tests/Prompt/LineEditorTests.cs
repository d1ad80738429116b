using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Tests.Prompt;

public class LineEditorTests
{
    private static readonly string[] Commands = ["Get-Mailbox", "Get-MailServer"];

    private static ConsoleKeyInfo Key(ConsoleKey key, ConsoleModifiers modifiers = 0) =>
        new('\0', key, modifiers.HasFlag(ConsoleModifiers.Shift), modifiers.HasFlag(ConsoleModifiers.Alt), modifiers.HasFlag(ConsoleModifiers.Control));

    private static IEnumerable<ConsoleKeyInfo> Type(string text) => text.Select(c => new ConsoleKeyInfo(c, c == ' ' ? ConsoleKey.Spacebar : ConsoleKey.None, false, false, false));

    private static (LineEnd End, string Text) Edit(History history, params IEnumerable<ConsoleKeyInfo>[] keys)
    {
        var queue = new Queue<ConsoleKeyInfo>(keys.SelectMany(k => k).Append(Key(ConsoleKey.Enter)));
        var screen = new StringWriter();
        var editor = new LineEditor(
            queue.Dequeue, new LineRenderer(screen, () => 20), screen, history,
            (text, cursor) => new Completions(0, cursor, [.. Commands.Where(c => c.StartsWith(text[..cursor], StringComparison.OrdinalIgnoreCase))]),
            text => text.Count(c => c == '{') > text.Count(c => c == '}'));
        return editor.Read("> ");
    }

    private static string Edit(params IEnumerable<ConsoleKeyInfo>[] keys) => Edit(History.Open(null), keys).Text;

    [Fact]
    public void Keys_move_and_delete_as_in_a_shell()
    {
        Assert.Equal("abXc", Edit(Type("abc"), [Key(ConsoleKey.LeftArrow)], Type("X")));
        Assert.Equal("Xabc", Edit(Type("abc"), [Key(ConsoleKey.Home)], Type("X")));
        Assert.Equal("ac", Edit(Type("abc"), [Key(ConsoleKey.LeftArrow), Key(ConsoleKey.Backspace)]));
        Assert.Equal("ab", Edit(Type("abc"), [Key(ConsoleKey.LeftArrow), Key(ConsoleKey.Delete)]));
        Assert.Equal("one ", Edit(Type("one two"), [Key(ConsoleKey.W, ConsoleModifiers.Control)]));
        Assert.Equal("c", Edit(Type("abc"), [Key(ConsoleKey.LeftArrow), Key(ConsoleKey.U, ConsoleModifiers.Control)]));
        Assert.Equal("a", Edit(Type("abc"), [Key(ConsoleKey.Home), Key(ConsoleKey.RightArrow), Key(ConsoleKey.K, ConsoleModifiers.Control)]));
        Assert.Equal("new", Edit(Type("old"), [Key(ConsoleKey.Escape)], Type("new")));
    }

    [Fact]
    public void A_character_of_two_code_units_is_one_character() => Assert.Equal("a", Edit(Type("a😀"), [Key(ConsoleKey.Backspace)]));

    [Fact]
    public void Enter_goes_on_until_the_text_is_complete() =>
        Assert.Equal("{\nx\n}", Edit(Type("{"), [Key(ConsoleKey.Enter)], Type("x"), [Key(ConsoleKey.Enter)], Type("}")));

    [Fact]
    public void Tab_goes_through_the_candidates_and_back()
    {
        Assert.Equal("Get-Mailbox", Edit(Type("get-mail"), [Key(ConsoleKey.Tab)]));
        Assert.Equal("Get-MailServer", Edit(Type("get-mail"), [Key(ConsoleKey.Tab), Key(ConsoleKey.Tab)]));
        Assert.Equal("Get-Mailbox", Edit(Type("get-mail"), [Key(ConsoleKey.Tab), Key(ConsoleKey.Tab), Key(ConsoleKey.Tab)]));
        Assert.Equal("Get-Mailbox", Edit(Type("get-mail"), [Key(ConsoleKey.Tab), Key(ConsoleKey.Tab), Key(ConsoleKey.Tab, ConsoleModifiers.Shift)]));
        Assert.Equal("nothing", Edit(Type("nothing"), [Key(ConsoleKey.Tab)]));
    }

    [Fact]
    public void The_arrows_go_through_the_history_and_come_back_to_what_was_typed()
    {
        var history = History.Open(null);
        history.Add("first");
        history.Add("second");

        Assert.Equal("first", Edit(history, [Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow)]).Text);
        Assert.Equal("typed", Edit(history, Type("typed"), [Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow)]).Text);
        Assert.Equal("first", Edit(history, Type("irs"), [Key(ConsoleKey.R, ConsoleModifiers.Control)]).Text);
    }

    [Theory]
    [InlineData('@', ConsoleKey.Q)]
    [InlineData('ć', ConsoleKey.C)]
    [InlineData('ď', ConsoleKey.D)]
    [InlineData('}', ConsoleKey.B)]
    public void AltGr_gives_its_character(char character, ConsoleKey key) =>
        Assert.Equal($"a{character}", Edit(Type("a"), [new ConsoleKeyInfo(character, key, shift: false, alt: true, control: true)]));

    [Fact]
    public void Control_C_abandons_and_control_D_leaves_an_empty_line()
    {
        Assert.Equal(LineEnd.Abandoned, Edit(History.Open(null), Type("abc"), [Key(ConsoleKey.C, ConsoleModifiers.Control)]).End);
        Assert.Equal(LineEnd.EndOfInput, Edit(History.Open(null), [Key(ConsoleKey.D, ConsoleModifiers.Control)]).End);
    }
}
