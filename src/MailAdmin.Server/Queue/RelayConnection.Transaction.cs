using System.Globalization;
using System.Text;
using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <content>A message: envelope, content, answers.</content>
internal sealed partial class RelayConnection
{
    private const int HeadWindow = 1024;

    /// <summary>Sends a message; one result for each recipient, in their order.</summary>
    /// <exception cref="RelayException">The connection is of no more use; what was under way is put off.</exception>
    public async Task<RecipientResult[]> SendAsync(RelayMessage message, CancellationToken cancellationToken)
    {
        var from = ReturnPath.LengthIn(message.Content);
        var needsUtf8 = NeedsUtf8(message, from);
        if (Unsendable(message, from, needsUtf8) is { } refusal)
        {
            return [.. message.Recipients.Select(_ => refusal)];
        }

        var isBeforeContent = true;
        try
        {
            Messages++;
            var (answers, end) = await EnvelopeAsync(message, from, needsUtf8, cancellationToken);
            if (end is null)
            {
                isBeforeContent = false;
                end = await ContentAsync(message, from, cancellationToken);
            }

            return [.. answers.Select(a => a ?? end)];
        }
        catch (Exception e)
        {
            // Also where we broke off ourselves: in the middle of a transaction a QUIT would be content, or end one that was cut off.
            IsOpen = false;
            if (IsBroken(e))
            {
                throw Broken(e, Host, isBeforeContent);
            }

            throw;
        }
    }

    private bool Offers(string extension) => _extensions.ContainsKey(extension);

