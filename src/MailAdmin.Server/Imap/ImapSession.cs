using System.IO.Pipelines;
using System.Text;
using MailAdmin.Errors;
using MailAdmin.Protocol.Imap;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Imap;

/// <summary>One client: its state, and the loop that takes a command, runs it and answers it.</summary>
/// <remarks>
/// Invariants: commands run one after another in the order they came; a tagged reply is the last thing of its command; what other sessions
/// changed is told only where the command's <see cref="ImapCommand.Sync"/> allows; output is flushed when no whole command is left to run, and
/// before that where it is much;
/// nothing is written from another task than the loop's.
/// </remarks>
internal sealed partial class ImapSession
{
    private const string BareLineFeed = "Lines end with CRLF";

    private readonly ILogger _log;
    private readonly ImapDecoder _decoder = new();
    private string _tag = "*";
    private string _shownTag = "*";
    /// <summary>A command that says nothing for longer says that it is still at work.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private int _badCommands;
    private bool _ended;
    private bool _isByUid;
    private ImapCommand? _command;
    private bool _failureTold;
    private long _lastWord;

    public ImapSession(ServerContext context, ClientConnection connection, ILogger log)
    {
        _log = log;
        Context = context;
        Connection = connection;
        _framer = FramerOf(Math.Min(Limits.ImapCommandLine, Limits.ImapLoginLine), Math.Min(Limits.ImapCommandLiterals, Limits.ImapLoginLine));
        _decoder.MaxNesting = Limits.ImapNesting;
    }

    public ServerContext Context { get; }
    /// <summary>Octets of a literal that may come without being asked for: with LITERAL- no more than 4096. RFC 7888 §5.</summary>
    public long MaxUnaskedLiteral => Context.Offers("LITERAL+") ? long.MaxValue : 4096;
    /// <summary>Tag of the command that runs.</summary>
    public string Tag => _tag;
    public ClientConnection Connection { get; }
    public IMailStore Store => Context.Store;
    private ServerLimits Limits => Connection.Limits;
    public PipeWriter Output => Connection.Output;
    /// <summary>Who logged in; null before.</summary>
    public MailboxRecord? Mailbox { get; private set; }
    /// <summary>The selected folder; not null in the selected state.</summary>
    public SelectedFolder? Selected { get; private set; }
    /// <summary>CONDSTORE is on: FETCH responses of flags carry MODSEQ. RFC 7162 §3.1.</summary>
    public bool CondStore { get; private set; }
    /// <summary>ENABLE QRESYNC: VANISHED instead of EXPUNGE. RFC 7162 §3.2.</summary>
    public bool QResync { get; set; }
    /// <summary>ENABLE IMAP4rev2.</summary>
    public bool Rev2 { get; set; }
    /// <summary>ENABLE UTF8=ACCEPT. RFC 6855.</summary>
    public bool Utf8Accept { get; set; }
    /// <summary>Mailbox names and quoted strings are UTF-8.</summary>
    public bool Utf8 => Rev2 || Utf8Accept;
    public ImapStates State => Mailbox is null ? ImapStates.NotAuthenticated : Selected is null ? ImapStates.Authenticated : ImapStates.Selected;

    /// <summary>FETCH responses that tell of changes carry the UID. RFC 9051 §6.4.9, RFC 7162 §3.2.10.</summary>
    public bool NamesUids => _isByUid || QResync || Rev2;

    /// <summary>An encoder over the output.</summary>
    public ImapEncoder Encode() => new(Output);

