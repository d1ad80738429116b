using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>
/// A table drawn line by line from its model: only what is on screen is asked for its text, so ten rows and ten thousand cost the same.
/// </summary>
internal sealed class TablePane<T>(TableModel<T> model, string emptyText) where T : class
{
    private IReadOnlyList<Column<T>> _visible = model.Columns;
    private int _height = 1;

    /// <summary>The table.</summary>
    public TableModel<T> Model { get; } = model;
    /// <summary>Enter or a double click on a line.</summary>
    public required Action Activated { get; init; }

    /// <summary>Keys every table has.</summary>
    public IEnumerable<Hint> Hints()
    {
        yield return new("S", "sort");
        if (Model.Groupings.Count > 0)
        {
            yield return new("G", Model.Spec.Grouping is { } grouping ? "group (" + grouping.Name + ")" : "group");
        }

        yield return new("/", "filter");
    }

    /// <summary>Lets a key act on the table; false where it means nothing to it.</summary>
    public bool OnKey(Key key)
    {
        if (Model.IsFiltering)
        {
            return OnFilterKey(key);
        }

        switch (key)
        {
            case var _ when key != Key.Space && key.Lines(_height) is { } lines:
                Model.Move(lines);
                return true;
            case var _ when key == Key.Enter:
                Activated();
                return true;
            case var _ when key.Is('/'):
                Model.IsFiltering = true;
                return true;
            case var _ when key.Is('s'):
                Model.SortByNext(_visible);
                return true;
            case var _ when key.Is('S'):
                Model.Reverse();
                return true;
            case var _ when (key.Is('g') || key.Is('G')) && Model.Groupings.Count > 0:
                Model.CycleGrouping();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Pastes into the filter.</summary>
    public void Paste(string text)
    {
        Model.Filter.Insert(text);
        Model.ApplyFilter();
    }

    /// <summary>Esc: ends typing, drops the filter. False where there is none.</summary>
    public bool Back()
    {
        if (!Model.IsFiltering && Model.Spec.Filter.Length == 0)
        {
            return false;
        }

        Model.ClearFilter();
        return true;
    }

    /// <summary>Draws filter, headings and lines.</summary>
    public void Draw(Canvas canvas, Area area, bool hasKeys = true)
    {
        area = DrawFilter(canvas, area);
        var columns = Column<T>.Fit(Model.Columns, area.Width - 2);
        _visible = [.. columns.Select(c => c.Column)];
        DrawHeadings(canvas, area, columns);
        var (_, body) = area.SplitTop(1);
        _height = Math.Max(1, body.Height);
        Model.EnsureVisible(_height);
        canvas.OnMouse(body, OnMouse);

        if (Model.Rows.Count == 0)
        {
            canvas.Text(body.X + 1, body.Y, Model.Total > 0 ? "nothing matches the filter" : emptyText, Tone.Dim, body.Width - 1);
            return;
        }

        for (var line = 0; line < body.Height && Model.Top + line < Model.Rows.Count; line++)
        {
            var index = Model.Top + line;
            DrawRow(canvas, body with { Y = body.Y + line, Height = 1 }, Model.Rows[index], columns, index == Model.SelectedIndex, hasKeys);
        }

        DrawScrollBar(canvas, body);
    }

    private bool OnFilterKey(Key key)
    {
        if (key == Key.Enter)
        {
            Model.IsFiltering = false;
            return true;
        }

        // Looking around while typing.
        if (key == Key.CursorUp || key == Key.CursorDown || key == Key.PageUp || key == Key.PageDown)
        {
            Model.Move(key.Lines(_height) ?? 0);
            return true;
        }

        if (!Model.Filter.Edit(key))
        {
            return false;
        }

        Model.ApplyFilter();
        return true;
    }

    private void OnMouse(MouseDeed deed, int x, int y)
    {
        switch (deed)
        {
            case MouseDeed.WheelUp or MouseDeed.WheelDown:
                Model.Scroll(deed == MouseDeed.WheelUp ? -3 : 3, _height);
                break;
            default:
                Model.Select(Model.Top + y);
                if (deed == MouseDeed.DoubleClick)
                {
                    Activated();
                }

                break;
        }
    }

    private Area DrawFilter(Canvas canvas, Area area)
    {
        if (!Model.IsFiltering && Model.Spec.Filter.Length == 0)
        {
            return area;
        }

        var (line, rest) = area.SplitTop(1);
        var at = canvas.Text(line.X + 1, line.Y, "/", Tone.Key);
        var count = $"{Formats.Count(Model.Shown)} of {Formats.Count(Model.Total)}";
        var width = Math.Max(10, line.Width - 5 - count.Length);
        at = EditorView.Draw(canvas, at + 1, line.Y, width, Model.Filter, Model.IsFiltering);
        canvas.Text(at + 2, line.Y, count, Tone.Dim, line.Right - at - 2);
        return rest;
    }

    private void DrawHeadings(Canvas canvas, Area area, IReadOnlyList<(Column<T> Column, int Width)> columns)
    {
        canvas.Fill(area with { Height = 1 }, Tone.Header);
        var x = area.X + 1;
        foreach (var (column, width) in columns)
        {
            var isSorted = ReferenceEquals(Model.Spec.Sort, column);
            var title = isSorted ? column.Title + (Model.Spec.IsDescending ? "▾" : "▴") : column.Title;
            canvas.Field(x, area.Y, title, width, Tone.Header, column.IsRight);
            var target = column;
            canvas.OnMouse(new Area(x, area.Y, width, 1), (deed, _, _) =>
            {
                if (deed == MouseDeed.Click)
                {
                    Model.SortBy(target);
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
        var rows = Model.Rows.Count;
        if (rows <= body.Height)
        {
            return;
        }

        var size = Math.Max(1, body.Height * body.Height / rows);
        var start = (int)((long)Model.Top * (body.Height - size) / Math.Max(1, rows - body.Height));
        for (var y = 0; y < body.Height; y++)
        {
            canvas.Text(body.Right - 1, body.Y + y, y >= start && y < start + size ? "█" : "│", Tone.Dim);
        }
    }
}