    /// <summary>What this next hop can never take, found out without asking it.</summary>
    private RecipientResult? Unsendable(RelayMessage message, long from, bool needsUtf8)
    {
        if (needsUtf8 && !Offers("SMTPUTF8"))
        {
            // RFC 6531 §3.6, X.6.7 of RFC 5248's registry.
            return Never("5.6.7", $"{Host} does not take internationalised mail (SMTPUTF8), which this message needs");
        }

        if ((message.Needs & QueueNeeds.Binary) != 0 && !(Offers("BINARYMIME") && Offers("CHUNKING")))
        {
            // RFC 3030 §3.
            return Never("5.6.3", $"{Host} does not take binary content (BINARYMIME), which this message has");
        }

        if ((message.Needs & QueueNeeds.EightBit) != 0 && !Offers("8BITMIME") && !IsSevenBit(message.Content, from))
        {
            // RFC 6152 §3: converted or returned; a conversion would break signatures.
            return Never("5.6.3", $"{Host} does not take 8-bit content (8BITMIME), which this message has");
        }

        // RFC 1870 §6.1.
        return Offers("SIZE") && long.TryParse(_extensions["SIZE"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 && message.Content.Length - from > limit
            ? Never("5.3.4", $"{Host} takes messages of {limit} octets at most")
            : null;

        static RecipientResult Never(string status, string reason) => new(RecipientFate.Failed, reason, status);
    }

    /// <summary>MAIL, RCPT and DATA; in one write where the peer allows it (RFC 2920), else one after the other.</summary>
    /// <returns>
    /// What became of each recipient, null for those that were taken; and what becomes of these where no content is to follow, null where it is. So a recipient that was
    /// taken is never relayed without a content.
    /// </returns>
    private async ValueTask<(RecipientResult?[] Answers, RecipientResult? End)> EnvelopeAsync(RelayMessage message, long from, bool needsUtf8, CancellationToken cancellationToken)
    {
        var isChunked = (message.Needs & QueueNeeds.Binary) != 0;
        var answers = new RecipientResult?[message.Recipients.Count];
        var mail = new StringBuilder($"MAIL FROM:<{message.Sender}>");
        mail.Append(Offers("SIZE") ? string.Create(CultureInfo.InvariantCulture, $" SIZE={message.Content.Length - from}") : "");
        mail.Append(isChunked ? " BODY=BINARYMIME" : (message.Needs & QueueNeeds.EightBit) != 0 && Offers("8BITMIME") ? " BODY=8BITMIME" : "");
        mail.Append(needsUtf8 ? " SMTPUTF8" : "");
        var isPipelined = Offers("PIPELINING");
        _wire.Add(mail.ToString());
        if (isPipelined)
        {
            foreach (var recipient in message.Recipients)
            {
                _wire.Add($"RCPT TO:<{recipient}>");
            }

            if (!isChunked)
            {
                _wire.Add("DATA");
            }
        }

        await _wire.FlushAsync(cancellationToken);
        var sender = await ReadAsync(CommandTimeout, cancellationToken);
        if (!IsOpen)
        {
            // As had it closed without a word: where the connection was kept, another one may be all it wants.
            throw new RelayException(sender.ToString(), isBeforeContent: true);
        }

        var refusal = sender.IsPositive ? null : RecipientResult.OfRefusal(sender);
        if (refusal is not null && !isPipelined)
        {
            return (answers, refusal);
        }

        for (var i = 0; i < answers.Length; i++)
        {
            var reply = isPipelined ? await ReadAsync(CommandTimeout, cancellationToken) : await AskAsync($"RCPT TO:<{message.Recipients[i]}>", cancellationToken);
            if (!IsOpen)
            {
                // 421: for those that were taken before it as well, their content is not taken any more.
                return (answers, refusal ?? RecipientResult.OfRefusal(reply));
            }

            // Where MAIL was refused, RCPT is refused for its order only.
            answers[i] = refusal ?? RecipientResult.OfRecipient(reply);
        }

        if (Array.TrueForAll(answers, a => a is not null))
        {
            await AbandonAsync(isDataAsked: isPipelined && !isChunked, cancellationToken);
            return (answers, answers[^1]);
        }

        if (isChunked)
        {
            return (answers, null);
        }

        var data = isPipelined ? await ReadAsync(CommandTimeout, cancellationToken) : await AskAsync("DATA", cancellationToken);
        if (data.Code == 354)
        {
            return (answers, null);
        }

        await AbandonAsync(isDataAsked: false, cancellationToken);
        return (answers, RecipientResult.OfRefusal(data));
    }

    /// <summary>Leaves a transaction of which nothing was taken. What becomes of its recipients is known: a peer that goes away now costs the connection and nothing else.</summary>
    private async ValueTask AbandonAsync(bool isDataAsked, CancellationToken cancellationToken)
    {
        try
        {
            if (isDataAsked && IsOpen && (await ReadAsync(CommandTimeout, cancellationToken)).Code == 354)
            {
                // RFC 2920 §3.1: it waits for a content all the same.
                _wire.Add(".");
                await _wire.FlushAsync(cancellationToken);
                await ReadAsync(_settings.Options.ContentTimeout, cancellationToken);
            }
            else if (IsOpen)
            {
                await AskAsync("RSET", cancellationToken);
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
            IsOpen = false;
        }
    }

    private async ValueTask<RecipientResult> ContentAsync(RelayMessage message, long from, CancellationToken cancellationToken)
    {
        if ((message.Needs & QueueNeeds.Binary) != 0)
        {
            await _wire.WriteChunkAsync(message.Content, from, cancellationToken);
        }
        else
        {
            await _wire.WriteDataAsync(message.Content, from, cancellationToken);
        }

        return RecipientResult.OfContent(await ReadAsync(_settings.Options.ContentTimeout, cancellationToken));
    }

    /// <summary>Announced as 8-bit, as many clients do whatever they send, and yet none of it is.</summary>
    private static bool IsSevenBit(MessageContent content, long from)
    {
        var window = new byte[32 * 1024];
        for (; content.Read(from, window) is > 0 and var read; from += read)
        {
            if (!Ascii.IsValid(window.AsSpan(0, read)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An address or the header is not ASCII. What was handed in with SMTPUTF8 and is may go without. RFC 6531 §3.6.</summary>
    private static bool NeedsUtf8(RelayMessage message, long from)
    {
        if (!Ascii.IsValid(message.Sender) || message.Recipients.Any(r => !Ascii.IsValid(r)))
        {
            return true;
        }

        if ((message.Needs & QueueNeeds.Utf8) == 0)
        {
            return false;
        }

        Span<byte> window = stackalloc byte[HeadWindow];
        for (byte last = 0; message.Content.Read(from, window) is > 0 and var read; from += read)
        {
            var octets = window[..read];
            var end = last == '\n' && octets.StartsWith("\r\n"u8) ? 0 : octets.IndexOf("\n\r\n"u8);
            if (!Ascii.IsValid(end < 0 ? octets : octets[..end]))
            {
                return true;
            }

            if (end >= 0)
            {
                return false;
            }

            // An empty line that lies over the end of the window: it is looked at again with the next one.
            last = octets[^1];
            if (read > 2 && from + read < message.Content.Length && (octets.EndsWith("\n\r"u8)))
            {
                from -= 1;
                last = (byte)'\n';
            }
        }

        return false;
    }
}