    /// <summary>Runs until the client or the server ends it.</summary>
    public async Task RunAsync()
    {
        try
        {
            Connection.Activity.State = "Not authenticated";
            Greet();
            while (!_ended)
            {
                var frame = await NextFrameAsync();
                if (frame.Kind is ImapFrameKind.Command or ImapFrameKind.Message)
                {
                    await RunCommandAsync(frame);
                    ReturnText();
                }
                else
                {
                    Answer(frame);
                }

                // Commands that came at once are many, and each may be answered with much.
                await FlushIfFullAsync();
            }

            await FlushAsync();
        }
        catch (OperationCanceledException) when (Connection.Closing.IsCancellationRequested && !Connection.Aborted.IsCancellationRequested)
        {
            await SayGoodbyeAsync(Connection.ClosingReason switch
            {
                ClosingReason.ServerStopping => "[UNAVAILABLE] Server is shutting down",
                ClosingReason.MailboxGone => "[UNAVAILABLE] Mailbox is no longer available",
                _ => "Session was ended by the administrator",
            });
        }
        catch (TimeoutException)
        {
            await SayGoodbyeAsync("Autologout; idle for too long");
        }
        finally
        {
            Release();
            Selected?.Dispose();
        }
    }

    /// <summary>Ends the session after the current reply, with BYE.</summary>
    public void End(string reason)
    {
        if (!_ended)
        {
            Untagged($"BYE {reason}");
            _ended = true;
        }
    }

