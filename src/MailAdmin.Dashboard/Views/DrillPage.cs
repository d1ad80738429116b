using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>A page of lists inside one another with a text at the bottom: Enter goes down, Esc up. The page says what its lists are and what can be done to their rows.</summary>
internal abstract class DrillPage(DashboardModel model, DrillModel drill) : TablePage(model)
{
    private readonly TextPane _text = new();

    /// <summary>The lists, the outermost first.</summary>
    protected abstract IReadOnlyList<TablePane> Tables { get; }

    /// <summary>What can be done at the depth where it stands.</summary>
    protected abstract IEnumerable<KeyDeed> HereDeeds { get; }

    protected sealed override TablePane? Table => drill.Text is null ? Tables[drill.Depth] : null;

    protected sealed override IEnumerable<KeyDeed> Own
    {
        get
        {
            if (drill.Text is { } text)
            {
                return
                [
                    TextPane.Sides, .. HereDeeds, KeyDeed.Back("back"),
                    KeyDeed.Typed("<", "previous", () => drill.Step(-1), "<,"), KeyDeed.Typed(">", "next", () => drill.Step(1), ">."),
                    .. TextPane.Deeds(text),
                ];
            }

            KeyDeed[] into = Table!.IsEmpty ? [] : [KeyDeed.On(Key.Enter, "Enter", drill.Depth < Tables.Count - 1 ? "open" : "read", drill.Enter)];
            KeyDeed[] back = drill.Depth == 0 ? [] : [KeyDeed.Back("back")];
            return [.. into, .. HereDeeds, .. back];
        }
    }

    public override void Draw(Canvas canvas, Area area)
    {
        area = DrawRemarks(canvas, area, (drill.Path, Tone.Title), (drill.Path.Length > 0 ? drill.Remark : "", Tone.Dim));
        if (drill.Text is { } text)
        {
            _text.Draw(canvas, area, text);
        }
        else
        {
            Table!.Draw(canvas, area);
        }
    }

    public override bool OnKey(Key key) => base.OnKey(key) || (drill.Text is { } text && _text.OnKey(key, text));

    public sealed override bool Back() => base.Back() || drill.Leave();
}
