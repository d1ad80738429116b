using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>
/// The columns of a table to choose one from, also those that have no room on the screen: its key, the arrows with Enter, or a click. The column that is
/// sorted by already turns its order round.
/// </summary>
internal sealed class SortMenu<T>(TableModel<T> model) where T : class
{
    private const string Keys = "1234567890abcdefghij";

    private int _at, _top, _height = 1;

    /// <summary>It is on show; keys go to it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Shows it, with the column that is sorted by under the hand.</summary>
    public void Open()
    {
        IsOpen = true;
        _at = Math.Max(0, model.Spec.Sort is { } sort ? model.Columns.ToList().IndexOf(sort) : 0);
    }

    /// <summary>Leaves all as it is.</summary>
    public void Close() => IsOpen = false;

    /// <summary>Lets a key choose; any that means nothing closes.</summary>
    public void OnKey(Key key)
    {
        switch (key)
        {
            case var _ when key == Key.CursorUp || key == Key.CursorDown:
                _at = (_at + (key == Key.CursorUp ? -1 : 1) + model.Columns.Count) % model.Columns.Count;
                break;
            case var _ when key == Key.Enter:
                Choose(_at);
                break;
            case var _ when key.Is('s'):
                // Twice the same key: the next column, without a look at the list.
                Choose((_at + 1) % model.Columns.Count);
                break;
            case var _ when key.Typed() is { Length: 1 } typed && Keys.IndexOf(typed, StringComparison.Ordinal) is >= 0 and var index && index < model.Columns.Count:
                Choose(index);
                break;
            default:
                Close();
                break;
        }
    }

    /// <summary>Draws it over the table.</summary>
    public void Draw(Canvas canvas, Area body)
    {
        if (!IsOpen)
        {
            return;
        }

        var width = Math.Min(body.Width, model.Columns.Max(c => TextCells.Measure(c.Name)) + 8);
        var area = new Area(body.X + 1, body.Y, width, Math.Min(body.Height, model.Columns.Count + 2));
        _height = Math.Max(1, area.Height - 2);
        _top = Math.Clamp(_top, Math.Max(0, _at - _height + 1), _at);
        canvas.OnMouse(canvas.Area, (deed, _, _) =>
        {
            if (deed is MouseDeed.Click or MouseDeed.DoubleClick)
            {
                Close();
            }
        });
        canvas.Fill(area, Tone.Normal);
        canvas.Frame(area, "Sort by", Tone.Title);
        for (var y = 0; y < _height && _top + y < model.Columns.Count; y++)
        {
            var index = _top + y;
            var line = new Area(area.X + 1, area.Y + 1 + y, width - 2, 1);
            var column = model.Columns[index];
            var order = ReferenceEquals(model.Spec.Sort, column) ? model.Spec.IsDescending ? "▾" : "▴" : " ";
            canvas.Field(line.X, line.Y, $" {Keys[index]} {column.Name}", line.Width, index == _at ? Tone.Selected : Tone.Normal);
            canvas.Text(line.Right - 2, line.Y, order, index == _at ? Tone.Selected : Tone.Accent, 1);
            if (index != _at)
            {
                canvas.Paint(line with { X = line.X + 1, Width = 1 }, Tone.Key);
            }

            canvas.OnMouse(line, (deed, _, _) =>
            {
                if (deed == MouseDeed.Click)
                {
                    Choose(index);
                }
            });
        }
    }

    private void Choose(int index)
    {
        Close();
        model.SortBy(model.Columns[index]);
    }
}