    /// <summary>For work that takes long and neither reads nor writes: breaks it off where the session is to end.</summary>
    /// <exception cref="OperationCanceledException">The session is to end; <see cref="RunAsync"/> sees to the goodbye.</exception>
    public void ThrowIfOver()
    {
        Connection.Aborted.ThrowIfCancellationRequested();
        Connection.Closing.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// For work that takes long, between two responses: breaks it off where the session is to end, and says now and then that it goes on. By that a client that
    /// hung up is noticed, and what stands between us and one that waits does not take the connection for dead. RFC 9051 §7.1.1.
    /// </summary>
    /// <exception cref="OperationCanceledException">The session is to end.</exception>
    /// <exception cref="IOException">The client is gone.</exception>
    public ValueTask GoOnAsync()
    {
        ThrowIfOver();
        if (Context.Time.GetElapsedTime(_lastWord) < Silence)
        {
            return ValueTask.CompletedTask;
        }

        _lastWord = Context.Time.GetTimestamp();
        Untagged($"OK Still busy with {_command!.Name}");
        return FlushAsync();
    }

    /// <summary>Tells the admin of a failure within the running command: the first of each, for a disk that cannot be read fails for every message.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="inPart">The rest of the command is carried out.</param>
    public void TellFailure(MailAdminException failure, bool inPart = false)
    {
        if (!_failureTold)
        {
            _failureTold = true;
            ImapLog.CommandFailed(_log, failure, Connection.Id, _command!.Name, inPart);
        }
    }

    /// <summary>The client has logged in.</summary>
    public void LogIn(MailboxRecord mailbox)
    {
        Mailbox = mailbox;
        Connection.Activity.State = "Authenticated";
        // Between two commands the framer holds nothing.
        _framer = FramerOf(Limits.ImapCommandLine, Limits.ImapCommandLiterals);
    }

    /// <summary>Turns CONDSTORE on; where a folder is selected its HIGHESTMODSEQ is told now. RFC 7162 §3.1.</summary>
    public void EnableCondStore(bool tell = true)
    {
        if (!CondStore && tell && Selected is { } selected)
        {
            Untagged($"OK [HIGHESTMODSEQ {selected.View.HighestModSeq}] CONDSTORE is on");
        }

        CondStore = true;
    }

    /// <summary>Makes a folder the selected one.</summary>
    public void Select(SelectedFolder selected)
    {
        Selected = selected;
        Connection.Activity.Folder = selected.Folder.Name;
        Connection.Activity.State = "Selected";
    }

    /// <summary>Leaves the selected folder; nothing is expunged.</summary>
    public void Unselect()
    {
        Selected?.Dispose();
        Selected = null;
        Connection.Activity.Folder = null;
        Connection.Activity.State = "Authenticated";
    }

    private ImapFramer FramerOf(int maxLine, int maxLiterals) => new(maxLine, maxLiterals, Limits.MessageSize, MaxUnaskedLiteral);

    /// <summary>Answers what is no command.</summary>
    private void Answer(ImapFrame frame)
    {
        switch (frame.Kind)
        {
            case ImapFrameKind.Continue:
                Continue("Ready for literal");
                break;
            case ImapFrameKind.BareLineFeed:
                RefuseLine(BareLineFeed);
                break;
            case ImapFrameKind.TooLong:
                Consume(frame.Length);
                RefuseLine("Command is too long", "TOOBIG");
                break;
            case ImapFrameKind.Hopeless:
                End("[TOOBIG] Command is too long");
                break;
            default:
                // The client went away.
                _ended = true;
                break;
        }
    }

    private async ValueTask RunCommandAsync(ImapFrame frame)
    {
        var args = _decoder;
        args.Utf8Names = Utf8;
        args.Reset(TakeText(frame.Length - 2));
        Consume(frame.Length);
        _message = frame.Kind == ImapFrameKind.Message ? frame.Literal : null;

        var tag = args.Run(ImapCharacters.Tag);
        // A tag is followed by a space; without one it is none (or the whole line, and then it can be answered).
        var isTag = !tag.IsEmpty && (args.AtEnd || args.Peek() == ' ');
        _tag = isTag ? Encoding.ASCII.GetString(tag) : "*";
        args.Space();
        var command = args.Failed || !isTag ? null : ImapCommandTable.Take(args);
        // What is no command may be a password that came astray: not even its first word is shown.
        _shownTag = command is null ? "?" : _tag;
        Connection.Transcribe(_shownTag, command, args, Mailbox is not null);
        if (command is null || command.Capability is { } capability && !Context.Offers(capability))
        {
            await RefuseMessageAsync();
            Bad(_tag, _tag == "*" ? "Tag expected" : "Unknown command");
            return;
        }

        _command = command;
        _failureTold = false;
        _lastWord = Context.Time.GetTimestamp();
        Connection.Activity.Command = command.Name;
        if ((command.States & State) == 0)
        {
            await RefuseMessageAsync();
            // A well-formed command at the wrong time: RFC 9051 §3 leaves BAD or NO to the server.
            Bad(_tag, $"{command.Name} is not allowed in this state");
            return;
        }

        Context.Counters[MailProtocol.Imap].Command();
        _isByUid = command.IsByUid;
        ImapResult result;
        try
        {
            result = await command.RunAsync(this, args);
        }
        catch (MailAdminException failure)
        {
            result = ImapErrors.ToResult(failure);
            TellFailure(failure);
        }

        if (_message is not null)
        {
            await RefuseMessageAsync();
        }

        // RFC 9051 §7.5.1: no EXPUNGE once the command has its answer.
        if (command.Sync != ImapSync.None && !_ended && result.Status != ImapStatus.Answered)
        {
            await SyncAsync(command.Sync);
            TellCoverage();
        }

        if (result.Status == ImapStatus.Bad)
        {
            Bad(_tag, result.Text ?? "Syntax error", result.Code);
        }
        else if (result.Status != ImapStatus.Answered)
        {
            _badCommands = result.Status == ImapStatus.Ok ? 0 : _badCommands;
            Reply(_tag, result.Status == ImapStatus.Ok ? "OK" : "NO", result.Code, result.Text ?? $"{command.Name} completed");
        }

        args.Clear();
    }

    /// <summary>Refuses what the framer did not take for a command. Its tag may be the first word of a password that came astray.</summary>
    private void RefuseLine(string text, string? code = null)
    {
        _tag = _framer.Tag ?? "*";
        _shownTag = "?";
        Bad(_tag, text, code);
    }

    private void Bad(string tag, string text, string? code = null)
    {
        Reply(tag, "BAD", code, text);
        if (++_badCommands >= Limits.MaxBadCommands)
        {
            End("Too many bad commands");
        }
    }

    private async ValueTask SayGoodbyeAsync(string reason)
    {
        Untagged($"BYE {reason}");
        await FlushAsync();
    }
}
