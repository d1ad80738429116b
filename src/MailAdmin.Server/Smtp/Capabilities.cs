using System.Globalization;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Smtp;

/// <summary>What EHLO lists. Every one can be switched off; a verb or parameter that was switched off is answered as one that is not known.</summary>
internal static class Capabilities
{
    public const string Pipelining = "PIPELINING", Size = "SIZE", EightBitMime = "8BITMIME", SmtpUtf8 = "SMTPUTF8", EnhancedStatusCodes = "ENHANCEDSTATUSCODES",
        Chunking = "CHUNKING", BinaryMime = "BINARYMIME", StartTls = "STARTTLS", Auth = "AUTH", Limits = "LIMITS";

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = [Pipelining, Size, EightBitMime, SmtpUtf8, EnhancedStatusCodes, Chunking, BinaryMime, StartTls, Auth, Limits];

    /// <summary>The lines behind the first one of EHLO's reply.</summary>
    public static List<string> For(SmtpSession session)
    {
        var context = session.Context;
        var lines = new List<string>(12);
        Add(Pipelining, Pipelining);
        // RFC 1870 §4: the keyword, a space, the number.
        Add(Size, string.Create(CultureInfo.InvariantCulture, $"{Size} {session.Limits.MessageSize}"));
        if (session.Connection.CanUpgradeToTls)
        {
            Add(StartTls, StartTls);
        }

        // RFC 4954 §4: not once a login has succeeded.
        if (session.Mailbox is null && SaslExchange.Offered(context, session.Connection) is { Count: > 0 } mechanisms)
        {
            Add(Auth, $"{Auth} {string.Join(' ', mechanisms)}");
        }

        Add(EnhancedStatusCodes, EnhancedStatusCodes);
        Add(EightBitMime, EightBitMime);
        // RFC 6531 §3.1: only together with 8BITMIME.
        if (context.Offers(EightBitMime))
        {
            Add(SmtpUtf8, SmtpUtf8);
        }

        Add(Chunking, Chunking);
        // RFC 3030 §3: only together with CHUNKING.
        if (context.Offers(Chunking))
        {
            Add(BinaryMime, BinaryMime);
        }

        // RFC 9422 §3.
        Add(Limits, string.Create(CultureInfo.InvariantCulture, $"{Limits} MAILMAX={session.Limits.MessagesPerSession} RCPTMAX={session.Limits.Recipients}"));
        return lines;

        void Add(string capability, string line)
        {
            if (context.Offers(capability))
            {
                lines.Add(line);
            }
        }
    }
}
