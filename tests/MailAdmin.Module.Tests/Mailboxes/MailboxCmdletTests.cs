using System.Management.Automation;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Mailboxes;

public sealed class MailboxCmdletTests
{
    [Fact]
    public void New_with_a_password_makes_a_mailbox_and_does_not_return_the_password()
    {
        using var lab = new Lab();

        var mailbox = lab.Shell.Single<CreatedMailbox>("New-Mailbox carol@example.com -Password 'a long enough one' -DisplayName 'Carol C.' -Quota 2GB");

        Assert.Equal("carol@example.com", mailbox.Address);
        Assert.Equal("Carol C.", mailbox.DisplayName);
        Assert.Equal(2L << 30, mailbox.QuotaBytes);
        Assert.Null(mailbox.GeneratedPassword);
    }

    [Fact]
    public void New_without_a_password_makes_a_strong_one_and_returns_it_once()
    {
        using var lab = new Lab();

        var mailbox = lab.Shell.Single<CreatedMailbox>("New-Mailbox carol@example.com");

        Assert.True(mailbox.GeneratedPassword!.Length >= 20);
        Assert.DoesNotContain("GeneratedPassword", lab.Shell.Get<string>("(Get-Mailbox carol@example.com).PSObject.Properties.Name"));
    }

    [Theory]
    [InlineData("New-Mailbox dave@example.com -Password short", "WeakPassword")]
    [InlineData("New-Mailbox dave@example.com -Password dave@example.com", "WeakPassword")]
    [InlineData("New-Mailbox dave@example.com -Password ''", "EmptyPassword")]
    [InlineData("New-Mailbox dave@example.com -Password '' -Force", "EmptyPassword")]
    [InlineData("New-Mailbox dave", "InvalidAddress")]
    [InlineData("New-Mailbox 'da ve@example.com'", "InvalidAddress")]
    [InlineData("New-Mailbox alice@example.com", "MailboxExists")]
    public void New_refuses_with_one_error_that_names_the_remedy(string script, string id)
    {
        using var lab = new Lab();

        var error = lab.Shell.Error(script);

        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails.RecommendedAction));
        Assert.NotNull(error.TargetObject);
        Assert.Equal(2, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);
    }

    [Fact]
    public void New_takes_a_weak_password_with_Force()
    {
        using var lab = new Lab();

        lab.Shell.Single<Mailbox>("New-Mailbox dave@example.com -Password lab -Force");
    }

    [Fact]
    public void New_from_rows_makes_each_and_tells_of_each_bad_one()
    {
        using var lab = new Lab();

        var made = lab.Shell.Run("""
            [pscustomobject]@{ Address = 'u1@example.com'; DisplayName = 'One'; Quota = '1 GB'; Password = 'long enough one' },
            [pscustomobject]@{ Address = 'not an address'; DisplayName = 'Bad'; Quota = ''; Password = 'long enough one' },
            [pscustomobject]@{ Address = 'u2@example.com'; DisplayName = 'Two'; Quota = 'Unlimited'; Password = 'long enough two' } | New-Mailbox
            """).Select(o => (Mailbox)o.BaseObject).ToList();

        Assert.Equal(["u1@example.com", "u2@example.com"], made.Select(m => m.Address));
        Assert.Equal([1L << 30, null], made.Select(m => m.QuotaBytes));
        Assert.StartsWith("InvalidAddress", Assert.Single(lab.Shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void New_of_hundreds_keeps_the_order_of_the_input()
    {
        using var lab = new Lab();

        var made = lab.Shell.Get<Mailbox>("1..300 | ForEach-Object { 'user{0:000}@example.com' -f $_ } | New-Mailbox");

        Assert.Equal(Enumerable.Range(1, 300).Select(n => $"user{n:000}@example.com"), made.Select(m => m.Address));
        Assert.Equal(302, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);
    }

    [Fact]
    public void New_tells_of_what_it_refuses_in_the_order_of_the_input()
    {
        using var lab = new Lab();

        var said = lab.Shell.Run("'u1@example.com', 'bad', 'u2@example.com', 'alice@example.com', '*@example.com', 'u3@example.com' | New-Mailbox 2>&1");

        Assert.Equal(
            ["u1@example.com", "InvalidAddress", "u2@example.com", "MailboxExists", "InvalidAddress", "u3@example.com"],
            said.Select(o => o.BaseObject is ErrorRecord error ? error.FullyQualifiedErrorId.Split(',')[0] : ((Mailbox)o.BaseObject).Address));
    }

    [Theory]
    [InlineData("bad", "-ErrorAction Stop")]
    [InlineData("alice@example.com", "-ErrorAction Stop")]
    [InlineData("bad", "")]
    public void New_that_ends_at_an_error_has_made_nothing_whose_password_was_not_told(string row, string action)
    {
        using var lab = new Lab();

        var error = lab.Shell.Error(
            $"$told = [Collections.Generic.List[object]]::new(); {(action.Length == 0 ? "$ErrorActionPreference = 'Stop'; " : "")}1..40 | ForEach-Object {{ if ($_ -eq 30) {{ $row }} else {{ \"u$_@example.com\" }} }} | New-Mailbox {action} | ForEach-Object {{ $told.Add($_) }}",
            ("row", row));

        Assert.NotNull(error);
        Assert.Equal(29, lab.Shell.Single<int>("@($told.GeneratedPassword).Count"));
        Assert.Equal(29, lab.Shell.Get<Mailbox>("Get-Mailbox u*").Count);
    }

    [Fact]
    public void New_with_WhatIf_makes_nothing()
    {
        using var lab = new Lab();

        Assert.Empty(lab.Shell.Run("New-Mailbox carol@example.com -WhatIf"));
        Assert.Equal(2, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);
    }

    [Fact]
    public void Get_finds_by_wildcard_id_and_pipeline()
    {
        using var lab = new Lab();
        var alice = lab.Shell.Single<Mailbox>("Get-Mailbox alice@example.com");

        Assert.Equal(alice, lab.Shell.Single<Mailbox>("Get-Mailbox a*@example.com"));
        Assert.Equal(alice, lab.Shell.Single<Mailbox>($"Get-Mailbox {alice.Id}"));
        Assert.Equal(2, lab.Shell.Get<Mailbox>("'alice@example.com', 'bob@example.com' | Get-Mailbox").Count);
        Assert.Empty(lab.Shell.Get<Mailbox>("Get-Mailbox nobody*"));
        Assert.Equal(ErrorCategory.ObjectNotFound, lab.Shell.Error("Get-Mailbox nobody@example.com").CategoryInfo.Category);
    }

    [Fact]
    public void Get_piped_to_First_stops_early()
    {
        using var lab = new Lab();

        Assert.Single(lab.Shell.Get<Mailbox>("Get-Mailbox | ForEach-Object { $_ ; break }"));
    }

    [Fact]
    public void Set_changes_what_is_given_and_nothing_else()
    {
        using var lab = new Lab();

        var changed = lab.Shell.Single<Mailbox>("Get-Mailbox alice* | Set-Mailbox -Quota 5GB -DisplayName Alice -PassThru");
        Assert.Equal((5L << 30, "Alice"), (changed.QuotaBytes!.Value, changed.DisplayName));

        var again = lab.Shell.Single<Mailbox>("Set-Mailbox alice@example.com -Quota Unlimited -PassThru");
        Assert.Null(again.QuotaBytes);
        Assert.Equal("Alice", again.DisplayName);

        lab.Shell.Run("Get-Mailbox | Set-Mailbox -Quota 1MB -WhatIf");
        Assert.All(lab.Shell.Get<Mailbox>("Get-Mailbox"), m => Assert.Null(m.QuotaBytes));
        Assert.StartsWith("NothingToChange", lab.Shell.Error("Set-Mailbox alice@example.com").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_with_nothing_clears_a_name_and_is_an_error_for_a_quota()
    {
        using var lab = new Lab();
        lab.Shell.Run("Set-Mailbox alice@example.com -DisplayName Alice -Quota 1GB");

        Assert.Null(lab.Shell.Single<Mailbox>("Set-Mailbox alice@example.com -DisplayName $null -PassThru").DisplayName);
        Assert.StartsWith("EmptyQuota,", lab.Shell.Error("Set-Mailbox alice@example.com -Quota ''").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("EmptyQuota,", lab.Shell.Error("Set-Mailbox alice@example.com -Quota $null -DisplayName x").FullyQualifiedErrorId, StringComparison.Ordinal);
        var mailbox = lab.Shell.Single<Mailbox>("Get-Mailbox alice@example.com");
        Assert.Equal((1L << 30, null), (mailbox.QuotaBytes, mailbox.DisplayName));
    }

    [Fact]
    public void Enable_and_Disable_switch_logins()
    {
        using var lab = new Lab();

        Assert.False(lab.Shell.Single<Mailbox>("Disable-Mailbox alice@example.com -PassThru").IsEnabled);
        Assert.True(lab.Shell.Single<Mailbox>("Get-Mailbox alice@example.com | Enable-Mailbox -PassThru").IsEnabled);
    }

    [Fact]
    public void Rename_keeps_the_mail_and_with_KeepAlias_the_old_address()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "before");

        var renamed = lab.Shell.Single<Mailbox>("Rename-Mailbox alice@example.com alice.smith@example.com -KeepAlias -PassThru");

        Assert.Equal("alice.smith@example.com", renamed.Address);
        Assert.Equal("before", lab.Shell.Single<MailboxMessage>("Get-MailboxMessage alice.smith@example.com").Subject);
        Assert.Equal(["alice.smith@example.com"], lab.Shell.Single<MailAlias>("Get-MailAlias alice@example.com").Targets);
    }

    [Fact]
    public void Remove_asks_unless_forced_and_takes_no_for_an_answer()
    {
        var host = new AskedHost("No");
        using var lab = new Lab(host);

        lab.Shell.Run("Remove-Mailbox alice@example.com -Force -WhatIf");
        Assert.Empty(host.Questions);
        Assert.Contains("Remove mailbox alice@example.com with 0 messages", string.Concat(host.Lines), StringComparison.Ordinal);
        lab.Shell.Run("Remove-Mailbox alice@example.com");
        Assert.Contains("Remove mailbox alice@example.com", Assert.Single(host.Questions), StringComparison.Ordinal);
        lab.Shell.Run("Remove-Mailbox alice@example.com -Force -Confirm");
        Assert.Equal(2, host.Questions.Count);
        Assert.Equal(2, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);

        lab.Shell.Run("Get-Mailbox alice* | Remove-Mailbox -Force; Remove-Mailbox bob@example.com -Confirm:$false");
        Assert.Equal(2, host.Questions.Count);
        Assert.Empty(lab.Shell.Get<Mailbox>("Get-Mailbox"));
        Assert.Equal(ErrorCategory.ObjectNotFound, lab.Shell.Error("Remove-Mailbox alice@example.com -Force").CategoryInfo.Category);
    }

    [Fact]
    public void Statistics_sum_up_the_folders()
    {
        using var lab = new Lab();
        lab.Import("alice@example.com", "one");
        lab.Shell.Run("Set-Mailbox alice@example.com -Quota 1MB");

        var statistics = lab.Shell.Single<MailboxStatistics>("Get-Mailbox alice* | Get-MailboxStatistics");

        Assert.Equal((1, 1, "INBOX"), (statistics.MessageCount, statistics.UnseenCount, statistics.LargestFolder));
        Assert.True(statistics.FolderCount >= 5);
        Assert.InRange(statistics.QuotaUsedPercent!.Value, 0, 1);
    }

    [Fact]
    public void No_server_is_one_error_that_says_what_to_do()
    {
        using var shell = new Shell();

        var error = shell.Error("1..3 | ForEach-Object { \"u$_@example.com\" } | Get-Mailbox -Server nowhere");

        Assert.StartsWith("ServerNotRunning", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Start-MailServer", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_with_no_server_is_administered_by_its_path_also_by_two_cmdlets_at_once()
    {
        using var lab = new Lab();

        lab.Shell.Single<Mailbox>("New-Mailbox carol@example.com -StorePath $dir/offline");
        Assert.Equal("Carol", lab.Shell.Single<Mailbox>("Get-Mailbox -StorePath $dir/offline | Set-Mailbox -DisplayName Carol -PassThru -StorePath $dir/offline").DisplayName);
        Assert.Equal(2, lab.Shell.Get<Mailbox>("Get-Mailbox").Count);
    }
}
