namespace MailAdmin.Dashboard.ViewModels;

/// <summary>A column of a table: what it says, how wide, when it gives way.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Width">Least width in cells.</param>
/// <param name="Text">What a row says in it.</param>
internal sealed record Column<T>(string Title, int Width, Func<T, string> Text)
{
    /// <summary>What it is called where it is chosen: the heading, unless that is only a sign's.</summary>
    public string Name { get => field.Length > 0 ? field : Title; init; } = "";
    /// <summary>Numbers stand to the right.</summary>
    public bool IsRight { get; init; }
    /// <summary>Columns with a higher number are dropped first where there is no room; 0 stays.</summary>
    public int Drop { get; init; }
    /// <summary>It may grow to this width where there is room; 0: it does not grow.</summary>
    public int MaxWidth { get; init; }
    /// <summary>How rows are ordered by it; null: by its text.</summary>
    public Comparison<T>? Order { get; init; }
    /// <summary>What its text means in a row.</summary>
    public Func<T, Tone>? Tone { get; init; }

    /// <summary>Compares two rows by this column.</summary>
    public int Compare(T a, T b) => Order is { } order ? order(a, b) : string.Compare(Text(a), Text(b), StringComparison.OrdinalIgnoreCase);

    /// <summary>An order by a key.</summary>
    public static Comparison<T> By<TKey>(Func<T, TKey> key) => (a, b) => Comparer<TKey>.Default.Compare(key(a), key(b));

    /// <summary>An order by a text, any case; nothing comes last.</summary>
    public static Comparison<T> ByText(Func<T, string?> key) => (a, b) => (key(a), key(b)) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        var (x, y) => string.Compare(x, y, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>
    /// Which columns fit into <paramref name="width"/> cells, and how wide each is; one cell of air between two. Columns give way in the order of
    /// <see cref="Drop"/>, but never the one that is sorted by; what is left over is shared by those that may grow, first by those whose text is cut short.
    /// </summary>
    /// <param name="columns">In the order of the screen.</param>
    /// <param name="width">Cells there are.</param>
    /// <param name="sorted">The one that is sorted by.</param>
    /// <param name="needed">Cells the text of a column takes; null: not known.</param>
    public static IReadOnlyList<(Column<T> Column, int Width)> Fit(IReadOnlyList<Column<T>> columns, int width, Column<T>? sorted = null, Func<Column<T>, int>? needed = null)
    {
        int Rank(Column<T> column) => ReferenceEquals(column, sorted) ? 0 : column.Drop;
        var kept = columns.ToList();
        int Need() => kept.Sum(c => c.Width) + kept.Count - 1;
        while (Need() > width && kept.Exists(c => Rank(c) > 0))
        {
            kept.Remove(kept.MaxBy(Rank)!);
        }

        var widths = kept.ConvertAll(c => c.Width);
        var spare = Math.Max(0, width - Need());
        Grow(c => Math.Min(c.MaxWidth, needed?.Invoke(c) ?? 0));
        Grow(c => c.MaxWidth);
        return [.. kept.Zip(widths)];

        // A cell at a time, so that none takes all and leaves the next one cut short.
        void Grow(Func<Column<T>, int> most)
        {
            var limits = kept.ConvertAll(c => most(c));
            for (var grew = true; spare > 0 && grew;)
            {
                grew = false;
                for (var i = 0; i < kept.Count && spare > 0; i++)
                {
                    if (widths[i] < limits[i])
                    {
                        widths[i]++;
                        spare--;
                        grew = true;
                    }
                }
            }
        }
    }
}
