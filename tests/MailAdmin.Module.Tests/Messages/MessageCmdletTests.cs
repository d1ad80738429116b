using System.Management.Automation;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Messages;

public sealed class MessageCmdletTests
{
    private const string WithAttachment = """
        From: Carol <carol@example.net>
        To: alice@example.com
        Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
        Message-ID: <m1@example.net>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/html; charset=utf-8

        <p>See <a href="https://example.com/a?x=1&amp;y=2">this</a></p>
        --b
        Content-Type: text/plain; charset=utf-8

        Plain https://example.org/b.
        --b
        Content-Type: application/pdf; name="../../etc/re:port.pdf"
        Content-Disposition: attachment; filename="../../etc/re:port.pdf"
        Content-Transfer-Encoding: base64

        SGVsbG8=
        --b--
        """;

    [Fact]
    public void Import_and_Get_show_what_was_stored()
    {
        using var lab = new Lab();

        var stored = lab.Shell.Single<MailboxMessage>("Import-MailboxMessage alice@example.com -Message $t -Flag Seen, '$work'", ("t", WithAttachment));
        var found = lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com");

        Assert.Equal(stored.Uid, found.Uid);
        Assert.Equal("Grüße", found.Subject);
        Assert.Equal("m1@example.net", found.MessageId);
        Assert.True(found.IsRead);
        Assert.Contains("$work", found.Flags);
        Assert.True(found.HasAttachments);
    }

