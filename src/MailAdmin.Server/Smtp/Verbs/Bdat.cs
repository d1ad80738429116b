using System.Globalization;
using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>BDAT: takes a chunk of content by its length. RFC 3030 §2.</summary>
internal sealed class Bdat : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (!session.Context.Offers(Capabilities.Chunking))
        {
            return session.ReplyBad("500 5.5.1 Unknown command");
        }

        if (!BdatArgument.TryParse(argument.Span, out var size, out var last))
        {
            // Nobody can tell where the next command begins.
            session.Reply("501 5.5.4 Syntax: BDAT size [LAST]; closing");
            return SmtpNext.Close;
        }

        var transaction = session.Transaction;
        if (transaction is null || session.State is not (SmtpState.Recipients or SmtpState.Chunks))
        {
            // The chunk is on its way and must not be taken for commands. RFC 3030 §2.
            return await TakeAsync(session, null, size) is { } end
                ? end
                : session.ReplyOutOfTurn("503 5.5.1 BDAT comes after RCPT");
        }

        session.State = SmtpState.Chunks;
        var receiver = transaction.Content ??= await ContentReceiver.BeginAsync(session, transaction);
        if (await TakeAsync(session, receiver, size) is { } next)
        {
            return next;
        }

        if (last)
        {
            await receiver.CompleteAsync(checkLineEnds: transaction.Body != BodyType.Binary);
            return await ContentEnd.CommitAsync(session, transaction, receiver);
        }

        if (receiver.Refusal is { } refusal)
        {
            // The message has failed; chunks still on their way are swallowed and answered 503.
            session.Refusals.Content(transaction!.Sender.Mailbox, refusal);
            await session.ResetTransactionAsync();
            session.Reply(refusal);
            return SmtpNext.Continue;
        }

        session.Reply(string.Create(CultureInfo.InvariantCulture, $"250 2.0.0 {size} octets taken"));
        return SmtpNext.Continue;
    }

    // Null: the chunk was read.
    private static async ValueTask<SmtpNext?> TakeAsync(SmtpSession session, ContentReceiver? receiver, long size)
    {
        if (ContentPatience.IsEndless(session, receiver?.Size ?? 0, size))
        {
            // Announced so large that it is not even read to be thrown away.
            session.Reply("421 4.3.4 Message is larger than this server takes, closing");
            return SmtpNext.Close;
        }

        var patience = new ContentPatience(session);
        for (long taken = 0; taken < size;)
        {
            var chunk = await session.Input.ReadChunkAsync(patience.Left(taken));
            if (chunk.IsEmpty)
            {
                return SmtpNext.Close;
            }

            chunk = chunk[..(int)Math.Min(chunk.Length, size - taken)];
            if (receiver is not null)
            {
                await receiver.WriteAsync(chunk, checkLineEnds: session.Transaction!.Body != BodyType.Binary);
            }

            session.Input.Consume(chunk.Length);
            taken += chunk.Length;
        }

        return null;
    }
}
