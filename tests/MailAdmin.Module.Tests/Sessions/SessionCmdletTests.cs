using System.Management.Automation;
using System.Net.Sockets;
using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Sessions;

public sealed class SessionCmdletTests
{
    [Fact]
    public void A_client_is_seen_its_transcript_read_and_its_session_ended()
    {
        using var lab = new Lab();
        using var client = new ImapClient(lab.Server);
        client.Say($"a LOGIN alice@example.com \"{Lab.Password}\"");

        var session = lab.Shell.Single<MailSession>("Get-MailSession -Protocol Imap -Mailbox alice*");
        Assert.Equal("alice@example.com", session.Mailbox);
        Assert.Empty(lab.Shell.Get<MailSession>("Get-MailSession -Protocol Pop3"));

        var transcript = lab.Shell.Get<TranscriptLine>("Get-MailSession | Get-MailSessionTranscript");
        Assert.Contains(transcript, l => l.Direction == TranscriptDirection.Client && l.Text.Contains("LOGIN", StringComparison.Ordinal));
        Assert.DoesNotContain(transcript, l => l.Text.Contains(Lab.Password, StringComparison.Ordinal));

        lab.Shell.Run("Get-MailSession -Protocol Imap | Stop-MailSession -WhatIf");
        Assert.Single(lab.Shell.Get<MailSession>("Get-MailSession"));
        lab.Shell.Run("Get-MailSession -Protocol Imap | Stop-MailSession");
        Assert.Empty(lab.Shell.Errors.Select(e => e.ToString()));
        Assert.StartsWith("* BYE", client.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_is_not_there_is_an_error()
    {
        using var lab = new Lab();

        Assert.StartsWith("SessionNotFound", lab.Shell.Error("Stop-MailSession nothing").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("SessionNotFound", lab.Shell.Error("Get-MailSession nothing").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("SessionNotFound", lab.Shell.Error("Get-MailSessionTranscript nothing").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_are_told_as_they_happen_and_Count_ends_the_watch()
    {
        using var lab = new Lab();
        using var other = new Shell();
        using var watch = PowerShell.Create(other.Runspace);
        watch.AddScript("Watch-MailEvent MessageAdded -Mailbox alice* -After 1 -Count 1 -TimeoutSeconds 120");

        var running = watch.BeginInvoke();
        lab.Import("bob@example.com", "not this");
        lab.Import("alice@example.com", "this");
        var happened = (MailEvent)Assert.Single(watch.EndInvoke(running)).BaseObject;

        Assert.Equal(("MessageAdded", "alice@example.com"), (happened.Kind, happened.Mailbox));
        Assert.Empty(lab.Shell.Run("Watch-MailEvent Nothing -TimeoutSeconds 0.2"));
    }

    [Fact]
    public void Ctrl_C_ends_a_watch()
    {
        using var lab = new Lab();
        using var other = new Shell();
        using var watch = PowerShell.Create(other.Runspace);
        using var output = new PSDataCollection<PSObject>();
        using var up = new ManualResetEventSlim();
        output.DataAdded += (_, _) => up.Set();
        watch.AddScript("Watch-MailEvent -After 1");

        var running = watch.BeginInvoke<PSObject, PSObject>(null, output);
        lab.Import("alice@example.com", "seen");
        Assert.True(up.Wait(TimeSpan.FromSeconds(120)));
        watch.Stop();

        Assert.Throws<PipelineStoppedException>(() => watch.EndInvoke(running));
    }

    private sealed class ImapClient : IDisposable
    {
        private readonly TcpClient _client;
        private readonly StreamReader _reader;

        public ImapClient(MailServerInfo server)
        {
            var endpoint = server.Find(MailProtocol.Imap)!;
            _client = new TcpClient(endpoint.Address, endpoint.Port) { ReceiveTimeout = 120_000 };
            _reader = new StreamReader(_client.GetStream());
            Read();
        }

        public void Say(string line)
        {
            _client.GetStream().Write(System.Text.Encoding.ASCII.GetBytes(line + "\r\n"));
            while (!Read().StartsWith("a ", StringComparison.Ordinal))
            {
            }
        }

        public string Read() => _reader.ReadLine() ?? "";

        public void Dispose() => _client.Dispose();
    }

    [Fact]
    public void A_watch_of_months_is_refused()
    {
        using var lab = new Lab();

        Assert.StartsWith("ParameterArgumentValidationError", lab.Shell.Error("Watch-MailEvent -TimeoutSeconds 5000000").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(lab.Shell.Get<MailEvent>("Watch-MailEvent -After 1 -Count 1 -TimeoutSeconds 2592000"));
    }
}
