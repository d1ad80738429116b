using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>DATA: takes the content up to CRLF.CRLF and commits it. RFC 5321 §4.1.1.4.</summary>
internal sealed class Data : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        var transaction = session.Transaction!;
        if (!argument.IsEmpty)
        {
            return session.ReplyBad("501 5.5.4 DATA takes no argument");
        }

        if (transaction.Body == BodyType.Binary)
        {
            // RFC 3030 §3.
            return session.ReplyBad("503 5.5.1 BINARYMIME content comes with BDAT");
        }

        await using var receiver = await ContentReceiver.BeginAsync(session, transaction);
        if (receiver.Refusal is { } early)
        {
            session.Refusals.Content(transaction.Sender.Mailbox, early);
            await session.ResetTransactionAsync();
            session.Reply(early);
            return SmtpNext.Continue;
        }

        session.State = SmtpState.Chunks;
        session.Reply("354 Send the message, end it with a line that has only a dot");
        var decoder = new DataDecoder(session.Limits.SmtpTextLine);
        var patience = new ContentPatience(session);
        while (!decoder.IsEnd)
        {
            var chunk = await session.Input.ReadChunkAsync(patience.Left(receiver.Size));
            if (chunk.IsEmpty)
            {
                // The client went in the middle of it: nothing was acknowledged, nothing is kept.
                return SmtpNext.Close;
            }

            var rest = chunk;
            while (!rest.IsEmpty && !decoder.IsEnd)
            {
                var run = decoder.Decode(ref rest);
                if (!run.IsEmpty)
                {
                    await receiver.WriteAsync(run);
                }
            }

            session.Input.Consume(chunk.Length - rest.Length);
            if (ContentPatience.IsEndless(session, receiver.Size))
            {
                session.Refusals.Content(transaction.Sender.Mailbox, "421 4.3.4 Message is larger than this server takes, closing");
                session.Reply("421 4.3.4 Message is larger than this server takes, closing");
                return SmtpNext.Close;
            }
        }

        if (decoder.Fault != ContentFault.None)
        {
            receiver.Refuse(decoder.Fault == ContentFault.LineTooLong
                ? "550 5.6.0 A line of the message is too long" : "550 5.6.0 Lines end with CRLF; a bare CR or LF was found");
        }

        await receiver.CompleteAsync();
        return await ContentEnd.CommitAsync(session, transaction, receiver);
    }
}
