using System.Buffers;
using System.Text;
using MailAdmin.Errors;
using MailAdmin.Protocol.Lines;
using MailAdmin.Protocol.Smtp;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Hosting;
using MailAdmin.Server.Smtp.Verbs;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Smtp;

/// <summary>What the session does after a command.</summary>
internal enum SmtpNext
{
    Continue, Close,
}

/// <summary>
/// One SMTP session: reads a line, asks the state table, runs the verb, and so on until QUIT, the client's end, or a reason to say 421.
/// </summary>
/// <remarks>
/// Invariants: every command is answered exactly once and in order; replies go out when the client has nothing more in flight; nothing
/// said before TLS outlives STARTTLS; a message is acknowledged only after the store's commit.
/// </remarks>
internal sealed class SmtpSession
{
    private int _badCommands;
    private int _junkCommands;
    private int _refusedRecipients;
    private int _mayBeOutOfTurn;
    private bool _lineWasDropped;
    private bool _triedAuth;

    public SmtpSession(ServerContext context, ClientConnection connection, MailProtocol role, ILogger log, EhloLines listed)
    {
        Listed = listed;
        Context = context;
        Connection = connection;
        Role = role;
        Log = log;
        Counters = context.Counters[role];
        Refusals = new SmtpRefusals(this);
        Input = new LineInput(connection, context.Time, connection.Limits.SmtpCommandLine);
    }

    public ServerContext Context { get; }
    public ClientConnection Connection { get; }
    public MailProtocol Role { get; }
    public ILogger Log { get; }
    /// <summary>What EHLO lists.</summary>
    public EhloLines Listed { get; }
    public ProtocolCounters Counters { get; }
    /// <summary>Tells of what is refused.</summary>
    public SmtpRefusals Refusals { get; }
    public LineInput Input { get; }
    public ServerLimits Limits => Connection.Limits;

    /// <summary>State; what Get-MailSession shows follows it.</summary>
    public SmtpState State
    {
        get;
        set
        {
            field = value;
            ShowState();
        }
    } = SmtpState.Connected;

    /// <summary>What EHLO or HELO said.</summary>
    public string ClientName { get; set; } = string.Empty;
    /// <summary>EHLO, not HELO.</summary>
    public bool IsExtended { get; set; }
    /// <summary>Logged-in mailbox.</summary>
    public MailboxRecord? Mailbox { get; private set; }
    /// <summary>Failed logins on this connection.</summary>
    public int LoginFailures { get; set; }
    /// <summary>The message being taken.</summary>
    public SmtpTransaction? Transaction { get; set; }
    /// <summary>Messages taken; part of their ids.</summary>
    public int MessageCount { get; private set; }

    public async Task RunAsync()
    {
        try
        {
            Reply($"220 {Context.HostName} ESMTP MailAdmin");
            while (await NextAsync() == SmtpNext.Continue)
            {
            }

            await Connection.Output.FlushAsync();
        }
        catch (TimeoutException)
        {
            await SayGoodbyeAsync("421 4.4.2 Idle for too long, closing");
        }
        catch (OperationCanceledException) when (Connection.Closing.IsCancellationRequested && !Connection.Aborted.IsCancellationRequested)
        {
            await SayGoodbyeAsync(Connection.ClosingReason == ClosingReason.ServerStopping
                ? "421 4.3.2 Server is stopping, try again later" : "421 4.3.2 Session ended by the administrator");
        }
        finally
        {
            await ResetTransactionAsync();
        }
    }

    /// <summary>Writes a reply line, CRLF added; it goes out when the session next waits.</summary>
    public void Reply(string line)
    {
        Write(line);
        if (Connection.Transcript.IsEnabled)
        {
            Connection.Transcript.Add(TranscriptDirection.Server, line);
        }
    }

    /// <summary>Writes the first line of a reply, and those behind it that are made already; the transcript has them in one line.</summary>
    public void Reply(string first, ListedLines others)
    {
        Write(first);
        Connection.Output.Write(others.Octets);
        if (Connection.Transcript.IsEnabled)
        {
            Connection.Transcript.Add(TranscriptDirection.Server, first + others.Shown);
        }
    }

