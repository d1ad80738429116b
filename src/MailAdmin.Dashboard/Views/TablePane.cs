using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>A table as pages see it: keys, text and mouse go in, lines come out; what its rows are is nobody's business.</summary>
internal abstract class TablePane
{
    /// <summary>A double click on a line.</summary>
    public required Action Opened { get; init; }

    /// <summary>Keys go into the filter or choose a column.</summary>
    public abstract bool IsTyping { get; }

    /// <summary>It has no rows, filtered out or not: nothing can be done to any.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Keys every table has.</summary>
    public abstract IEnumerable<KeyDeed> Deeds { get; }

    /// <summary>Lets a key move; false where it means nothing to it.</summary>
    public abstract bool OnKey(Key key);

    /// <summary>Lets a key act while <see cref="IsTyping"/>.</summary>
    public abstract bool OnTyped(Key key);

    /// <summary>Pastes into the filter.</summary>
    public abstract void Paste(string text);

    /// <summary>Esc: ends choosing and typing, drops the filter. False where there is none.</summary>
    public abstract bool Back();

    /// <summary>Draws filter, headings and lines.</summary>
    public abstract void Draw(Canvas canvas, Area area, bool hasKeys = true);
}

/// <summary>
/// A table drawn line by line from its model: only what is on screen is asked for its text, so ten rows and ten thousand cost the same.
/// </summary>
internal sealed class TablePane<T>(TableModel<T> model, Func<string> whyEmpty) : TablePane where T : class
{
    /// <summary>Least height for lines under the table.</summary>
    private const int WholeFrom = 12;

    private readonly SortMenu<T> _menu = new(model);
    private readonly Dictionary<Column<T>, int> _needed = new(ReferenceEqualityComparer.Instance);
    private int _height = 1, _neededAt;

    /// <summary>One that has a single reason to be empty.</summary>
    public TablePane(TableModel<T> model, string whyEmpty) : this(model, () => whyEmpty)
    {
    }

    /// <summary>A text of a row that its column seldom has room for: that of the selected one stands in full under the table.</summary>
    public Func<T, string>? Whole { get; init; }

    public override bool IsTyping => model.IsFiltering || _menu.IsOpen;

    public override bool IsEmpty => model.Total == 0;

    public override IEnumerable<KeyDeed> Deeds
    {
        get
        {
            if (IsEmpty)
            {
                yield break;
            }

            yield return KeyDeed.Typed("/", "filter", () => model.IsFiltering = true, "/");
            yield return KeyDeed.Typed("S", "sort", _menu.Open, "s");
            if (model.Groupings.Count > 0)
            {
                yield return KeyDeed.Letter('G', model.Spec.Grouping is { } grouping ? "group (" + grouping.Name + ")" : "group", model.CycleGrouping);
            }

            yield return KeyDeed.Typed("Shift+S", "turn the order", model.Reverse, "S") with { IsMinor = true };
        }
    }

    public override bool OnKey(Key key)
    {
        // Space holds a live list still; where there is nothing to hold it does nothing, rather than something else.
        if (key == Key.Space || key.Lines(_height) is not { } lines)
        {
            return false;
        }

        model.Move(lines);
        return true;
    }

    public override bool OnTyped(Key key)
    {
        if (_menu.IsOpen)
        {
            _menu.OnKey(key);
            return true;
        }

        switch (key)
        {
            case var _ when key == Key.Enter:
                model.IsFiltering = false;
                return true;
            case var _ when key == Key.CursorUp || key == Key.CursorDown || key == Key.PageUp || key == Key.PageDown:
                // Looking around while typing.
                return OnKey(key);
            case var _ when model.Filter.Edit(key):
                model.ApplyFilter();
                return true;
            default:
                return false;
        }
    }

    public override void Paste(string text)
    {
        if (model.IsFiltering)
        {
            model.Filter.Insert(text);
            model.ApplyFilter();
        }
    }

    public override bool Back()
    {
        if (_menu.IsOpen)
        {
            _menu.Close();
            return true;
        }

        if (!model.IsFiltering && model.Spec.Filter.Length == 0)
        {
            return false;
        }

        model.ClearFilter();
        return true;
    }

    public override void Draw(Canvas canvas, Area area, bool hasKeys = true)
    {
        area = DrawFilter(canvas, DrawWhole(canvas, area));
        var (_, body) = area.SplitTop(1);
        _height = Math.Max(1, body.Height);
        model.EnsureVisible(_height);
        var columns = Column<T>.Fit(model.Columns, area.Width - 2, model.Spec.Sort, Needed(area.Width));
        DrawHeadings(canvas, area, columns);
        canvas.OnMouse(body, OnMouse);

        if (model.Rows.Count == 0)
        {
            canvas.Text(body.X + 1, body.Y, model.Total > 0 ? "nothing matches the filter; Esc drops it" : whyEmpty(), Tone.Dim, body.Width - 1);
        }

        for (var line = 0; line < body.Height && model.Top + line < model.Rows.Count; line++)
        {
            var index = model.Top + line;
            DrawRow(canvas, body with { Y = body.Y + line, Height = 1 }, model.Rows[index], columns, index == model.SelectedIndex, hasKeys);
        }

        DrawScrollBar(canvas, body);
        _menu.Draw(canvas, body);
    }

