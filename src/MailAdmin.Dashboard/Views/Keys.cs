using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>Keys as the views ask for them.</summary>
internal static class Keys
{
    /// <summary>The character a key types; null where it types none.</summary>
    public static string? Typed(this Key key)
    {
        if (key.IsCtrl || key.IsAlt)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(key.AssociatedText))
        {
            return key.AssociatedText;
        }

        var rune = key.AsRune;
        return rune.Value < ' ' || rune.Value == 0x7f ? null : rune.ToString();
    }

    /// <summary>True where the key types this character.</summary>
    public static bool Is(this Key key, char typed) => key.Typed() is { Length: 1 } text && text[0] == typed;

    /// <summary>True where it is this key, whatever the shift.</summary>
    public static bool Is(this Key key, KeyCode code) => (key.KeyCode & ~KeyCode.ShiftMask) == code;

    /// <summary>Lets a key edit a line; false where it means nothing to it.</summary>
    public static bool Edit(this LineEditor editor, Key key)
    {
        switch (key)
        {
            case var _ when key.Typed() is { } typed:
                editor.Insert(typed);
                break;
            case var _ when key == Key.Backspace:
                editor.Backspace();
                break;
            case var _ when key == Key.Delete || key == Key.D.WithCtrl:
                editor.Delete();
                break;
            case var _ when key == Key.CursorLeft || key == Key.B.WithCtrl:
                editor.Left();
                break;
            case var _ when key == Key.CursorRight || key == Key.F.WithCtrl:
                editor.Right();
                break;
            case var _ when key == Key.CursorLeft.WithCtrl || key == Key.B.WithAlt:
                editor.WordLeft();
                break;
            case var _ when key == Key.CursorRight.WithCtrl || key == Key.F.WithAlt:
                editor.WordRight();
                break;
            case var _ when key == Key.Home || key == Key.A.WithCtrl:
                editor.Home();
                break;
            case var _ when key == Key.End || key == Key.E.WithCtrl:
                editor.End();
                break;
            case var _ when key == Key.W.WithCtrl || key == Key.Backspace.WithCtrl || key == Key.Backspace.WithAlt:
                editor.DeleteWord();
                break;
            case var _ when key == Key.U.WithCtrl:
                editor.DeleteToStart();
                break;
            case var _ when key == Key.K.WithCtrl:
                editor.DeleteToEnd();
                break;
            default:
                return false;
        }

        return true;
    }

    /// <summary>Lines a key moves by in a window of a height; null where it does not move. Whole-list keys give very large numbers.</summary>
    public static int? Lines(this Key key, int height) => key switch
    {
        _ when key == Key.CursorUp || key.Is('k') => -1,
        _ when key == Key.CursorDown || key.Is('j') => 1,
        _ when key == Key.PageUp => -Math.Max(1, height - 1),
        _ when key == Key.PageDown || key == Key.Space => Math.Max(1, height - 1),
        _ when key == Key.Home => -1_000_000,
        _ when key == Key.End => 1_000_000,
        _ => null,
    };
}
