using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>What fills the middle of the screen. Only the page on show is ever asked to draw.</summary>
internal abstract class Page(DashboardModel model)
{
    /// <summary>All there is to know.</summary>
    protected DashboardModel Model { get; } = model;

    /// <summary>Keys of this page as it stands, the most useful first.</summary>
    public abstract IEnumerable<KeyDeed> Deeds { get; }

    /// <summary>Keys go into a line of text: letters are letters.</summary>
    public virtual bool IsTyping => false;

    /// <summary>Text that was pasted while keys go into a line of text.</summary>
    public virtual void Paste(string text)
    {
    }

    /// <summary>Draws itself.</summary>
    public abstract void Draw(Canvas canvas, Area area);

    /// <summary>Lets a key act; false where it means nothing here.</summary>
    public virtual bool OnKey(Key key) => Deeds.Perform(key);

    /// <summary>Esc: one step back; false where there is none.</summary>
    public virtual bool Back() => false;
}