    // The longest text of each column that was on screen since the screen has its width: columns move seldom, and only to show more.
    private Func<Column<T>, int> Needed(int width)
    {
        if (_neededAt != width)
        {
            _needed.Clear();
            _neededAt = width;
        }

        foreach (var column in model.Columns.Where(c => c.MaxWidth > 0))
        {
            var most = _needed.GetValueOrDefault(column);
            for (var line = model.Top; most < column.MaxWidth && line < Math.Min(model.Top + _height, model.Rows.Count); line++)
            {
                most = model.Rows[line].Item is { } item ? Math.Max(most, TextCells.Measure(column.Text(item))) : most;
            }

            _needed[column] = most;
        }

        return column => _needed.GetValueOrDefault(column);
    }

    private void OnMouse(MouseDeed deed, int x, int y)
    {
        switch (deed)
        {
            case MouseDeed.WheelUp or MouseDeed.WheelDown:
                model.Scroll(deed == MouseDeed.WheelUp ? -3 : 3, _height);
                break;
            default:
                model.Select(model.Top + y);
                if (deed == MouseDeed.DoubleClick)
                {
                    Opened();
                }

                break;
        }
    }

    private Area DrawWhole(Canvas canvas, Area area)
    {
        if (Whole is not { } whole || area.Height < WholeFrom)
        {
            return area;
        }

        var (rest, foot) = area.SplitTop(area.Height - 3);
        canvas.Text(foot.X, foot.Y, new string('─', foot.Width), Tone.Dim);
        if (model.Selected is { } selected)
        {
            foreach (var (line, at) in TextWrap.Wrap([whole(selected)], foot.Width - 2).Take(2).Select((line, at) => (line, at)))
            {
                canvas.Text(foot.X + 1, foot.Y + 1 + at, line, Tone.Normal, foot.Width - 2);
            }
        }

        return rest;
    }

    private Area DrawFilter(Canvas canvas, Area area)
    {
        if (!model.IsFiltering && model.Spec.Filter.Length == 0)
        {
            return area;
        }

        var (line, rest) = area.SplitTop(1);
        var at = canvas.Text(line.X + 1, line.Y, "/", Tone.Key);
        var count = $"{Formats.Count(model.Shown)} of {Formats.Count(model.Total)}";
        var width = Math.Max(10, line.Width - 5 - count.Length);
        at = EditorView.Draw(canvas, at + 1, line.Y, width, model.Filter, model.IsFiltering);
        canvas.Text(at + 2, line.Y, count, Tone.Dim, line.Right - at - 2);
        return rest;
    }

    private void DrawHeadings(Canvas canvas, Area area, IReadOnlyList<(Column<T> Column, int Width)> columns)
    {
        canvas.Fill(area with { Height = 1 }, Tone.Header);
        var x = area.X + 1;
        foreach (var (column, width) in columns)
        {
            var title = column.Title;
            if (ReferenceEquals(model.Spec.Sort, column))
            {
                // The sign of the order is never what is cut.
                title = title[..Math.Min(title.Length, Math.Max(0, width - 1))] + (model.Spec.IsDescending ? "▾" : "▴");
            }

            canvas.Field(x, area.Y, title, width, Tone.Header, column.IsRight);
            var target = column;
            // The gap in front of a column is its own: a finger is not that exact.
            canvas.OnMouse(new Area(x - 1, area.Y, width + 1, 1), (deed, _, _) =>
            {
                if (deed == MouseDeed.Click)
                {
                    model.SortBy(target);
                }
            });
            x += width + 1;
        }
    }

    private static void DrawRow(Canvas canvas, Area line, TableRow<T> row, IReadOnlyList<(Column<T> Column, int Width)> columns, bool isSelected, bool hasKeys)
    {
        var x = line.X + 1;
        if (row.Group is { } group)
        {
            x = canvas.Text(x, line.Y, (row.IsCollapsed ? "▸ " : "▾ ") + group, Tone.Title, line.Width - 2);
            canvas.Text(x + 2, line.Y, row.Summary ?? "", Tone.Dim, line.Right - x - 3);
        }
        else
        {
            foreach (var (column, width) in columns)
            {
                canvas.Field(x, line.Y, column.Text(row.Item!), width, column.Tone?.Invoke(row.Item!) ?? Tone.Normal, column.IsRight);
                x += width + 1;
            }
        }

        if (isSelected)
        {
            canvas.Paint(line with { Width = line.Width - 1 }, hasKeys ? Tone.Selected : Tone.SelectedElsewhere);
            canvas.Text(line.X, line.Y, "▸", hasKeys ? Tone.Selected : Tone.SelectedElsewhere);
        }
    }

    private void DrawScrollBar(Canvas canvas, Area body)
    {
        var rows = model.Rows.Count;
        if (rows <= body.Height)
        {
            return;
        }

        var size = Math.Max(1, body.Height * body.Height / rows);
        var start = (int)((long)model.Top * (body.Height - size) / Math.Max(1, rows - body.Height));
        for (var y = 0; y < body.Height; y++)
        {
            canvas.Text(body.Right - 1, body.Y + y, y >= start && y < start + size ? "█" : "│", Tone.Dim);
        }

        // A click on it goes there.
        canvas.OnMouse(new Area(body.Right - 1, body.Y, 1, body.Height), (deed, x, y) =>
        {
            if (deed == MouseDeed.Click)
            {
                model.Scroll((int)((long)y * (rows - body.Height) / Math.Max(1, body.Height - 1)) - model.Top, _height);
            }
            else
            {
                OnMouse(deed, x, y);
            }
        });
    }
}