    private void Write(string line)
    {
        var output = Connection.Output;
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(line.Length) + 2);
        var count = Encoding.UTF8.GetBytes(line, span);
        "\r\n"u8.CopyTo(span[count..]);
        output.Advance(count + 2);
    }

    /// <summary>Replies to a command that was wrong in itself; too many of them end the session.</summary>
    public SmtpNext ReplyBad(string line)
    {
        if (++_badCommands > Limits.MaxBadCommands)
        {
            Reply("421 4.7.0 Too many bad commands, closing");
            return SmtpNext.Close;
        }

        Reply(line);
        return SmtpNext.Continue;
    }

    /// <summary>
    /// Recipients, as many as a message may have, and the content may be on their way already when MAIL or RCPT is refused (RFC 2920 §3.1): out of turn then, and no bad commands.
    /// The refusals themselves are counted.
    /// </summary>
    public void ExpectTransaction() => _mayBeOutOfTurn = Limits.Recipients + 1;

    /// <summary>Replies to RCPT, DATA or BDAT that nothing goes before.</summary>
    public SmtpNext ReplyOutOfTurn(string line)
    {
        if (Transaction is { RefusedRecipients: > 0 } && State == SmtpState.Sender)
        {
            line = "554 5.5.1 No valid recipients";
        }

        if (_mayBeOutOfTurn == 0)
        {
            return ReplyBad(line);
        }

        _mayBeOutOfTurn--;
        Reply(line);
        return SmtpNext.Continue;
    }

    /// <summary>Replies to a recipient that is not taken; too many of them end the session.</summary>
    /// <param name="recipient">As the client wrote it.</param>
    /// <param name="line">The reply.</param>
    /// <param name="cause">What the client is not told.</param>
    public async ValueTask<SmtpNext> ReplyRefusedRecipientAsync(string recipient, string line, string? cause)
    {
        Transaction!.RefusedRecipients++;
        Refusals.Recipient(recipient, line, cause);
        if (!await MayGoOnAsync(++_refusedRecipients, Limits.SmtpRefusedRecipients))
        {
            Reply("421 4.7.0 Too many refused recipients, closing");
            return SmtpNext.Close;
        }

        Reply(line);
        return SmtpNext.Continue;
    }

    /// <summary>A message was taken: what was bad or led nowhere before it counts no more.</summary>
    public void CountMessage()
    {
        MessageCount++;
        Counters.Message();
        _badCommands = _junkCommands = _refusedRecipients = _mayBeOutOfTurn = 0;
    }

    /// <summary>Throws the transaction away and stands where EHLO left off.</summary>
    public async ValueTask ResetTransactionAsync()
    {
        if (Transaction is { } transaction)
        {
            Transaction = null;
            await transaction.DisposeAsync();
        }

        if (State > SmtpState.Ready)
        {
            State = SmtpState.Ready;
        }
    }

    /// <summary>A login succeeded.</summary>
    public void SetMailbox(MailboxRecord mailbox)
    {
        Mailbox = mailbox;
        ShowState();
    }

    /// <summary>TLS began: nothing said before counts. RFC 3207 §4.2.</summary>
    public void Restart()
    {
        Mailbox = null;
        Connection.Activity.Login = null;
        ClientName = string.Empty;
        IsExtended = false;
        State = SmtpState.Connected;
    }

    private async ValueTask<SmtpNext> NextAsync()
    {
        // Between the chunks of BDAT a message is on its way.
        if (await Input.ReadLineAsync(Limits.SmtpIdleTimeout, inContent: State == SmtpState.Chunks) is not { } input)
        {
            return SmtpNext.Close;
        }

        Counters.Command();
        if (input.Status != LineStatus.Line)
        {
            // Reported where it is found; its rest is dropped up to the next CRLF.
            _lineWasDropped = true;
            if (Connection.Transcript.IsEnabled)
            {
                Connection.Transcript.Add(TranscriptDirection.Note, input.Status == LineStatus.TooLong ? "Line too long, dropped" : "Line with a bare CR or LF, dropped");
            }

            return ReplyBad(input.Status == LineStatus.TooLong ? "500 5.5.2 Line too long" : "500 5.5.2 Lines end with CRLF; a bare CR or LF was found");
        }

        var verb = SmtpCommandLine.Parse(input.Octets.Span, out var argument);
        if (Connection.Transcript.IsEnabled)
        {
            AddToTranscript(verb, input.Octets.Span, argument);
        }

        var rest = input.Octets[^argument.Length..];
        Connection.Activity.Command = SmtpCommands.NameOf(verb);
        if (verb == SmtpVerb.Unknown)
        {
            return ReplyUnknown(input.Octets.Span);
        }

        if (SmtpStateTable.Refusal(verb, State) is { } refusal)
        {
            return verb is SmtpVerb.Rcpt or SmtpVerb.Data ? ReplyOutOfTurn(refusal) : ReplyBad(refusal);
        }

        if (SmtpStateTable.LeadsNowhere(verb) && !await MayGoOnAsync(++_junkCommands, Limits.SmtpJunkCommands))
        {
            Reply("421 4.7.0 Too many commands without a message, closing");
            return SmtpNext.Close;
        }

        try
        {
            return await SmtpCommands.For(verb).RunAsync(this, rest);
        }
        catch (MailAdminException e)
        {
            // Ours, not the client's: it may try again. The cause is for the log.
            SmtpLog.CommandFailed(Log, e, Connection.Id, SmtpCommands.NameOf(verb));
            if (State == SmtpState.Chunks)
            {
                // Octets of content may be on their way: nobody can tell where the next command begins.
                Reply("421 4.3.0 Local error, closing");
                return SmtpNext.Close;
            }

            Reply("451 4.3.0 Local error, try again later");
            return SmtpNext.Continue;
        }
    }

    // What leads nowhere is free at first; the later half of it is slowed down, and one above the limit is too much.
    private async ValueTask<bool> MayGoOnAsync(int count, int limit)
    {
        if (count > limit)
        {
            return false;
        }

        if (count > limit / 2)
        {
            // What was answered before must not wait with it: a client gives up on the whole that it pipelined otherwise.
            await Connection.Output.FlushAsync();
            // Nor does a stop wait for it, unless a message is on its way between the chunks of BDAT.
            using var end = CancellationTokenSource.CreateLinkedTokenSource(Connection.Aborted, State == SmtpState.Chunks ? CancellationToken.None : Connection.Closing);
            await Task.Delay(Limits.SmtpTarpit, Context.Time, end.Token);
        }

        return true;
    }

    private SmtpNext ReplyUnknown(ReadOnlySpan<byte> line)
    {
        // The first line of an HTTP request or of TLS: no mail client, and no use in hearing the rest of it.
        if (!_lineWasDropped && State == SmtpState.Connected && (line.EndsWith("HTTP/1.1"u8) || line.EndsWith("HTTP/1.0"u8) || line.StartsWith("\x16\x03"u8)))
        {
            Reply("421 4.7.0 This is SMTP, closing");
            return SmtpNext.Close;
        }

        return ReplyBad(line.IsEmpty ? "500 5.5.2 Empty command" : "500 5.5.1 Unknown command");
    }

    private void AddToTranscript(SmtpVerb verb, ReadOnlySpan<byte> line, ReadOnlySpan<byte> argument)
    {
        _triedAuth |= verb == SmtpVerb.Auth;
        // An initial response is a secret, and so may be what a client goes on with where its AUTH was refused.
        var space = verb == SmtpVerb.Auth ? argument.IndexOf((byte)' ') : -1;
        if (space >= 0)
        {
            Connection.Transcript.Add(TranscriptDirection.Client, $"AUTH {Encoding.ASCII.GetString(argument[..Math.Min(space, 40)])} [left out]");
        }
        else if (verb == SmtpVerb.Unknown && _triedAuth && Mailbox is null)
        {
            Connection.Transcript.Add(TranscriptDirection.Client, "[not a command, left out]");
        }
        else
        {
            Connection.Transcript.Add(TranscriptDirection.Client, line);
        }
    }

    private void ShowState() => Connection.Activity.State = State switch
    {
        SmtpState.Connected => "Connected",
        SmtpState.Ready => Mailbox is null ? "Ready" : "Authenticated",
        SmtpState.Sender => "Mail",
        SmtpState.Recipients => "Recipients",
        _ => "Data",
    };

    private async Task SayGoodbyeAsync(string line)
    {
        Reply(line);
        await Connection.Output.FlushAsync();
    }
}
