using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Messages;

/// <summary>Files that messages and their attachments become: each message has one, whatever -Force says.</summary>
public sealed class MessageFileCmdletTests
{
    [Theory]
    [InlineData("Subject: x\r\n\r\nhello", true)]
    [InlineData("X-Odd \t: x\n\nhello", true)]
    [InlineData("\uFEFFSubject: x\n\nhello", true)]
    [InlineData("From carol@example.net Fri Jan  2 10:00:00 2026\nSubject: x\n\nhello", true)]
    [InlineData("hello", false)]
    [InlineData("Dear Bob: hello", false)]
    [InlineData(": x\n\nhello", false)]
    [InlineData("\nSubject: x\n\nhello", false)]
    [InlineData("\u0001\u0002\u00FF:\u0000", false)]
    public void A_file_that_does_not_begin_as_a_message_does_is_imported_with_a_warning(string content, bool isMessage)
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "in.eml"), content);

        lab.Shell.Single<MailboxMessage>("Import-MailboxMessage alice@example.com $dir/in.eml");

        Assert.Equal(!isMessage, lab.Shell.Warnings.Any(w => w.Contains("in.eml", StringComparison.Ordinal) && w.Contains("header field", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Force")]
    public void Messages_of_several_folders_and_mailboxes_keep_a_file_each(string force)
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "inbox");
        lab.Import("alice@example.com", "sent", folder: "Sent");
        lab.Shell.Run("$null = New-MailboxFolder alice@example.com Work/2026");
        lab.Import("alice@example.com", "work", folder: "Work/2026");
        lab.Import("bob@example.com", "bob");
        lab.Import("bob@example.com", "bob sent", folder: "Sent");

        var files = lab.Shell.Get<FileInfo>($"Get-MailboxMessage *@example.com * | Export-MailboxMessage $dir/out {force}");

        Assert.Equal(["1.eml", "INBOX-1.eml", "Sent-1.eml", "Work-2026-1.eml", "bob@example.com-Sent-1.eml"], files.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["bob", "bob sent", "inbox", "sent", "work"],
            files.Select(f => File.ReadAllLines(f.FullName).Single(l => l.StartsWith("Subject: ", StringComparison.Ordinal))[9..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Force_writes_over_what_was_there_before()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(lab.Directory, "out")).FullName, "1.eml"), "old");

        lab.Shell.Single<FileInfo>("Get-MailboxMessage alice@example.com | Export-MailboxMessage $dir/out -Force");

        Assert.Contains("Subject: one", File.ReadAllText(Path.Combine(lab.Directory, "out", "1.eml")), StringComparison.Ordinal);
    }

    [Fact]
    public void One_file_takes_one_message_also_where_they_come_from_several_folders()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "inbox");
        lab.Import("alice@example.com", "sent", folder: "Sent");

        var error = lab.Shell.Error("$null = Get-MailboxMessage alice@example.com * | Export-MailboxMessage $dir/one.eml -Force");

        Assert.StartsWith("PathIsOneFile,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Force")]
    public void Attachments_of_one_name_are_all_saved(string force)
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = $a, $b | Import-MailboxMessage alice@example.com", ("a", WithAttachment("invoice.pdf", "one")), ("b", WithAttachment("Invoice.PDF", "two")));

        var files = lab.Shell.Get<FileInfo>($"Get-MailboxMessage alice@example.com | Save-MailboxAttachment $dir/att {force}");

        Assert.Equal(["one", "two"], files.Select(f => File.ReadAllText(f.FullName)));
        Assert.Equal(["invoice.pdf", "Invoice (2).PDF"], files.Select(f => f.Name));
    }

    [Theory]
    [InlineData("請求書", ".pdf")]
    [InlineData("🧾", ".pdf")]
    [InlineData("x🧾", ".pdf")]
    [InlineData("ж", ".an extension that is none and goes on and on and on")]
    public void A_name_that_no_file_system_takes_is_cut_between_characters(string part, string extension)
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = Import-MailboxMessage alice@example.com -Message $t", ("t", WithAttachment(string.Concat(Enumerable.Repeat(part, 120)) + extension, "content")));

        var file = lab.Shell.Single<FileInfo>("Get-MailboxMessage alice@example.com | Save-MailboxAttachment $dir/att");

        Assert.Equal("content", File.ReadAllText(file.FullName));
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(file.Name), 150, 200);
        Assert.DoesNotContain('\uFFFD', file.Name);
        Assert.True(extension.Length > 10 || file.Extension == extension);
        Assert.Single(Directory.GetFiles(Path.Combine(lab.Directory, "att")));
    }

    [Fact]
    public void What_is_no_character_in_a_name_becomes_a_sign_for_it()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = Import-MailboxMessage alice@example.com -Message $t", ("t", WithAttachment("plan\uFFFE.txt", "content")));

        Assert.Equal("plan\uFFFD.txt", lab.Shell.Single<FileInfo>("Get-MailboxMessage alice@example.com | Save-MailboxAttachment $dir/att").Name);
    }

    [Fact]
    public void A_bracket_in_a_wanted_name_means_itself()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = Import-MailboxMessage alice@example.com -Message $t", ("t", WithAttachment("[draft] plan.txt", "content")));

        Assert.Equal("[draft] plan.txt", lab.Shell.Single<FileInfo>("Get-MailboxMessage alice@example.com | Save-MailboxAttachment $dir/att -Name '[draft]*'").Name);
    }

    private static string WithAttachment(string name, string content) => $"""
        From: Carol <carol@example.net>
        To: alice@example.com
        Subject: with attachment
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        See the file.
        --b
        Content-Type: application/octet-stream
        Content-Disposition: attachment; filename*=utf-8''{Uri.EscapeDataString(name)}
        Content-Transfer-Encoding: base64

        {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(content))}
        --b--
        """;
}
