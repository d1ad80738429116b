using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Tests;

/// <summary>Sorting, filtering, grouping, and a selection that sticks to the thing.</summary>
public class TableModelTests
{
    private sealed record Thing(string Name, int Size);

    private static readonly Column<Thing>[] Columns =
    [
        new("Name", 4, t => t.Name), new("Size", 4, t => t.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)) { Order = Column<Thing>.By(t => t.Size) },
    ];

    private static TableModel<Thing> Table(params Thing[] things)
    {
        var table = new TableModel<Thing>(Columns, t => t.Name, (t, word) => t.Name.Contains(word, StringComparison.OrdinalIgnoreCase), sort: 0)
        {
            Groupings = [new("letter", t => t.Name[..1], all => all.Sum(t => t.Size).ToString(System.Globalization.CultureInfo.InvariantCulture))],
        };
        table.SetItems(things);
        return table;
    }

    private static Thing Numbered(int i) => new($"t{i:000}", i);

    private static string Shown(TableModel<Thing> table) => string.Join(' ', table.Rows.Select(r => r.Group is { } group ? $"[{group}={r.Summary}]" : r.Item!.Name));

    [Fact]
    public void The_selection_follows_its_row_when_rows_come_and_move()
    {
        var table = Table(new("b", 1), new("d", 2));
        table.Move(1);
        Assert.Equal("d", table.Selected!.Name);
        table.SetItems([new("a", 9), new("b", 1), new("c", 3), new("d", 7)]);
        Assert.Equal("d", table.Selected!.Name);
        Assert.Equal(7, table.Selected.Size);
        table.SortBy(Columns[1]);
        Assert.Equal("b c d a", Shown(table));
        Assert.Equal("d", table.Selected!.Name);
    }

    [Fact]
    public void When_the_selected_row_goes_its_neighbour_is_selected()
    {
        var table = Table(new("a", 1), new("b", 2), new("c", 3));
        table.Move(1);
        table.SetItems([new("a", 1), new("c", 3)]);
        Assert.Equal("c", table.Selected!.Name);
        table.SetItems([]);
        Assert.Null(table.Selected);
        table.SetItems([new("x", 1)]);
        Assert.Equal("x", table.Selected!.Name);
    }

    [Fact]
    public void Sorting_twice_turns_the_order_round_and_numbers_are_numbers()
    {
        var table = Table(new("a", 10), new("b", 9));
        table.SortBy(Columns[1]);
        Assert.Equal("b a", Shown(table));
        table.SortBy(Columns[1]);
        Assert.Equal("a b", Shown(table));
        table.SortBy(Columns[0]);
        Assert.Same(Columns[0], table.Spec.Sort);
    }

    [Fact]
    public void A_filter_needs_all_its_words_and_counts()
    {
        var table = Table(new("alice", 1), new("alina", 2), new("bob", 3));
        table.Filter.Insert("AL ic");
        table.ApplyFilter();
        Assert.Equal("alice", Shown(table));
        Assert.Equal((1, 3), (table.Shown, table.Total));
        table.ClearFilter();
        Assert.Equal(3, table.Shown);
    }

    [Fact]
    public void Groups_have_headings_that_fold()
    {
        var table = Table(new("a1", 1), new("a2", 2), new("b1", 5));
        table.CycleGrouping();
        Assert.Equal("[a=3] a1 a2 [b=5] b1", Shown(table));
        table.Select(0);
        Assert.True(table.ToggleGroup());
        Assert.Equal("[a=3] [b=5] b1", Shown(table));
        table.Select(2);
        Assert.False(table.ToggleGroup());
        table.CycleGrouping();
        Assert.Equal("a1 a2 b1", Shown(table));
    }

    [Fact]
    public void Rows_prepared_for_an_older_question_are_prepared_again()
    {
        var table = Table(new Thing("a", 1));
        var spec = table.Spec;
        IReadOnlyList<Thing> items = [new("a", 2), new("b", 1)];
        var rows = table.Build(items, spec);
        table.SortBy(Columns[1]);
        table.SetItems(items, rows, spec);
        Assert.Equal("b a", Shown(table));
    }

    [Fact]
    public void The_window_follows_the_selection_and_the_wheel_takes_it_along()
    {
        var table = Table([.. Enumerable.Range(0, 100).Select(Numbered)]);
        table.Move(50);
        table.EnsureVisible(10);
        Assert.Equal(41, table.Top);
        table.Scroll(-3, 10);
        Assert.Equal((38, 47), (table.Top, table.SelectedIndex));
        table.Move(1_000_000);
        table.EnsureVisible(10);
        Assert.Equal((90, 99), (table.Top, table.SelectedIndex));
    }

    [Fact]
    public void What_is_left_goes_first_to_columns_whose_text_is_cut_short()
    {
        Column<Thing>[] columns = [new("A", 5, t => t.Name) { MaxWidth = 12 }, new("B", 5, t => t.Name), new("C", 5, t => t.Name) { MaxWidth = 12 }];
        Assert.Equal("A5 B5 C9", Fitted(21));
        Assert.Equal("A6 B5 C11", Fitted(24));

        string Fitted(int width) => string.Join(' ', Column<Thing>.Fit(columns, width, null, c => c.Title == "C" ? 10 : 3).Select(f => f.Column.Title + f.Width));
    }

    [Fact]
    public void Columns_give_way_in_their_order_and_share_what_is_left()
    {
        Column<Thing>[] columns =
        [
            new("A", 5, t => t.Name) { MaxWidth = 8 }, new("B", 5, t => t.Name) { Drop = 1 }, new("C", 5, t => t.Name) { Drop = 2 }, new("D", 5, t => t.Name) { MaxWidth = 6 },
        ];
        Assert.Equal("A5 B5 C5 D5", Fitted(23));
        Assert.Equal("A7 B5 D6", Fitted(20));
        Assert.Equal("A5 D5", Fitted(11));
        Assert.Equal("A8 B5 C5 D6", Fitted(99));

        string Fitted(int width) => string.Join(' ', Column<Thing>.Fit(columns, width).Select(f => f.Column.Title + f.Width));
    }
}
