namespace MailAdmin.Dashboard.ViewModels;

/// <summary>A way to gather rows under headings.</summary>
/// <param name="Name">What it gathers by.</param>
/// <param name="Key">The heading a row belongs to.</param>
/// <param name="Summary">What a heading says of its rows.</param>
internal sealed record Grouping<T>(string Name, Func<T, string> Key, Func<IReadOnlyList<T>, string> Summary);

/// <summary>A line of a table: a row, or the heading of a group.</summary>
internal readonly record struct TableRow<T>(T? Item, string? Group, string? Summary, bool IsCollapsed)
{
    /// <summary>Rows of the group, also where it is folded; null for a row.</summary>
    public IReadOnlyList<T>? Members { get; init; }
    public bool IsGroup => Group is not null;
}

/// <summary>What a table is to show; immutable, so that rows can be prepared on another thread.</summary>
internal sealed record TableSpec<T>(Column<T>? Sort, bool IsDescending, string Filter, Grouping<T>? Grouping, IReadOnlySet<string> Collapsed);

/// <summary>
/// Rows to look at: sorted, filtered, grouped, with one selected. The selection sticks to the thing, not to the line it stands on: rows may come, go and
/// change places between two looks.
/// </summary>
internal sealed class TableModel<T> where T : class
{
    private readonly Func<T, string> _key;
    private readonly Func<T, string, bool> _matches;
    private readonly HashSet<string> _collapsed = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<T> _items = [];
    private string? _selectedKey;

    /// <param name="columns">All columns, in order.</param>
    /// <param name="key">What makes a row the same row at the next look.</param>
    /// <param name="matches">True where a row has a word of the filter in it.</param>
    /// <param name="sort">Index of the column to sort by at first; -1: as they come.</param>
    public TableModel(IReadOnlyList<Column<T>> columns, Func<T, string> key, Func<T, string, bool> matches, int sort = -1)
    {
        Columns = columns;
        _key = key;
        _matches = matches;
        Spec = new TableSpec<T>(sort < 0 ? null : columns[sort], false, "", null, new HashSet<string>());
    }

    /// <summary>All columns, in order.</summary>
    public IReadOnlyList<Column<T>> Columns { get; }
    /// <summary>Ways to group, for <see cref="CycleGrouping"/>.</summary>
    public IReadOnlyList<Grouping<T>> Groupings { get; init; } = [];
    /// <summary>While the first row is selected it stays selected, whatever comes in above it: a list of news.</summary>
    public bool FollowsTop { get; init; }
    /// <summary>What is shown and how.</summary>
    public TableSpec<T> Spec { get; private set; }
    /// <summary>The filter while it is typed.</summary>
    public LineEditor Filter { get; } = new();
    /// <summary>Keys go to the filter.</summary>
    public bool IsFiltering { get; set; }
    /// <summary>Lines to show.</summary>
    public IReadOnlyList<TableRow<T>> Rows { get; private set; } = [];
    /// <summary>Rows before filtering.</summary>
    public int Total => _items.Count;
    /// <summary>Rows after filtering, headings not counted.</summary>
    public int Shown { get; private set; }
    /// <summary>Index of the selected line; -1 where there is none.</summary>
    public int SelectedIndex { get; private set; } = -1;
    /// <summary>First line on screen.</summary>
    public int Top { get; private set; }
    /// <summary>The selected row; null on a heading or where there is none.</summary>
    public T? Selected => SelectedIndex >= 0 ? Rows[SelectedIndex].Item : null;
    /// <summary>The heading of the selected group; null on a row or where there is none.</summary>
    public string? SelectedGroup => SelectedIndex >= 0 ? Rows[SelectedIndex].Group : null;
    /// <summary>The selected row, or all rows of the selected group.</summary>
    public IReadOnlyList<T> SelectedItems => SelectedIndex < 0 ? [] : Rows[SelectedIndex] is { Members: { } members } ? members : [Rows[SelectedIndex].Item!];
    /// <summary>All rows, unfiltered, as they came.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>New rows.</summary>
    public void SetItems(IReadOnlyList<T> items) => SetItems(items, Build(items, Spec), Spec);

    /// <summary>New rows that were prepared elsewhere for <paramref name="spec"/>; prepared again where it is no longer what is asked for.</summary>
    public void SetItems(IReadOnlyList<T> items, IReadOnlyList<TableRow<T>> rows, TableSpec<T> spec)
    {
        _items = items;
        Apply(ReferenceEquals(spec, Spec) ? rows : Build(items, Spec));
    }

    /// <summary>Sorts, filters and groups. Touches nothing of the model but what never changes.</summary>
    public IReadOnlyList<TableRow<T>> Build(IReadOnlyList<T> items, TableSpec<T> spec)
    {
        IEnumerable<T> rows = items;
        if (spec.Filter.Length > 0)
        {
            var words = spec.Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            rows = rows.Where(item => words.All(word => _matches(item, word)));
        }

        var list = rows.ToList();
        if (spec.Sort is { } column)
        {
            var sign = spec.IsDescending ? -1 : 1;
            // Equal rows keep the order they came in: a table must not shimmer.
            list = [.. list.Order(Comparer<T>.Create((a, b) => sign * column.Compare(a, b)))];
        }

        if (spec.Grouping is not { } grouping)
        {
            return list.ConvertAll(item => new TableRow<T>(item, null, null, false));
        }

        var result = new List<TableRow<T>>(list.Count + 16);
        foreach (var group in list.GroupBy(grouping.Key, StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase))
        {
            var members = group.ToList();
            var collapsed = spec.Collapsed.Contains(group.Key);
            result.Add(new TableRow<T>(null, group.Key, grouping.Summary(members), collapsed) { Members = members });
            if (!collapsed)
            {
                result.AddRange(members.Select(item => new TableRow<T>(item, null, null, false)));
            }
        }

        return result;
    }

