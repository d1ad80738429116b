using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Security;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The dialogs about mailboxes: what they ask, how they check it, what they do.</summary>
internal static class MailboxForms
{
    private const string Address = "Address", DisplayName = "Name", Password = "Password", Again = "Again", Quota = "Quota";

    /// <summary>Makes a mailbox.</summary>
    public static FormModel New(IMailAdministration administration, string domain) => new(
        "New mailbox",
        ["Leave the password empty to have a strong one made; it is shown once.", "Quota: 2GB, 500MB, …; empty for none."],
        [new(Address, domain.Length > 0 ? "@" + domain : "") { IsEnding = true }, new(DisplayName), new(Password, isSecret: true), new(Quota)],
        [
            new("&Create", async (form, stop) =>
            {
                if (!MailboxAddress.TryParse(form[Address], out var address, out var reason))
                {
                    throw Invalid(reason, form[Address]);
                }

                var quota = QuotaOf(form);
                var generated = form[Password].Length > 0 ? null : PasswordRules.Generate();
                var made = await administration.NewMailboxAsync(
                    new NewMailboxRequest(address.ToString(), generated is null ? VerifierOf(form, address.ToString()) : PasswordRules.VerifierOfGenerated(generated))
                    {
                        DisplayName = form[DisplayName] is { Length: > 0 } name ? name : null,
                        QuotaBytes = quota == 0 ? null : quota,
                    },
                    stop);
                return generated is null ? $"made {made.Address}" : $"Made {made.Address}\nIts password is {generated}\nIt is shown only now.";
            }),
            Cancel,
        ]);

    /// <summary>Sets a password.</summary>
    public static FormModel SetPassword(IMailAdministration administration, Mailbox mailbox) => new(
        "Password of " + mailbox.Address,
        ["Sessions that are open stay open."],
        [new(Password, isSecret: true), new(Again, isSecret: true)],
        [
            new("&Set", async (form, stop) =>
            {
                if (form[Password].Length == 0)
                {
                    throw Invalid("Type the new password twice.", mailbox.Address);
                }

                if (form[Password] != form[Again])
                {
                    throw Invalid("The two are not the same.", mailbox.Address);
                }

                await administration.SetMailboxAsync(mailbox.Id.ToString(), new MailboxChange { Verifier = VerifierOf(form, mailbox.Address) }, stop);
                return "password of " + mailbox.Address + " is set";
            }),
            Cancel,
        ]);

    /// <summary>Sets a quota.</summary>
    public static FormModel SetQuota(IMailAdministration administration, Mailbox mailbox)
    {
        var now = mailbox.QuotaBytes is { } octets ? Formats.ExactBytes(octets) : "";
        return new FormModel(
            "Quota of " + mailbox.Address,
            [$"It holds {Formats.Bytes(mailbox.UsedBytes)} in {Formats.Count(mailbox.MessageCount, "message")}.", "2GB, 500MB, …; empty for none."],
            [new(Quota, now)],
            [
                new("&Set", async (form, stop) =>
                {
                    if (form[Quota] == now)
                    {
                        return $"quota of {mailbox.Address} stays as it is";
                    }

                    var quota = QuotaOf(form);
                    await administration.SetMailboxAsync(mailbox.Id.ToString(), new MailboxChange { QuotaBytes = quota }, stop);
                    return $"quota of {mailbox.Address} is {(quota == 0 ? "off" : Formats.Bytes(quota))}";
                }),
                Cancel,
            ]);
    }

    /// <summary>Refuses or allows logins.</summary>
    public static FormModel Toggle(IMailAdministration administration, Mailbox mailbox) => FormModel.Question(
        (mailbox.IsEnabled ? "Disable " : "Enable ") + mailbox.Address,
        mailbox.IsEnabled
            ? ["Logins will be refused; mail is still taken in.", "Sessions that are open stay open."]
            : ["Logins will be allowed again."],
        "&Leave it",
        mailbox.IsEnabled ? "&Disable" : "&Enable",
        async stop =>
        {
            await administration.SetMailboxAsync(mailbox.Id.ToString(), new MailboxChange { IsEnabled = !mailbox.IsEnabled }, stop);
            return mailbox.Address + (mailbox.IsEnabled ? " is disabled" : " is enabled");
        });

    /// <summary>Removes a mailbox and all its mail.</summary>
    public static FormModel Remove(IMailAdministration administration, Mailbox mailbox) => FormModel.Question(
        "Remove " + mailbox.Address,
        [$"{Formats.Count(mailbox.MessageCount, "message")}, {Formats.Bytes(mailbox.UsedBytes)}, will be gone for good."],
        "&Keep it",
        "&Remove",
        async stop =>
        {
            await administration.RemoveMailboxAsync(mailbox.Id.ToString(), stop);
            return mailbox.Address + " is removed";
        });

    private static FormButton Cancel { get; } = new("Ca&ncel", null);

    private static ScramVerifier VerifierOf(FormModel form, string address) => PasswordRules.Weakness(form[Password], address) is { } why
        ? throw Invalid($"The password {why}. Choose a better one.", address)
        : ScramVerifier.Create(form[Password]);

    private static long QuotaOf(FormModel form) =>
        Formats.ParseBytes(form[Quota]) ?? throw Invalid($"'{form[Quota]}' is not a size such as 2GB.", form[Quota]);

    private static MailAdminException Invalid(string message, string target) => new("InvalidInput", MailErrorCategory.InvalidArgument, message, target);
}
