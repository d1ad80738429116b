using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>A page with a table: the table has movement, sorting, grouping and its filter; the page says only what can be done to its rows.</summary>
internal abstract class TablePage(DashboardModel model) : Page(model)
{
    /// <summary>The table that has the keys; null where something else has the page.</summary>
    protected abstract TablePane? Table { get; }

    /// <summary>What can be done on this page, besides what every table can.</summary>
    protected abstract IEnumerable<KeyDeed> Own { get; }

    /// <summary>What is done less often; it stands behind what every table can.</summary>
    protected virtual IEnumerable<KeyDeed> Rare => [];

    public sealed override IEnumerable<KeyDeed> Deeds => [.. Own, .. Table?.Deeds ?? [], .. Rare];

    public sealed override bool IsTyping => Table?.IsTyping ?? false;

    public sealed override void Paste(string text) => Table?.Paste(text);

    public override bool OnKey(Key key) => IsTyping ? Table!.OnTyped(key) : base.OnKey(key) || (Table?.OnKey(key) ?? false);

    public override bool Back() => Table?.Back() ?? false;

    /// <summary>A line above the table, in pieces; it takes room only where there is something to say. Returns what is left of the area.</summary>
    protected static Area DrawRemarks(Canvas canvas, Area area, params (string Text, Tone Tone)[] remarks)
    {
        if (Array.TrueForAll(remarks, r => r.Text.Length == 0))
        {
            return area;
        }

        var (line, rest) = area.SplitTop(1);
        var x = line.X + 1;
        foreach (var (text, tone) in remarks.Where(r => r.Text.Length > 0))
        {
            x = canvas.Text(x, line.Y, text, tone, line.Right - x) + 2;
        }

        return rest;
    }
}