    /// <summary>Sorts by a column; by the same one again, turns the order round.</summary>
    public void SortBy(Column<T> column) =>
        Change(Spec with { Sort = column, IsDescending = ReferenceEquals(Spec.Sort, column) && !Spec.IsDescending });

    /// <summary>Turns the order round.</summary>
    public void Reverse() => Change(Spec with { IsDescending = !Spec.IsDescending });

    /// <summary>Groups by the next way, and after the last not at all.</summary>
    public void CycleGrouping()
    {
        var at = Spec.Grouping is { } grouping ? Groupings.ToList().IndexOf(grouping) : -1;
        Change(Spec with { Grouping = at + 1 < Groupings.Count ? Groupings[at + 1] : null });
    }

    /// <summary>Takes over the filter as typed so far.</summary>
    public void ApplyFilter() => Change(Spec with { Filter = Filter.Text.Trim() });

    /// <summary>No filter.</summary>
    public void ClearFilter()
    {
        IsFiltering = false;
        Filter.Clear();
        ApplyFilter();
    }

    /// <summary>Folds or unfolds the selected group; false where a row is selected.</summary>
    public bool ToggleGroup()
    {
        if (SelectedIndex < 0 || Rows[SelectedIndex] is not { Group: { } group })
        {
            return false;
        }

        if (!_collapsed.Remove(group))
        {
            _collapsed.Add(group);
        }

        // A copy, for rows may be under preparation with the set of before.
        Change(Spec with { Collapsed = new HashSet<string>(_collapsed, StringComparer.OrdinalIgnoreCase) });
        return true;
    }

    /// <summary>Moves the selection by lines; stops at the ends.</summary>
    public void Move(int lines) => Select(Math.Clamp(SelectedIndex + lines, 0, Math.Max(0, Rows.Count - 1)));

    /// <summary>Selects a line.</summary>
    public void Select(int index)
    {
        if (index < 0 || index >= Rows.Count)
        {
            return;
        }

        SelectedIndex = index;
        _selectedKey = KeyOf(Rows[index]);
    }

    /// <summary>Selects the row with a key; false where there is none on show.</summary>
    public bool SelectKey(string key)
    {
        var index = IndexOf(key);
        Select(index);
        return index >= 0;
    }

    /// <summary>Moves the window by lines and the selection only as far as it must to stay in it.</summary>
    public void Scroll(int lines, int height)
    {
        Top = Math.Clamp(Top + lines, 0, Math.Max(0, Rows.Count - height));
        if (SelectedIndex >= 0)
        {
            Select(Math.Clamp(SelectedIndex, Top, Math.Max(Top, Math.Min(Rows.Count, Top + height) - 1)));
        }
    }

    /// <summary>Brings the selected line into a window of <paramref name="height"/> lines.</summary>
    public void EnsureVisible(int height)
    {
        if (SelectedIndex < Top)
        {
            Top = Math.Max(0, SelectedIndex);
        }
        else if (SelectedIndex >= Top + height)
        {
            Top = SelectedIndex - height + 1;
        }

        Top = Math.Clamp(Top, 0, Math.Max(0, Rows.Count - height));
    }

    private void Change(TableSpec<T> spec)
    {
        Spec = spec;
        Apply(Build(_items, spec));
    }

    private void Apply(IReadOnlyList<TableRow<T>> rows)
    {
        var atTop = FollowsTop && SelectedIndex <= 0;
        Rows = rows;
        Shown = rows.Count(r => !r.IsGroup);
        var index = atTop || _selectedKey is null ? -1 : IndexOf(_selectedKey);
        if (index < 0)
        {
            // The thing is gone: its neighbour takes its place.
            index = atTop ? 0 : Math.Max(0, SelectedIndex);
        }

        if (FollowsTop && !atTop && SelectedIndex >= 0)
        {
            // What is being read stays on the line where it stands; news comes in above it.
            Top = Math.Max(0, Top + index - SelectedIndex);
        }

        SelectedIndex = Math.Min(index, rows.Count - 1);
        _selectedKey = SelectedIndex >= 0 ? KeyOf(rows[SelectedIndex]) : _selectedKey;
    }

    private int IndexOf(string key)
    {
        // Most of the time it stands where it stood.
        if (SelectedIndex >= 0 && SelectedIndex < Rows.Count && KeyOf(Rows[SelectedIndex]) == key)
        {
            return SelectedIndex;
        }

        for (var i = 0; i < Rows.Count; i++)
        {
            if (KeyOf(Rows[i]) == key)
            {
                return i;
            }
        }

        return -1;
    }

    private string KeyOf(TableRow<T> row) => row.Group is { } group ? "group:" + group : _key(row.Item!);
}
