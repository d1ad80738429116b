using System.Buffers;
using System.Text;
using MailAdmin.Errors;
using MailAdmin.Protocol.Smtp;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Smtp;

/// <summary>
/// Takes the content of a message as it arrives and passes it on to the store: trace fields first, then the header through its filter, then the body as it is.
/// After a fault it goes on swallowing, for the client hears of it only at the end.
/// </summary>
internal sealed class ContentReceiver : IAsyncDisposable
{
    private readonly SmtpSession _session;
    private readonly bool _isSubmission;
    private readonly IncomingMessage _incoming;
    private readonly HeaderFilter _header;
    private readonly ArrayBufferWriter<byte> _scratch = new(1024);
    private LineEndChecker _lineEnds;
    private bool _headerEnded;
    private bool _completed;

    private ContentReceiver(SmtpSession session, string id)
    {
        _session = session;
        Id = id;
        _isSubmission = session.Role == MailProtocol.Submission;
        _incoming = session.Context.Store.Messages.CreateIncoming();
        _header = new HeaderFilter(removeBcc: _isSubmission);
    }

    /// <summary>The id in the trace field and in the reply.</summary>
    public string Id { get; }
    /// <summary>Octets of content so far, as the client counts them (SIZE).</summary>
    public long Size { get; private set; }
    /// <summary>The reply that refuses the message; null while all is well.</summary>
    public string? Refusal { get; private set; }
    /// <summary>What to store, once <see cref="CompleteAsync"/> is over.</summary>
    public IncomingMessage Message => _incoming;

    /// <summary>Begins: the trace fields are written.</summary>
    public static async ValueTask<ContentReceiver> BeginAsync(SmtpSession session, SmtpTransaction transaction)
    {
        var receiver = new ContentReceiver(session, $"{session.Connection.Id}-{session.MessageCount + 1}");
        TraceFields.Write(receiver._scratch, session, transaction, receiver.Id);
        await receiver.StoreScratchAsync();
        return receiver;
    }

    /// <summary>A fault of the content; the first one is answered.</summary>
    public void Refuse(string reply) => Refusal ??= reply;

    /// <summary>Takes octets of content.</summary>
    /// <param name="octets">The octets.</param>
    /// <param name="checkLineEnds">Refuse bare CR and LF; DATA's decoder does that itself.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, bool checkLineEnds = false)
    {
        Size += octets.Length;
        if (Size > _session.Limits.MessageSize)
        {
            Refuse("552 5.3.4 Message is larger than this server takes");
        }

        if (checkLineEnds)
        {
            _lineEnds.Check(octets.Span);
            if (_lineEnds.HasBareLineEnd)
            {
                Refuse("550 5.6.0 Lines end with CRLF; a bare CR or LF was found");
            }
        }

        if (Refusal is not null)
        {
            return;
        }

        if (!_headerEnded)
        {
            var used = _header.Consume(octets.Span, _scratch);
            octets = octets[used..];
            if (_header.InBody)
            {
                EndHeader();
            }

            if (_header.ReceivedCount > _session.Limits.ReceivedHops)
            {
                Refuse("554 5.4.6 Too many hops, this message is looping");
                return;
            }

            await StoreScratchAsync();
        }

        if (!octets.IsEmpty)
        {
            await StoreAsync(octets);
        }
    }

    /// <summary>The content is over.</summary>
    public async ValueTask CompleteAsync(bool checkLineEnds = false)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        if (checkLineEnds)
        {
            _lineEnds.Complete();
            if (_lineEnds.HasBareLineEnd)
            {
                Refuse("550 5.6.0 Lines end with CRLF; a bare CR or LF was found");
            }
        }

        if (!_headerEnded && Refusal is null)
        {
            _header.Complete();
            EndHeader();
            await StoreScratchAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _incoming.DisposeAsync();

    // The header is over: what is missing is added, then the empty line, or the line that was no field.
    private void EndHeader()
    {
        _headerEnded = true;
        if (_isSubmission)
        {
            if (_header.IsInField && !(_header.HasDate && _header.HasMessageId))
            {
                // BDAT may end anywhere.
                _scratch.Write("\r\n"u8);
            }

            // RFC 6409 §8.2, §8.3; a message without them is refused or hidden by others.
            if (!_header.HasDate)
            {
                _scratch.Write(Encoding.ASCII.GetBytes($"Date: {TraceFields.Date(_session.Context.Time.GetUtcNow())}\r\n"));
            }

            if (!_header.HasMessageId)
            {
                _scratch.Write(Encoding.ASCII.GetBytes($"Message-ID: <{Guid.NewGuid():N}@{_session.Context.HostName}>\r\n"));
            }
        }

        if (_header.HasEmptyLine || (_header.InBody && _isSubmission))
        {
            _scratch.Write("\r\n"u8);
        }

        _scratch.Write(_header.Held);
    }

    private async ValueTask StoreScratchAsync()
    {
        await StoreAsync(_scratch.WrittenMemory);
        _scratch.ResetWrittenCount();
    }

    private async ValueTask StoreAsync(ReadOnlyMemory<byte> octets)
    {
        if (Refusal is not null || octets.IsEmpty)
        {
            return;
        }

        try
        {
            await _incoming.WriteAsync(octets, _session.Connection.Aborted);
        }
        catch (MailAdminException e)
        {
            // Ours, not the client's: it may try again. The cause is for the log only.
            SmtpLog.ContentNotKept(_session.Log, e, _session.Connection.Id);
            Refuse(e.ErrorId == "StoreDiskFull" ? "452 4.3.1 Not enough space, try again later" : "451 4.3.0 Local error, try again later");
        }
    }
}

/// <summary>SMTP's log lines.</summary>
internal static partial class SmtpLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "Session {SessionId}: the content of a message could not be kept")]
    public static partial void ContentNotKept(ILogger log, Exception exception, string sessionId);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "Session {SessionId}: {Command} could not be carried out")]
    public static partial void CommandFailed(ILogger log, Exception exception, string sessionId, string command);
}
