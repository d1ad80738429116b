using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using MailAdmin.Console.Hosting;

namespace MailAdmin.Console.Demo;

/// <summary>
/// <c>mailadmin demo</c>: a server from start to stop, done with the cmdlets a person would use. What is shown is what runs. The exit
/// code is 0 only if everything held.
/// </summary>
internal sealed class DemoRun
{
    private const string Alice = "alice@example.com";
    private const string Bob = "bob@example.com";
    private const string Start = "Start-MailServer -Name demo -StorePath $store -Domain example.com -SmtpPort 0 -SubmissionPort 0 -SubmissionsPort 0 -ImapPort 0 -ImapsPort 0 -Pop3Port 0 -Pop3sPort 0";

    private readonly Engine _engine;
    private readonly DemoReport _report;
    private readonly string _directory = Directory.CreateTempSubdirectory("mailadmin-demo-").FullName;
    private readonly CancellationToken _stop;
    private readonly List<(DemoMail Mail, MailSendResult Result)> _sent = [];
    private MailServerInfo? _server;

    private DemoRun(Engine engine, DemoReport report, CancellationToken stop)
    {
        _engine = engine;
        _report = report;
        _stop = stop;
    }

    /// <summary>Runs the demonstration; with <paramref name="stay"/> the server stays until <paramref name="stop"/>.</summary>
    public static int Run(Engine engine, bool stay, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var report = new DemoReport(System.Console.Out, engine.Host.Console.Terminal);
        var demo = new DemoRun(engine, report, stop);
        report.Line($"MailAdmin {Application.Version}: a mail server in PowerShell, from start to stop");
        try
        {
            foreach (var step in new Action[] { demo.StartServer, demo.MakeMailboxes, demo.Send, demo.ReadByImap, demo.ReadByPop3, demo.SeeSessions, demo.TestProtocols, demo.Restart })
            {
                stop.ThrowIfCancellationRequested();
                step();
            }

            if (stay && report.Failed == 0)
            {
                demo.Stay();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or PipelineStoppedException && stop.IsCancellationRequested)
        {
            report.Line("  interrupted");
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException or IOException or SocketException)
        {
            report.Check(false, ErrorText.Of(e));
        }
        finally
        {
            demo.CleanUp();
        }

        report.Line();
        report.Line(report.Failed == 0 && !stop.IsCancellationRequested
            ? string.Create(CultureInfo.InvariantCulture, $"All {report.Held} checks held, in {watch.Elapsed.TotalSeconds:0.0} s.")
            : string.Create(CultureInfo.InvariantCulture, $"{report.Failed} of {report.Held + report.Failed} checks did not hold."));
        return report.Failed == 0 ? 0 : 1;
    }

    private void StartServer()
    {
        _report.Step("Start a server on free ports, with a store in a temporary folder");
        _engine.Runspace.SessionStateProxy.SetVariable("store", Path.Combine(_directory, "store"));
        var watch = Stopwatch.StartNew();
        Do($"$server = {Start}");
        var elapsed = watch.Elapsed;
        _server = Value<MailServerInfo>("server");
        _report.Table(["Service", "Address", "Port", "TLS"],
            [.. _server.Endpoints.Select(e => new[] { e.Service, e.Address, Number(e.Port), e.TlsMode.ToString() })]);
        _report.Check(_server is { State: MailServerState.Running, Endpoints.Count: 7 },
            string.Create(CultureInfo.InvariantCulture, $"{_server.Endpoints.Count} endpoints answer, {elapsed.TotalMilliseconds:0} ms after the command"));
    }

    private void MakeMailboxes()
    {
        _report.Step("Create two mailboxes; each gets a strong password, shown once");
        Do($"$alice = New-Mailbox {Alice} -DisplayName 'Alice Example'");
        Do($"$bob = New-Mailbox {Bob} -DisplayName 'Bob Example' -Quota 50MB");
        const string credential = "[pscredential]::new({0}.Address, [Net.NetworkCredential]::new('', {0}.GeneratedPassword).SecurePassword)";
        _engine.Invoke($"$aliceLogin = {string.Format(CultureInfo.InvariantCulture, credential, "$alice")}; $bobLogin = {string.Format(CultureInfo.InvariantCulture, credential, "$bob")}");
        var found = Do("Get-Mailbox").Select(o => (Mailbox)o.BaseObject).ToList();
        _report.Table(["Address", "Name", "Quota", "Messages"],
            [.. found.Select(m => new[] { m.Address, m.DisplayName ?? "", m.QuotaBytes is { } q ? $"{q >> 20} MB" : "none", Number(m.MessageCount) })]);
        _report.Check(found.Select(m => m.Address).SequenceEqual([Alice, Bob]), "both are in the directory");
    }

    private void Send()
    {
        _report.Step("Alice sends Bob three messages: by submission, with TLS and login");
        foreach (var mail in DemoMail.Prepare(_directory, Alice, Bob))
        {
            var variables = new Dictionary<string, object?> { ["body"] = mail.Body, ["file"] = mail.AttachmentPath };
            var extra = (mail.Html ? " -BodyAsHtml" : "") + (mail.AttachmentPath is null ? "" : " -Attachments $file");
            var result = Do($"Send-Mail -From '{mail.From}' -To '{mail.To}' -Subject '{mail.Subject}' -Body $body{extra} -Credential $aliceLogin -PassThru", variables);
            _sent.Add((mail, (MailSendResult)result.Single().BaseObject));
        }

        _report.Table(["Message", "Size", "TLS", "ms", "Final reply"],
            [.. _sent.Select(s => new[] { s.Mail.Name, Number(s.Result.SizeBytes), s.Result.TlsVersion ?? "none", Number(s.Result.LatencyMs), s.Result.FinalReply })]);
        _report.Check(_sent.All(s => s.Result.FinalReply.StartsWith("250", StringComparison.Ordinal) && s.Result.Recipients.All(r => r.Accepted)), "each was accepted with 250, which means: on disk");
        _report.Check(_sent.All(s => s.Result.TlsVersion is not null && s.Result.AuthenticatedAs == Alice), "each went encrypted and authenticated");
    }

    private void ReadByImap()
    {
        _report.Step("Bob reads them with an IMAP client");
        Compare(Do("Receive-Mail -Protocol Imap -Credential $bobLogin"));
    }

    private void ReadByPop3()
    {
        _report.Step("Bob reads them with a POP3 client");
        Compare(Do("Receive-Mail -Protocol Pop3 -Credential $bobLogin"));
    }

    private void Compare(Collection<PSObject> results)
    {
        var mails = results.Select(o => (ReceivedMail)o.BaseObject).ToList();
        _report.Table(["From", "Subject", "Body", "Attachment"],
            [.. mails.Select(m => new[]
            {
                DisplayName(m.From), m.Subject ?? "", m.Html is null ? "text" : "HTML",
                m.Attachments.Count == 0 ? "" : $"{m.Attachments[0].FileName}",
            })]);
        _report.Check(mails.Count == _sent.Count, $"{mails.Count} of {_sent.Count} messages are there");
        foreach (var (mail, result) in _sent)
        {
            var got = mails.Find(m => m.MessageId == result.MessageId);
            var same = got is not null
                && got.Subject == mail.Subject
                && got.From?.Contains(mail.FromName, StringComparison.Ordinal) == true && got.To?.Contains(mail.ToName, StringComparison.Ordinal) == true
                && Text(mail.Html ? got.Html : got.Text) == Text(mail.Body)
                && (mail.AttachmentPath is null ? got.Attachments.Count == 0
                    : got.Attachments is [var one] && one.FileName == Path.GetFileName(mail.AttachmentPath) && one.Content.Span.SequenceEqual(File.ReadAllBytes(mail.AttachmentPath)));
            _report.Check(same, $"{mail.Name}: subject, names, content{(mail.AttachmentPath is null ? "" : " and attachment")} as sent");
        }
    }

    private void SeeSessions()
    {
        _report.Step("See a client that is connected, and end its session");
        var endpoint = _server!.Find(MailProtocol.Imap, MailTlsMode.StartTls) ?? throw new InvalidOperationException("The server has no IMAP endpoint.");
        using var client = new TcpClient(endpoint.Address, endpoint.Port) { ReceiveTimeout = 30_000 };
        using var reader = new StreamReader(client.GetStream());
        var greeting = reader.ReadLine() ?? "";
        var sessions = Do("Get-MailSession -Protocol Imap").Select(o => (MailSession)o.BaseObject).ToList();
        _report.Table(["Id", "Protocol", "From", "State", "In", "Out"],
            [.. sessions.Select(s => new[] { s.Id, s.Protocol.ToString(), s.RemoteEndPoint, s.State, Number(s.BytesIn), Number(s.BytesOut) })]);
        var ours = $":{((IPEndPoint)client.Client.LocalEndPoint!).Port}";
        _report.Check(sessions.Exists(s => s.RemoteEndPoint.EndsWith(ours, StringComparison.Ordinal)), "our connection is listed");
        Do("Get-MailSession -Protocol Imap | Stop-MailSession -Confirm:$false");
        var goodbye = reader.ReadLine();
        _report.Check(greeting.StartsWith("* OK", StringComparison.Ordinal) && goodbye?.StartsWith("* BYE", StringComparison.Ordinal) == true, $"the client was told: {goodbye}");
    }

    private void TestProtocols()
    {
        _report.Step("Test every protocol and port, from name to round trip");
        var results = Do("Test-MailProtocol -Credential $bobLogin -TimeoutSeconds 60").Select(o => (ProtocolTestResult)o.BaseObject).ToList();
        string Mark(IGrouping<(string, int), ProtocolTestResult> endpoint, ProtocolCheck check) =>
            endpoint.FirstOrDefault(r => r.Check == check)?.Result switch
            {
                ProtocolTestOutcome.Success => "ok",
                ProtocolTestOutcome.Warning => "warn",
                ProtocolTestOutcome.Failure => "FAIL",
                ProtocolTestOutcome.Skipped => "skip",
                _ => "",
            };
        _report.Table(["Service", "Port", "Connect", "Greeting", "TLS", "Cert.", "Login", "Round trip", "ms"],
            [.. results.GroupBy(r => (r.Service, r.Port)).Select(e => new[]
            {
                e.Key.Service, Number(e.Key.Port), Mark(e, ProtocolCheck.Connect), Mark(e, ProtocolCheck.Greeting), Mark(e, ProtocolCheck.Tls),
                Mark(e, ProtocolCheck.Certificate), Mark(e, ProtocolCheck.Login), Mark(e, ProtocolCheck.RoundTrip), Number(e.Sum(r => r.LatencyMs ?? 0)),
            })]);
        foreach (var bad in results.Where(r => r.Result is ProtocolTestOutcome.Failure or ProtocolTestOutcome.Warning))
        {
            _report.Line($"  {bad.Service} {bad.Check}: {bad.Error ?? bad.Detail} {bad.Recommendation}");
        }

        _report.Check(results.Select(r => (r.Service, r.Port)).Distinct().Count() == _server!.Endpoints.Count && results.TrueForAll(r => r.Result != ProtocolTestOutcome.Failure),
            $"{results.Count(r => r.Result == ProtocolTestOutcome.Success)} checks succeeded, {results.Count(r => r.Result == ProtocolTestOutcome.Failure)} failed");
        _report.Check(results.Count(r => r is { Check: ProtocolCheck.RoundTrip, Result: ProtocolTestOutcome.Success }) == _server.Endpoints.Count,
            "mail went in at every sending port and came out at every reading port");
    }

    private void Restart()
    {
        _report.Step("Stop, start again on the same store: everything is still there");
        Do("$server | Stop-MailServer -Confirm:$false");
        Do($"$server = {Start}");
        _server = Value<MailServerInfo>("server");
        Compare(Do("Receive-Mail -Protocol Imap -Credential $bobLogin"));
    }

    private void Stay()
    {
        _report.Step("The server stays; connect with any mail client");
        _report.Table(["Service", "Address", "Port", "TLS"],
            [.. _server!.Endpoints.Select(e => new[] { e.Service, e.Address, Number(e.Port), e.TlsMode.ToString() })]);
        _report.Table(["User", "Password"],
            [.. new[] { "alice", "bob" }.Select(Value<CreatedMailbox>).Select(m => new[] { m.Address, m.GeneratedPassword ?? "" })]);
        _report.Line("  The certificate is the server's own; a client will ask whether to trust it.");
        _report.Line("  SHA-256:");
        foreach (var half in (_server.CertificateThumbprint ?? "").Chunk(32))
        {
            _report.Line($"    {new string(half)}");
        }

        _report.Line();
        _report.Line("  Store: " + _server.StorePath);
        _report.Line("  Ctrl+C stops the server and removes the store.");
        System.Console.Out.Flush();
        _stop.WaitHandle.WaitOne();
        _report.Line();
    }

    private void CleanUp()
    {
        if (_server is not null)
        {
            try
            {
                _report.Step("Stop the server and remove its store");
                Do("$server | Stop-MailServer -Confirm:$false", atTheEnd: true);
            }
            catch (RuntimeException e)
            {
                _report.Check(false, ErrorText.Of(e));
            }
        }

        try
        {
            Directory.Delete(_directory, recursive: true);
            _report.Check(!Directory.Exists(_directory), "nothing is left behind");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _report.Check(false, $"{_directory} could not be removed: {e.Message}");
        }
    }

    private Collection<PSObject> Do(string command, IReadOnlyDictionary<string, object?>? variables = null, bool atTheEnd = false)
    {
        _report.Command(command);
        return _engine.Invoke(command, variables, atTheEnd);
    }

    private T Value<T>(string name) => _engine.Runspace.SessionStateProxy.GetVariable(name) switch
    {
        PSObject wrapped => (T)wrapped.BaseObject,
        T value => value,
        _ => throw new InvalidOperationException($"The command left nothing in ${name}."),
    };

    private static string Number<T>(T number) where T : IFormattable => number.ToString("0", CultureInfo.InvariantCulture);

    private static string DisplayName(string? from) => from is null ? "" : from.Split('<')[0].Trim(' ', '"');

    private static string Text(string? text) => (text ?? "").ReplaceLineEndings("\n").TrimEnd();
}
