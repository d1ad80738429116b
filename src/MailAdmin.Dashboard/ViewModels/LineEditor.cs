using System.Text;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>One line of text being typed: filter, command, field of a dialog. Grapheme by grapheme, so that é and 日 are one step each.</summary>
internal sealed class LineEditor
{
    /// <summary>Longest line; a paste beyond it is cut.</summary>
    public const int MaxLength = 4096;

    private string _text = "";
    private int _cursor;

    /// <summary>The text; setting it puts the cursor at its end.</summary>
    public string Text
    {
        get => _text;
        set => Set(value, value.Length);
    }

    /// <summary>Index of the character under the cursor; the length of the text at its end.</summary>
    public int Cursor => _cursor;

    /// <summary>Replaces text and cursor.</summary>
    public void Set(string text, int cursor)
    {
        _text = text.Length > MaxLength ? text[..MaxLength] : text;
        _cursor = Math.Clamp(cursor, 0, _text.Length);
    }

    /// <summary>Puts text in at the cursor; line ends become spaces and other control characters are left out.</summary>
    public void Insert(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\n' or '\t')
            {
                clean.Append(' ');
            }
            else if (!char.IsControl(c))
            {
                clean.Append(c);
            }
        }

        var room = MaxLength - _text.Length;
        if (clean.Length > room)
        {
            clean.Length = Math.Max(0, room);
        }

        _text = _text.Insert(_cursor, clean.ToString());
        _cursor += clean.Length;
    }

    public void Left() => _cursor = Previous(_cursor);

    public void Right() => _cursor = Next(_cursor);

    public void Home() => _cursor = 0;

    public void End() => _cursor = _text.Length;

    public void WordLeft() => _cursor = WordStart();

    public void WordRight()
    {
        while (_cursor < _text.Length && !char.IsLetterOrDigit(_text[_cursor]))
        {
            _cursor++;
        }

        while (_cursor < _text.Length && char.IsLetterOrDigit(_text[_cursor]))
        {
            _cursor++;
        }
    }

    public void Backspace() => Remove(Previous(_cursor), _cursor);

    public void Delete() => Remove(_cursor, Next(_cursor));

    public void DeleteWord() => Remove(WordStart(), _cursor);

    public void DeleteToStart() => Remove(0, _cursor);

    public void DeleteToEnd() => Remove(_cursor, _text.Length);

    public void Clear() => Set("", 0);

    private int WordStart()
    {
        var at = _cursor;
        while (at > 0 && !char.IsLetterOrDigit(_text[at - 1]))
        {
            at--;
        }

        while (at > 0 && char.IsLetterOrDigit(_text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private void Remove(int from, int to)
    {
        _text = _text.Remove(from, to - from);
        _cursor = from;
    }

    private int Next(int at) => at >= _text.Length ? at : at + System.Globalization.StringInfo.GetNextTextElementLength(_text, at);

    private int Previous(int at)
    {
        var last = 0;
        for (var i = 0; i < at; i = Next(i))
        {
            last = i;
        }

        return last;
    }
}
