using System.Text;
using MailAdmin.Errors;
using MailAdmin.Protocol.Lines;
using MailAdmin.Protocol.Pop3;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Hosting;
using MailAdmin.Server.Pop3.Verbs;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Pop3;

/// <summary>What the session does after a command.</summary>
internal enum Pop3Next
{
    Continue, Close,
}

/// <summary>
/// One POP3 session: reads a line, asks the state table, runs the verb, and so on until QUIT or the client's end.
/// </summary>
/// <remarks>
/// Invariants: message numbers are those of the maildrop at login and never shift; nothing is deleted but by QUIT, and then all that was marked or nothing
/// (RFC 1939 §6); replies go out when the client has nothing more in flight. Several sessions may open one mailbox at once: each has its own view, nothing is
/// locked, and IMAP sessions go on beside them. RETR sets no flag: what POP3 read is unseen to IMAP, as before.
/// </remarks>
internal sealed class Pop3Session
{
    private int _badCommands;

    public Pop3Session(ServerContext context, ClientConnection connection, ILogger log)
    {
        Context = context;
        Connection = connection;
        Log = log;
        Counters = context.Counters[MailProtocol.Pop3];
        Input = new LineInput(connection, context.Time, connection.Limits.Pop3CommandLine);
        connection.Activity.State = "Authorization";
    }

    public ServerContext Context { get; }
    public ClientConnection Connection { get; }
    public ILogger Log { get; }
    public ProtocolCounters Counters { get; }
    public LineInput Input { get; }
    public ServerLimits Limits => Connection.Limits;
    public Pop3State State { get; private set; } = Pop3State.Authorization;
    /// <summary>What USER said.</summary>
    public string? UserName { get; set; }
    public int LoginFailures { get; set; }
    /// <summary>The maildrop; from login on.</summary>
    public Maildrop? Maildrop { get; private set; }

    public async Task RunAsync()
    {
        try
        {
            Reply($"+OK {Context.HostName} POP3 MailAdmin");
            while (await NextAsync() == Pop3Next.Continue)
            {
            }

            await Connection.Output.FlushAsync();
        }
        catch (TimeoutException)
        {
            // RFC 1939 §3: the session ends without the UPDATE state.
            await SayGoodbyeAsync("-ERR [SYS/TEMP] Idle for too long, closing");
        }
        catch (OperationCanceledException) when (Connection.Closing.IsCancellationRequested && !Connection.Aborted.IsCancellationRequested)
        {
            await SayGoodbyeAsync(Connection.ClosingReason switch
            {
                ClosingReason.ServerStopping => "-ERR [SYS/TEMP] Server is stopping, nothing was deleted",
                ClosingReason.MailboxGone => "-ERR [SYS/PERM] The mailbox is gone or switched off",
                _ => "-ERR [SYS/TEMP] Session ended by the administrator, nothing was deleted",
            });
        }
        finally
        {
            Maildrop?.Dispose();
        }
    }

    /// <summary>Writes a line, CRLF added; it goes out when the session next waits.</summary>
    public void Reply(string line)
    {
        Write(line);
        if (Connection.Transcript.IsEnabled)
        {
            Connection.Transcript.Add(TranscriptDirection.Server, line);
        }
    }

    /// <summary>Writes a line of a listing: not for the transcript, which has its first line.</summary>
    public void Write(string line)
    {
        var output = Connection.Output;
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(line.Length) + 2);
        var count = Encoding.UTF8.GetBytes(line, span);
        "\r\n"u8.CopyTo(span[count..]);
        output.Advance(count + 2);
    }

    /// <summary>Replies to a command that was wrong in itself; too many of them end the session.</summary>
    public Pop3Next ReplyBad(string line)
    {
        if (++_badCommands > Limits.MaxBadCommands)
        {
            Reply("-ERR Too many bad commands, closing");
            return Pop3Next.Close;
        }

        Reply(line);
        return Pop3Next.Continue;
    }

    /// <summary>A login succeeded: the maildrop is taken as it is now.</summary>
    public async ValueTask<Pop3Next> OpenAsync(MailboxRecord mailbox)
    {
        Maildrop? maildrop = null;
        try
        {
            maildrop = await Maildrop.OpenAsync(Context.Store, mailbox, Connection.Aborted);
        }
        catch (MailAdminException e)
        {
            Pop3Log.NotOpened(Log, e, Connection.Id);
        }

        if (maildrop is null)
        {
            Connection.Activity.Login = null;
            Reply("-ERR [SYS/TEMP] The mailbox cannot be opened now");
            return Pop3Next.Continue;
        }

        Maildrop = maildrop;
        State = Pop3State.Transaction;
        Connection.Activity.Folder = FolderName.Inbox;
        Connection.Activity.State = "Transaction";
        Reply($"+OK {maildrop.Count} message(s), {maildrop.TotalSize} octets");
        return Pop3Next.Continue;
    }

    /// <summary>Reads a message number that is there and not marked; replies where it is not.</summary>
    public bool TryGetMessage(ReadOnlySpan<byte> argument, out int index, out Pop3Next next)
    {
        next = Pop3Next.Continue;
        if (!Pop3CommandLine.TryParseNumber(argument, out var number))
        {
            index = 0;
            next = ReplyBad("-ERR Takes a message number");
            return false;
        }

        index = number - 1;
        if (index < 0 || index >= Maildrop!.Count || Maildrop.IsMarked(index))
        {
            next = ReplyBad(index >= 0 && index < Maildrop!.Count ? "-ERR That message is marked as deleted" : "-ERR No such message");
            return false;
        }

        return true;
    }

    private async ValueTask<Pop3Next> NextAsync()
    {
        if (await Input.ReadLineAsync(Limits.Pop3IdleTimeout) is not { } input)
        {
            return Pop3Next.Close;
        }

        Counters.Command();
        if (input.Status != LineStatus.Line)
        {
            return ReplyBad(input.Status == LineStatus.TooLong ? "-ERR Line too long" : "-ERR Lines end with CRLF; a bare CR or LF was found");
        }

        var verb = Pop3CommandLine.Parse(input.Octets.Span, out var argument);
        if (Connection.Transcript.IsEnabled)
        {
            AddToTranscript(verb, input.Octets.Span, argument);
        }

        Connection.Activity.Command = Pop3Commands.NameOf(verb);
        if (verb == Pop3Verb.Unknown)
        {
            return ReplyBad("-ERR Unknown command");
        }

        if (Pop3StateTable.Refusal(verb, State) is { } refusal)
        {
            return ReplyBad(refusal);
        }

        return await Pop3Commands.For(verb).RunAsync(this, input.Octets[^argument.Length..]);
    }

    private void AddToTranscript(Pop3Verb verb, ReadOnlySpan<byte> line, ReadOnlySpan<byte> argument)
    {
        // A password, or an initial response, is a secret. What is no command at all may be a password pasted in the wrong place.
        var space = argument.IndexOf((byte)' ');
        Connection.Transcript.Add(TranscriptDirection.Client, verb switch
        {
            Pop3Verb.Pass => "PASS [left out]",
            Pop3Verb.Auth when space >= 0 => $"AUTH {Encoding.ASCII.GetString(argument[..Math.Min(space, 40)])} [left out]",
            Pop3Verb.Unknown when State == Pop3State.Authorization => "[not a command, left out]",
            _ => Encoding.Latin1.GetString(line[..Math.Min(line.Length, 200)]),
        });
    }

    private async Task SayGoodbyeAsync(string line)
    {
        Reply(line);
        await Connection.Output.FlushAsync();
    }
}
