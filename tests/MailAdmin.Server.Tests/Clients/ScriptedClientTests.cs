using static MailAdmin.Server.Tests.Clients.ClientLab;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>Clients that people write their own scripts and filters for.</summary>
public sealed class ScriptedClientTests
{
    /// <summary>imapfilter: searches, keywords, moves, and copies from one account to another.</summary>
    [Fact]
    public async Task Imapfilter()
    {
        Require("imapfilter");
        await using var lab = await StartAsync();
        await lab.FillAsync(Alice, "INBOX", "keep", "invoice", "spam", "forward");
        var configuration = lab.Write("config.lua", $$"""
            options.timeout = 20
            account = IMAP { server = 'localhost', port = {{lab.Port(MailProtocol.Imap, MailTlsMode.Implicit)}}, username = '{{Alice}}', password = '{{Secret}}', ssl = 'auto' }
            other = IMAP { server = 'localhost', port = {{lab.Port(MailProtocol.Imap)}}, username = '{{Bob}}', password = '{{Secret}}' }
            assert(account:create_mailbox('Bücher') and account:subscribe_mailbox('Bücher'))
            local inbox = account.INBOX
            inbox:contain_subject('invoice'):add_flags({ '$Paid' })
            inbox:has_keyword('$Paid'):move_messages(account['Bücher'])
            inbox:match_header('(?im)^subject: spam'):delete_messages()
            inbox:contain_body('body of forward'):copy_messages(other.INBOX)
            inbox:contain_subject('keep'):mark_flagged()
            local exist, recent, unseen = inbox:check_status()
            print('messages ' .. exist .. ', unseen ' .. unseen)
            assert(account['Bücher']:append_message('Subject: appended\r\n\r\nbody\r\n', { '\\Seen' }))

            """);
        var said = await RunAsync("imapfilter", ["-c", configuration, "-t", lab.Certificate, "-v"], home: lab.Files.Path);
        Assert.Contains("messages 2, unseen 2", said, StringComparison.Ordinal);
        Assert.Equal("keep \\Flagged, forward", (await lab.ShowAsync(Alice)).Replace(" \\Recent", "", StringComparison.Ordinal));
        Assert.Equal("forward", await lab.ShowAsync(Bob));
        Assert.Equal("invoice $Paid, appended \\Seen", await lab.ShowAsync(Alice, "Bücher"));
    }

    /// <summary>Perl's Mail::IMAPClient: COMPRESS, names that must be quoted, SORT, SPECIAL-USE, and IDLE that hears of a second session.</summary>
    [Fact]
    public async Task Perl_imap_client()
    {
        Require("perl");
        await using var lab = await StartAsync();
        await lab.FillAsync(Alice, "INBOX", "one", "two");
        var script = lab.Write("client.pl", $$"""
            use strict; use warnings; use Mail::IMAPClient;
            sub login { Mail::IMAPClient->new(Server => 'localhost', User => '{{Alice}}', Password => '{{Secret}}', Uid => 1, @_) or die "login: $@" }
            sub must { my ($what, $result) = @_; $result or die "$what failed" }
            my @tls = (SSL_ca_file => '{{lab.Certificate}}');
            my $c = login(Port => {{lab.Port(MailProtocol.Imap)}}, Starttls => [@tls], Authmechanism => 'PLAIN');
            must(compress => $c->compress);
            my $name = 'a "quoted" \\back %pc';
            must(create => $c->create($name));
            must(append => $c->append_string($name, "Subject: (paren) \"q\"\r\n\r\nbody\r\n", '\\Flagged', '26-Nov-2016 01:02:03 +0100'));
            must(select => $c->select($name));
            print 'search ', join(' ', $c->search('SUBJECT', '(paren) "q"')), "\n";
            print 'date ', $c->internaldate(1), "\n";
            must(flag => $c->set_flag('$Junk', 1));
            must(move => $c->move('INBOX', 1));
            must(expunge => $c->expunge);
            must(inbox => $c->select('INBOX'));
            must(rename => $c->rename($name, 'plain'));
            must(delete => $c->delete('plain'));
            print 'sort ', join(' ', $c->sort('REVERSE SUBJECT', 'UTF-8', 'ALL')), "\n";
            for my $folder (sort { $a->{name} cmp $b->{name} } @{ $c->folders_hash }) {
                print "$folder->{name}=$_ " for grep { !/children/i } @{ $folder->{attrs} };
            }
            print "\n";
            my $tag = must(idle => $c->idle);
            my $d = login(Port => {{lab.Port(MailProtocol.Imap, MailTlsMode.Implicit)}}, Ssl => [@tls]);
            must(append => $d->append('INBOX', "Subject: pushed\r\n\r\nx\r\n"));
            print 'idle ', join(' ', map { /(\d+ EXISTS)/ ? $1 : () } @{ $c->idle_data(30) }), "\n";
            must(done => $c->done($tag));
            $c->logout; $d->logout;
            my $wrong = Mail::IMAPClient->new(Server => 'localhost', Port => {{lab.Port(MailProtocol.Imap)}}, Starttls => [@tls], User => '{{Alice}}', Password => 'wrong');
            print 'wrong ', $wrong ? 'taken' : $@, "\n";

            """);
        var said = await RunAsync("perl", [script], home: lab.Files.Path);
        Assert.Contains("search 1\n", said, StringComparison.Ordinal);
        Assert.Contains("date 26-Nov-2016 01:02:03 +0100\n", said, StringComparison.Ordinal);
        Assert.Contains("sort 2 1 3\n", said, StringComparison.Ordinal);
        Assert.Contains("Archive=\\Archive Drafts=\\Drafts Junk=\\Junk Sent=\\Sent Trash=\\Trash \n", said, StringComparison.Ordinal);
        Assert.Contains("idle 4 EXISTS\n", said, StringComparison.Ordinal);
        Assert.Contains("[AUTHENTICATIONFAILED] Wrong name or password", said, StringComparison.Ordinal);
        Assert.Equal("one, two, (paren) \"q\" $Junk \\Flagged, pushed", await lab.ShowAsync(Alice));
    }
}
