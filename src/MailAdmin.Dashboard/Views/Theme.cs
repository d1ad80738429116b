using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Drawing;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace MailAdmin.Dashboard.Views;

/// <summary>
/// Tones as colours of the terminal. Only the sixteen names are used: they follow the terminal's own palette and exist everywhere. What a tone means is
/// carried by weight, inversion or a sign as well, so that nothing is lost without colour.
/// </summary>
internal sealed class Theme
{
    private readonly Attribute[] _attributes;

    private Theme(string name, Func<Tone, Attribute> attributes)
    {
        Name = name;
        _attributes = [.. Enum.GetValues<Tone>().Select(attributes)];
    }

    /// <summary>auto: the terminal's own colours; dark; light; mono: no colour at all.</summary>
    public string Name { get; }

    public Attribute this[Tone tone] => _attributes[(int)tone];

    /// <summary>All, in the order of their key.</summary>
    public static IReadOnlyList<Theme> All { get; } =
    [
        new("auto", tone => Coloured(tone, Color.None, Color.None, ColorName16.Blue, ColorName16.White, bright: false)),
        new("dark", tone => Coloured(tone, new Color(ColorName16.Gray), new Color(ColorName16.Black), ColorName16.Blue, ColorName16.White, bright: true)),
        new("light", tone => Coloured(tone, new Color(ColorName16.Black), new Color(ColorName16.White), ColorName16.Blue, ColorName16.White, bright: false)),
        new("mono", Plain),
    ];

    /// <summary>A theme by name, any case; null for none.</summary>
    public static Theme? Find(string? name) => All.FirstOrDefault(t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The one after this.</summary>
    public Theme Next => All[(All.ToList().IndexOf(this) + 1) % All.Count];

    private static Attribute Coloured(Tone tone, Color text, Color back, ColorName16 bar, ColorName16 onBar, bool bright)
    {
        Attribute On(ColorName16 dark, ColorName16 light, TextStyle style = TextStyle.None) => new(new Color(bright ? light : dark), back, style);
        return tone switch
        {
            Tone.Dim => new Attribute(bright ? new Color(ColorName16.DarkGray) : text, back, bright ? TextStyle.None : TextStyle.Faint),
            Tone.Title => new Attribute(bright ? new Color(ColorName16.White) : text, back, TextStyle.Bold),
            Tone.Good => On(ColorName16.Green, ColorName16.BrightGreen),
            Tone.Warning => On(ColorName16.Yellow, ColorName16.BrightYellow, TextStyle.Bold),
            Tone.Failure => On(ColorName16.Red, ColorName16.BrightRed, TextStyle.Bold),
            Tone.Accent => On(ColorName16.Cyan, ColorName16.BrightCyan),
            Tone.Selected => new Attribute(new Color(onBar), new Color(bar), TextStyle.Bold),
            Tone.SelectedElsewhere => new Attribute(text, back, TextStyle.Underline),
            Tone.Header => new Attribute(text, back, TextStyle.Underline),
            Tone.Key => On(ColorName16.Cyan, ColorName16.BrightCyan, TextStyle.Bold),
            Tone.Input => new Attribute(text, back, TextStyle.Underline),
            Tone.Cursor => new Attribute(text, back, TextStyle.Reverse),
            _ => new Attribute(text, back, TextStyle.None),
        };
    }

    private static Attribute Plain(Tone tone) => new(Color.None, Color.None, tone switch
    {
        Tone.Title or Tone.Warning or Tone.Key => TextStyle.Bold,
        Tone.Failure => TextStyle.Bold | TextStyle.Underline,
        Tone.Selected or Tone.Cursor => TextStyle.Reverse,
        Tone.SelectedElsewhere or Tone.Header or Tone.Input => TextStyle.Underline,
        _ => TextStyle.None,
    });
}
