using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>
/// A key and what it does: one line that the foot, the help, the keyboard and the mouse all read, so that none can say what another does not do.
/// </summary>
internal sealed record KeyDeed
{
    private readonly string _letters;
    private readonly Key? _key;

    private KeyDeed(string name, string text, Action? act, string letters = "", Key? key = null) => (Name, Text, Do, _letters, _key) = (name, text, act, letters, key);

    /// <summary>The key as it is named on screen.</summary>
    public string Name { get; }
    /// <summary>What it does, in a word or two.</summary>
    public string Text { get; }
    /// <summary>Does it; null where the line only names keys that are handled elsewhere.</summary>
    public Action? Do { get; }
    /// <summary>Too seldom wanted for the foot; the help has it.</summary>
    public bool IsMinor { get; init; }
    /// <summary>It is the key that goes back.</summary>
    public bool IsBack { get; private init; }

    /// <summary>A letter, whatever its case.</summary>
    public static KeyDeed Letter(char letter, string text, Action act) => new(char.ToUpperInvariant(letter).ToString(), text, act, $"{char.ToLowerInvariant(letter)}{char.ToUpperInvariant(letter)}");

    /// <summary>Characters exactly as they are typed.</summary>
    public static KeyDeed Typed(string name, string text, Action act, string characters) => new(name, text, act, characters);

    /// <summary>A key that types nothing.</summary>
    public static KeyDeed On(Key key, string name, string text, Action act) => new(name, text, act, key: key);

    /// <summary>Keys that are handled elsewhere, as movement.</summary>
    public static KeyDeed Named(string name, string text) => new(name, text, null);

    /// <summary>Esc: the screen knows what back is.</summary>
    public static KeyDeed Back(string text) => new("Esc", text, null) { IsBack = true };

    /// <summary>True where the key is this one's.</summary>
    public bool Answers(Key key) => Do is not null && (_key is not null ? key == _key : key.Typed() is { Length: 1 } typed && _letters.Contains(typed[0], StringComparison.Ordinal));
}

/// <summary>Deeds of a place.</summary>
internal static class KeyDeeds
{
    /// <summary>Does what a key is for; false where it is for nothing here.</summary>
    public static bool Perform(this IEnumerable<KeyDeed> deeds, Key key)
    {
        if (deeds.FirstOrDefault(d => d.Answers(key)) is not { Do: { } act })
        {
            return false;
        }

        act();
        return true;
    }
}