    [Fact]
    public void Import_takes_files_by_wildcard_and_by_pipeline()
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "1.eml"), "Subject: one\n\nx\n");
        File.WriteAllText(Path.Combine(lab.Directory, "2.eml"), "Subject: two\n\nx\n");
        File.WriteAllText(Path.Combine(lab.Directory, "3.eml"), "");

        var made = lab.Shell.Run("Import-MailboxMessage alice@example.com $dir/*.eml").Select(o => ((MailboxMessage)o.BaseObject).Subject).ToList();
        Assert.Equal(["one", "two"], made);
        Assert.StartsWith("EmptyMessage", Assert.Single(lab.Shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);

        var piped = lab.Shell.Get<MailboxMessage>("[IO.FileInfo]::new(\"$dir/1.eml\"), [IO.FileInfo]::new(\"$dir/2.eml\") | Import-MailboxMessage bob@example.com -Folder Archive");
        Assert.Equal(["one", "two"], piped.Select(m => m.Subject));
        Assert.StartsWith("FileNotFound", lab.Shell.Error("Import-MailboxMessage alice@example.com $dir/none.eml").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_filters_and_reads_content()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "first code 123");
        lab.Import("alice@example.com", "second", folder: "Archive");
        lab.Shell.Run("$null = Import-MailboxMessage alice@example.com -Message $t", ("t", WithAttachment));

        Assert.Equal(2, lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com").Count);
        Assert.Equal(3, lab.Shell.Get<MailboxMessage>("Get-Mailbox alice* | Get-MailboxMessage -Folder *").Count);
        Assert.Equal("first code 123", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com -Subject *code*").Subject);
        Assert.Equal("second", lab.Shell.Single<MailboxMessage>("Get-MailboxFolder alice@example.com Archive | Get-MailboxMessage").Subject);

        var content = lab.Shell.Single<MailMessageContent>("Get-MailboxMessage alice@example.com -MessageId '<m1@example.net>' -Content");
        Assert.Equal(["https://example.com/a?x=1&y=2", "https://example.org/b"], content.Links);
        Assert.Equal("Hello"u8.ToArray(), Assert.Single(content.Attachments).Content.ToArray());
        Assert.Contains("Plain", content.Text, StringComparison.Ordinal);
        Assert.Contains(content.Headers, h => h.Key == "Subject" && h.Value == "Grüße");
    }

    [Fact]
    public void Errors_name_the_mailbox_the_folder_and_the_message_that_are_not_there()
    {
        using var lab = new Lab();

        Assert.StartsWith("MailboxNotFound", lab.Shell.Error("Get-MailboxMessage nobody@example.com").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("FolderNotFound", lab.Shell.Error("Get-MailboxMessage alice@example.com Nowhere").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("MessageNotFound", lab.Shell.Error("Get-MailboxMessage alice@example.com INBOX 99").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("MessageNotFound", lab.Shell.Error("Remove-MailboxMessage alice@example.com INBOX 99 -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_changes_flags_of_a_pipeline()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        lab.Import("alice@example.com", "two");

        var changed = lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com | Set-MailboxMessage -IsRead $true -AddFlag Flagged, work -PassThru");
        Assert.All(changed, m => Assert.Equal(["\\Flagged", "\\Seen", "work"], m.Flags.Order(StringComparer.Ordinal)));
        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com -Unread"));

        lab.Shell.Run("Get-MailboxMessage alice@example.com | Set-MailboxMessage -Flag @() -WhatIf");
        Assert.All(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com"), m => Assert.Equal(3, m.Flags.Count));
        Assert.Empty(lab.Shell.Single<MailboxMessage>("Set-MailboxMessage alice@example.com INBOX 1 -Flag @() -PassThru").Flags);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-AddFlag @()")]
    [InlineData("-RemoveFlag @() -AddFlag @()")]
    [InlineData("-RemoveFlag $null")]
    public void Set_without_a_change_is_an_error(string change)
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        Assert.StartsWith("NothingToChange", lab.Shell.Error($"Set-MailboxMessage alice@example.com INBOX 1 {change}").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.True(lab.Shell.Single<MailboxMessage>("Set-MailboxMessage alice@example.com INBOX 1 -AddFlag @() -IsRead $true -PassThru").IsRead);
    }

    [Fact]
    public void Copy_and_Move_go_to_other_folders_and_mailboxes()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        lab.Import("alice@example.com", "two");

        var copied = lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com | Copy-MailboxMessage -Destination INBOX -DestinationMailbox bob@example.com -PassThru");
        Assert.Equal(["one", "two"], copied.Select(m => m.Subject));
        lab.Shell.Run("Move-MailboxMessage alice@example.com INBOX 1 Archive");

        Assert.Equal("two", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com").Subject);
        Assert.Equal("one", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice@example.com Archive").Subject);
        Assert.StartsWith("FolderNotFound", lab.Shell.Error("Copy-MailboxMessage alice@example.com INBOX 2 Nowhere").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Remove_asks_once_for_a_pipeline()
    {
        var host = new AskedHost("Yes");
        using var lab = new Lab(host);
        lab.Import("alice@example.com", "one");
        lab.Import("alice@example.com", "two");

        lab.Shell.Run("Get-MailboxMessage alice@example.com | Remove-MailboxMessage");

        Assert.Contains("2 messages", Assert.Single(host.Questions), StringComparison.Ordinal);
        Assert.Empty(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com"));
    }

    [Fact]
    public void Export_writes_the_octets_that_were_stored()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one", new string('x', 70) + "\n" + string.Concat(Enumerable.Repeat("0123456789\n", 60_000)));
        lab.Import("alice@example.com", "two");

        var files = lab.Shell.Get<FileInfo>("Get-MailboxMessage alice@example.com | Export-MailboxMessage -Path $dir/out");

        Assert.Equal(["1.eml", "2.eml"], files.Select(f => f.Name));
        Assert.Equal(lab.Shell.Get<MailboxMessage>("Get-MailboxMessage alice@example.com").Select(m => m.SizeBytes), files.Select(f => f.Length));
        Assert.Contains("\r\n0123456789\r\n", File.ReadAllText(files[0].FullName), StringComparison.Ordinal);
        Assert.StartsWith("FileExists", lab.Shell.Error("Export-MailboxMessage alice@example.com INBOX 1 $dir/out").FullyQualifiedErrorId, StringComparison.Ordinal);
        lab.Shell.Single<FileInfo>("Export-MailboxMessage alice@example.com INBOX 1 $dir/out/1.eml -Force");
    }

    [Fact]
    public void Attachments_are_saved_under_a_name_that_cannot_leave_the_directory()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = Import-MailboxMessage alice@example.com -Message $t", ("t", WithAttachment));

        var saved = lab.Shell.Single<FileInfo>("Get-MailboxMessage alice@example.com | Save-MailboxAttachment -Path $dir/att");
        var again = lab.Shell.Single<FileInfo>("Get-MailboxMessage alice@example.com | Save-MailboxAttachment -Path $dir/att");

        Assert.Equal(Path.Combine(lab.Directory, "att", "re_port.pdf"), saved.FullName);
        Assert.Equal("re_port (2).pdf", again.Name);
        Assert.Equal("Hello", File.ReadAllText(saved.FullName));
        Assert.Empty(lab.Shell.Get<FileInfo>("Get-MailboxMessage alice@example.com | Save-MailboxAttachment -Path $dir/att -Name *.docx"));
    }

    [Fact]
    public void Wait_returns_a_message_that_comes_after_the_cursor()
    {
        using var lab = new Lab();
        lab.Import("bob@example.com", "code 1");
        using var other = new Shell();
        using var waiting = PowerShell.Create(other.Runspace);
        waiting.AddScript("$cursor = Get-MailboxMessage bob@example.com -Newest 1; Wait-MailboxMessage bob@example.com -Subject *code* -After $cursor -Timeout 120");

        var running = waiting.BeginInvoke();
        lab.Shell.Run("Send-Mail -From alice@example.com -To bob@example.com -Subject 'no'; Send-Mail -From alice@example.com -To bob@example.com -Subject 'code 2' -Body 'see https://example.com/c'");
        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        var content = (MailMessageContent)Assert.Single(waiting.EndInvoke(running)).BaseObject;

        Assert.Equal("code 2", content.Subject);
        Assert.Equal(["https://example.com/c"], content.Links);
    }

    [Fact]
    public void Wait_gives_up_with_an_error_that_says_what_it_waited_for()
    {
        using var lab = new Lab();

        var error = lab.Shell.Error("Wait-MailboxMessage bob@example.com -Subject *code* -Timeout 0.2");

        Assert.StartsWith("WaitTimeout", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.OperationTimeout, error.CategoryInfo.Category);
        Assert.Contains("*code*", error.Exception.Message, StringComparison.Ordinal);
    }
}
