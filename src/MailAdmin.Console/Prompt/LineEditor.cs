namespace MailAdmin.Console.Prompt;

/// <summary>How an edited line ended.</summary>
internal enum LineEnd
{
    /// <summary>Enter on a complete text.</summary>
    Accepted,
    /// <summary>Ctrl+C.</summary>
    Abandoned,
    /// <summary>Ctrl+D on an empty line.</summary>
    EndOfInput,
}

/// <summary>A completion of a text.</summary>
/// <param name="Start">Where the part begins that is replaced.</param>
/// <param name="Length">Its length.</param>
/// <param name="Candidates">What may stand there.</param>
internal sealed record Completions(int Start, int Length, IReadOnlyList<string> Candidates);

/// <summary>
/// Edits one command, over several lines where its text is not complete yet. Keys as in bash and PSReadLine. Own code, because the
/// program may carry no package but the engine and PSReadLine needs a host with more of PowerShell than there is here.
/// </summary>
internal sealed class LineEditor(
    Func<ConsoleKeyInfo> readKey, LineRenderer renderer, TextWriter writer, History history, Func<string, int, Completions>? complete = null, Func<string, bool>? isIncomplete = null)
{
    private readonly LineBuffer _buffer = new();
    private Completions? _completions;
    private int _candidate;
    private string _prompt = "";
    private int _column;
    private int _historyAt;
    private string _kept = "";

    /// <summary>Reads one command.</summary>
    /// <param name="prompt">Written before it, as it is.</param>
    /// <param name="column">Where in its line the prompt begins.</param>
    public (LineEnd End, string Text) Read(string prompt, int column = 0)
    {
        _prompt = prompt;
        var line = prompt.LastIndexOf('\n') + 1;
        _column = Columns.Of(prompt[line..]) + (line == 0 ? column : 0);
        _buffer.Set("");
        _completions = null;
        _historyAt = history.Count;
        writer.Write(prompt);
        renderer.Begin(_column);
        while (true)
        {
            renderer.Draw(_buffer.Text, _buffer.Cursor);
            var key = readKey();
            // AltGr comes as Control and Alt, with the character that it gives.
            var isAltGr = key.Modifiers.HasFlag(ConsoleModifiers.Control | ConsoleModifiers.Alt) && !char.IsControl(key.KeyChar);
            var control = !isAltGr && key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (control && key.Key == ConsoleKey.C)
            {
                return Leave(LineEnd.Abandoned, "^C");
            }

            if (control && key.Key == ConsoleKey.D && _buffer.Text.Length == 0)
            {
                return Leave(LineEnd.EndOfInput, "");
            }

            if (key.Key == ConsoleKey.Enter)
            {
                if (isIncomplete is null || (!key.Modifiers.HasFlag(ConsoleModifiers.Shift) && !isIncomplete(_buffer.Text)))
                {
                    return Leave(LineEnd.Accepted, "");
                }

                _buffer.Insert("\n");
            }
            else if (key.Key == ConsoleKey.Tab)
            {
                Complete(key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1);
                continue;
            }
            else
            {
                Edit(key, control, !isAltGr && key.Modifiers.HasFlag(ConsoleModifiers.Alt));
            }

            _completions = null;
        }
    }

    private (LineEnd End, string Text) Leave(LineEnd end, string mark)
    {
        renderer.Draw(_buffer.Text, _buffer.Text.Length);
        writer.WriteLine(mark);
        writer.Flush();
        return (end, _buffer.Text);
    }

    private void Edit(ConsoleKeyInfo key, bool control, bool alt)
    {
        Action? action = (key.Key, control, alt) switch
        {
            (ConsoleKey.LeftArrow, true, _) or (ConsoleKey.B, _, true) => _buffer.WordLeft,
            (ConsoleKey.RightArrow, true, _) or (ConsoleKey.F, _, true) => _buffer.WordRight,
            (ConsoleKey.LeftArrow, _, _) or (ConsoleKey.B, true, _) => _buffer.Left,
            (ConsoleKey.RightArrow, _, _) or (ConsoleKey.F, true, _) => _buffer.Right,
            (ConsoleKey.Home, _, _) or (ConsoleKey.A, true, _) => _buffer.Home,
            (ConsoleKey.End, _, _) or (ConsoleKey.E, true, _) => _buffer.End,
            (ConsoleKey.W, true, _) or (ConsoleKey.Backspace, true, _) or (ConsoleKey.Backspace, _, true) => _buffer.DeleteWordLeft,
            (ConsoleKey.Backspace, _, _) or (ConsoleKey.H, true, _) => _buffer.Backspace,
            (ConsoleKey.Delete, _, _) or (ConsoleKey.D, true, _) => _buffer.Delete,
            (ConsoleKey.K, true, _) => _buffer.DeleteToEnd,
            (ConsoleKey.U, true, _) => _buffer.DeleteToHome,
            (ConsoleKey.Escape, _, _) => () => _buffer.Set(""),
            (ConsoleKey.UpArrow, _, _) or (ConsoleKey.P, true, _) => () => Recall(-1),
            (ConsoleKey.DownArrow, _, _) or (ConsoleKey.N, true, _) => () => Recall(1),
            (ConsoleKey.R, true, _) => Search,
            (ConsoleKey.L, true, _) => ClearScreen,
            _ => null,
        };
        if (action is not null)
        {
            action();
        }
        else if (!char.IsControl(key.KeyChar) && !control)
        {
            _buffer.Insert(key.KeyChar.ToString());
        }
    }

    private void Recall(int direction)
    {
        var at = _historyAt + direction;
        if (at < 0 || at > history.Count)
        {
            return;
        }

        if (_historyAt == history.Count)
        {
            _kept = _buffer.Text;
        }

        _historyAt = at;
        _buffer.Set(at == history.Count ? _kept : history[at]);
    }

    // The next older command that holds what is typed so far; again and again gives still older ones.
    private void Search()
    {
        if (_historyAt == history.Count)
        {
            _kept = _buffer.Text;
        }

        for (var at = _historyAt - 1; at >= 0; at--)
        {
            if (history[at].Contains(_kept, StringComparison.OrdinalIgnoreCase))
            {
                _historyAt = at;
                _buffer.Set(history[at]);
                return;
            }
        }
    }

    private void ClearScreen()
    {
        writer.Write("\e[2J\e[H" + _prompt);
        renderer.Begin(_column);
    }

    private void Complete(int direction)
    {
        if (_completions is null)
        {
            var found = complete?.Invoke(_buffer.Text, _buffer.Cursor);
            if (found is not { Candidates.Count: > 0 })
            {
                return;
            }

            _completions = found;
            _candidate = direction > 0 ? 0 : found.Candidates.Count - 1;
        }
        else
        {
            _candidate = (_candidate + direction + _completions.Candidates.Count) % _completions.Candidates.Count;
        }

        _buffer.Replace(_completions.Start, _completions.Length, _completions.Candidates[_candidate]);
        _completions = _completions with { Length = _completions.Candidates[_candidate].Length };
    }
}
