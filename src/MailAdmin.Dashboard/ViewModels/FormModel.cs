namespace MailAdmin.Dashboard.ViewModels;

/// <summary>A line to fill in.</summary>
internal sealed class FormField(string label, string value = "", bool isSecret = false)
{
    /// <summary>What it asks for.</summary>
    public string Label { get; } = label;
    /// <summary>Shown as dots.</summary>
    public bool IsSecret { get; } = isSecret;
    /// <summary>What is typed.</summary>
    public LineEditor Editor { get; } = new() { Text = value };
    /// <summary>What stands in it already is its end: typing goes before it.</summary>
    public bool IsEnding { init => Editor.Set(Editor.Text, value ? 0 : Editor.Text.Length); }
    /// <summary>The text, without blanks around it unless it is a secret.</summary>
    public string Value => IsSecret ? Editor.Text : Editor.Text.Trim();
}

/// <summary>A way out of a dialog.</summary>
/// <param name="Label">Its button; the letter after <c>&amp;</c> chooses it where nothing is typed.</param>
/// <param name="Run">What it does; null closes. What it throws is shown in the dialog, which stays. What it returns is shown after it closed; null shows nothing.</param>
internal sealed record FormButton(string Label, Func<FormModel, CancellationToken, Task<string?>>? Run)
{
    /// <summary>The label without its mark.</summary>
    public string Text => Label.Replace("&", "", StringComparison.Ordinal);
    /// <summary>The letter that chooses it.</summary>
    public char Letter => Label.IndexOf('&', StringComparison.Ordinal) is >= 0 and var at && at + 1 < Label.Length ? char.ToLowerInvariant(Label[at + 1]) : '\0';
}

/// <summary>A question or a form over the page. The first button is the default, so the safe one of a question stands first.</summary>
internal sealed class FormModel(string title, IReadOnlyList<string> lines, IReadOnlyList<FormField> fields, IReadOnlyList<FormButton> buttons)
{
    /// <summary>What it is about.</summary>
    public string Title { get; } = title;
    /// <summary>What it says above the fields.</summary>
    public IReadOnlyList<string> Lines { get; private set; } = lines;
    /// <summary>What is to be filled in.</summary>
    public IReadOnlyList<FormField> Fields { get; private set; } = fields;
    /// <summary>Ways out.</summary>
    public IReadOnlyList<FormButton> Buttons { get; private set; } = buttons;
    /// <summary>Index of what has the keys: fields first, then buttons.</summary>
    public int Focus { get; set; }
    /// <summary>What was wrong with the last try.</summary>
    public string? Error { get; private set; }
    /// <summary>Its work is under way.</summary>
    public bool IsBusy { get; private set; }
    /// <summary>It is done and goes away.</summary>
    public bool IsClosed { get; private set; }
    /// <summary>Colours the frame: a question about destroying is a warning.</summary>
    public Tone Tone { get; init; } = Tone.Title;
    /// <summary>Called when it goes away without an answer.</summary>
    public Action? Cancelled { get; init; }

    /// <summary>The field that is typed in; null where a button has the keys.</summary>
    public FormField? Field => Focus < Fields.Count ? Fields[Focus] : null;

    /// <summary>The value of a field by its label.</summary>
    public string this[string label] => Fields.First(f => f.Label == label).Value;

    /// <summary>Gives the keys to the next, or the one before.</summary>
    public void Advance(int step)
    {
        var count = Fields.Count + Buttons.Count;
        Focus = (Focus + step + count) % count;
    }

    /// <summary>Enter: the button that has the keys, or the first one.</summary>
    public FormButton Default => Focus >= Fields.Count ? Buttons[Focus - Fields.Count] : Buttons[0];

    /// <summary>The button of a letter, where no field would take it; null for none.</summary>
    public FormButton? ByLetter(char letter) => Field is null ? Buttons.FirstOrDefault(b => b.Letter == char.ToLowerInvariant(letter)) : null;

    /// <summary>Work has begun.</summary>
    public void Begin()
    {
        IsBusy = true;
        Error = null;
    }

    /// <summary>Work failed; the dialog stays.</summary>
    public void Fail(string error)
    {
        IsBusy = false;
        Error = error;
    }

    /// <summary>Work is done, or nobody wants it.</summary>
    public void Close(bool cancelled = false)
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        if (cancelled)
        {
            Cancelled?.Invoke();
        }
    }

    /// <summary>Something to read, with one way out.</summary>
    public static FormModel Note(string title, params string[] lines) => new(title, lines, [], [new FormButton("&Close", null)]);

    /// <summary>A question whose safe answer stands first and is the default.</summary>
    public static FormModel Question(string title, IReadOnlyList<string> lines, string safe, string act, Func<CancellationToken, Task<string?>> run) =>
        new(title, lines, [], [new FormButton(safe, null), new FormButton(act, (_, stop) => run(stop))]) { Tone = Tone.Warning };
}
