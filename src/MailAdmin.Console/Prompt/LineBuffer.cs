namespace MailAdmin.Console.Prompt;

/// <summary>The text being edited and the cursor in it. Knows no terminal.</summary>
internal sealed class LineBuffer
{
    /// <summary>The text; lines are separated by <c>\n</c>.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Index into the text; never inside a surrogate pair.</summary>
    public int Cursor { get; private set; }

    /// <summary>Replaces everything; the cursor goes to the end, or where it is told.</summary>
    public void Set(string text, int? cursor = null)
    {
        Text = text;
        Cursor = Math.Clamp(cursor ?? text.Length, 0, text.Length);
    }

    /// <summary>Inserts at the cursor.</summary>
    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>One character to the left.</summary>
    public void Left() => Cursor -= Step(Cursor, -1);

    /// <summary>One character to the right.</summary>
    public void Right() => Cursor += Step(Cursor, 1);

    /// <summary>To the beginning of the line.</summary>
    public void Home() => Cursor = Text.LastIndexOf('\n', Math.Max(0, Cursor - 1), Math.Max(0, Cursor)) + 1;

    /// <summary>To the end of the line.</summary>
    public void End() => Cursor = Text.IndexOf('\n', Cursor) is >= 0 and var at ? at : Text.Length;

    /// <summary>To the beginning of the word.</summary>
    public void WordLeft() => Cursor = WordStart();

    /// <summary>Behind the end of the word.</summary>
    public void WordRight() => Cursor = WordEnd();

    /// <summary>Takes the character before the cursor away.</summary>
    public void Backspace() => Remove(Cursor - Step(Cursor, -1), Cursor);

    /// <summary>Takes the character at the cursor away.</summary>
    public void Delete() => Remove(Cursor, Cursor + Step(Cursor, 1));

    /// <summary>Takes the word before the cursor away.</summary>
    public void DeleteWordLeft() => Remove(WordStart(), Cursor);

    /// <summary>Takes what follows in the line away.</summary>
    public void DeleteToEnd()
    {
        var from = Cursor;
        End();
        Remove(from, Cursor);
    }

    /// <summary>Takes what precedes in the line away.</summary>
    public void DeleteToHome()
    {
        var to = Cursor;
        Home();
        Remove(Cursor, to);
    }

    /// <summary>Puts another text in place of a part.</summary>
    public void Replace(int start, int length, string text) => Set(Text.Remove(start, length).Insert(start, text), start + text.Length);

    private void Remove(int from, int to)
    {
        Text = Text.Remove(from, to - from);
        Cursor = from;
    }

    private int Step(int at, int direction)
    {
        var next = at + direction;
        if (next < 0 || next > Text.Length)
        {
            return 0;
        }

        var (first, second) = direction < 0 ? (at - 2, at - 1) : (at, at + 1);
        return first >= 0 && second < Text.Length && char.IsSurrogatePair(Text[first], Text[second]) ? 2 : 1;
    }

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && !char.IsLetterOrDigit(Text[at - 1]))
        {
            at--;
        }

        while (at > 0 && char.IsLetterOrDigit(Text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private int WordEnd()
    {
        var at = Cursor;
        while (at < Text.Length && !char.IsLetterOrDigit(Text[at]))
        {
            at++;
        }

        while (at < Text.Length && char.IsLetterOrDigit(Text[at]))
        {
            at++;
        }

        return at;
    }
}
