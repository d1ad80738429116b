using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Views;

/// <summary>Mailboxes, folders, messages and the reader.</summary>
internal sealed class MailboxesPage(DashboardModel model) : DrillPage(model, model.Mailboxes)
{
    private MailboxesModel Browser => Model.Mailboxes;

    protected override IReadOnlyList<TablePane> Tables { get; } =
    [
        new TablePane<MailboxLine>(model.Mailboxes.Table, "no mailboxes; N makes one") { Opened = model.Mailboxes.Enter },
        new TablePane<MailboxFolder>(model.Mailboxes.Folders, "no folders") { Opened = model.Mailboxes.Enter },
        new TablePane<MailboxMessage>(model.Mailboxes.Messages, "no messages") { Opened = model.Mailboxes.Enter },
    ];

    protected override IEnumerable<KeyDeed> HereDeeds => Browser.Level switch
    {
        BrowserLevel.Mailboxes =>
        [
            KeyDeed.Letter('N', "new", Model.AskForMailbox),
            .. Table is { IsEmpty: true } ? [] : RowDeeds,
        ],
        BrowserLevel.Folders => [],
        BrowserLevel.Messages => Table is { IsEmpty: true } ? [] : [KeyDeed.On(Key.Delete, "Del", "remove", () => Remove(Browser.Messages.Selected))],
        _ => [KeyDeed.On(Key.Delete, "Del", "remove", () => Remove(Browser.Reader!.Message))],
    };

    private IEnumerable<KeyDeed> RowDeeds =>
    [
        KeyDeed.Letter('E', Browser.Table.Selected is { Mailbox.IsEnabled: false } ? "enable" : "disable", () => Ask(MailboxForms.Toggle)),
        KeyDeed.Letter('P', "password", () => Ask(MailboxForms.SetPassword)),
        KeyDeed.Letter('L', "quota", () => Ask(MailboxForms.SetQuota)),
        KeyDeed.On(Key.Delete, "Del", "remove", () => Ask(MailboxForms.Remove)),
    ];

    private void Ask(Func<IMailAdministration, Mailbox, FormModel> form)
    {
        if (Browser.Table.Selected is { } line)
        {
            Model.AskAbout(line.Mailbox, form);
        }
    }

    private void Remove(MailboxMessage? message)
    {
        if (message is not null)
        {
            Model.Dialogs.Ask(Browser.RemoveMessage(message));
        }
    }
}
