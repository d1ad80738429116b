using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>A question or a form over the page. Tab and arrows move, Enter presses, Esc leaves.</summary>
internal static class DialogView
{
    private const int MaxWidth = 72;

    /// <summary>Draws it in the middle.</summary>
    public static void Draw(Canvas canvas, Dialogs dialogs, FormModel form)
    {
        var width = Math.Min(canvas.Width - 2, MaxWidth);
        var label = form.Fields.Count == 0 ? 0 : form.Fields.Max(f => f.Label.Length) + 2;
        var lines = TextWrap.Wrap(form.Lines, width - 4);
        var error = form.Error is { } text ? TextWrap.Wrap([text], width - 4) : [];
        var height = Math.Min(canvas.Height, lines.Count + (form.Fields.Count > 0 ? form.Fields.Count + 1 : 0) + (error.Count > 0 ? error.Count + 1 : 0) + 4);
        var area = new Area((canvas.Width - width) / 2, Math.Max(0, (canvas.Height - height) / 2), width, height);

        // What lies under a dialog does not hear the mouse.
        canvas.OnMouse(canvas.Area, (_, _, _) => { });
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, form.Title, form.Tone, form.Tone);
        var y = area.Y + 1;
        foreach (var line in lines)
        {
            canvas.Text(area.X + 2, y++, line, Tone.Normal, width - 4);
        }

        y += form.Fields.Count > 0 ? 1 : 0;
        for (var i = 0; i < form.Fields.Count; i++, y++)
        {
            var field = form.Fields[i];
            canvas.Field(area.X + 2, y, field.Label, label, form.Focus == i ? Tone.Title : Tone.Dim);
            EditorView.Draw(canvas, area.X + 2 + label, y, width - 4 - label, field.Editor, form.Focus == i && !form.IsBusy, field.IsSecret, isField: true);
            var at = i;
            canvas.OnMouse(new Area(area.X, y, width, 1), (_, _, _) => form.Focus = at);
        }

        y += error.Count > 0 ? 1 : 0;
        foreach (var line in error)
        {
            canvas.Text(area.X + 2, y++, line, Tone.Failure, width - 4);
        }

        DrawButtons(canvas, dialogs, form, area);
    }

    /// <summary>Lets a key act; a dialog swallows all of them.</summary>
    public static void OnKey(Dialogs dialogs, FormModel form, Key key)
    {
        switch (key)
        {
            case var _ when key == Key.Esc:
                dialogs.Dismiss(form);
                break;
            case var _ when key == Key.Enter:
                dialogs.Press(form, form.Default);
                break;
            case var _ when key == Key.Tab || key == Key.CursorDown || (form.Field is null && key == Key.CursorRight):
                form.Advance(1);
                break;
            case var _ when key == Key.Tab.WithShift || key == Key.CursorUp || (form.Field is null && key == Key.CursorLeft):
                form.Advance(-1);
                break;
            case var _ when form.Field is { } field && !form.IsBusy:
                field.Editor.Edit(key);
                break;
            case var _ when key == Key.Space && form.Field is null:
                dialogs.Press(form, form.Default);
                break;
            case var _ when key.Typed() is { Length: 1 } typed && form.ByLetter(typed[0]) is { } button:
                dialogs.Press(form, button);
                break;
        }
    }

    private static void DrawButtons(Canvas canvas, Dialogs dialogs, FormModel form, Area area)
    {
        var y = area.Bottom - 2;
        if (form.IsBusy)
        {
            canvas.Text(area.X + 2, y, "working …  Esc closes", Tone.Dim, area.Width - 4);
            return;
        }

        var x = area.X + 2;
        for (var i = 0; i < form.Buttons.Count; i++)
        {
            var button = form.Buttons[i];
            var hasKeys = form.Focus == form.Fields.Count + i;
            var isDefault = ReferenceEquals(form.Default, button);
            var text = isDefault ? $"[> {button.Text} <]" : $"[  {button.Text}  ]";
            var end = canvas.Text(x, y, text, hasKeys ? Tone.Selected : isDefault ? Tone.Title : Tone.Normal, area.Right - 1 - x);
            if (form.Field is null && button.Letter != '\0' && !hasKeys)
            {
                canvas.Paint(new Area(x + 3 + button.Label.IndexOf('&', StringComparison.Ordinal), y, 1, 1), Tone.Key);
            }

            canvas.OnMouse(new Area(x, y, end - x, 1), (deed, _, _) =>
            {
                if (deed == MouseDeed.Click)
                {
                    dialogs.Press(form, button);
                }
            });
            x = end + 2;
        }
    }
}
