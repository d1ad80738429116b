using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Unicode;

namespace MailAdmin.Server.Smtp;

/// <summary>The trace a message gets at its head: Return-Path and Received. RFC 5321 §4.4.</summary>
internal static class TraceFields
{
    /// <summary>Writes both fields, CRLF included.</summary>
    public static void Write(IBufferWriter<byte> output, SmtpSession session, SmtpTransaction transaction, string id)
    {
        var (sender, client, host) = (transaction.Sender.Mailbox, session.ClientName, session.Context.HostName);
        var tls = session.Connection.TlsProtocol is { } version ? $"\r\n\t(using {VersionOf(version)})" : "";
        // More than one would tell the others of a blind copy. RFC 5321 §7.2.
        var recipient = transaction.Recipients is [var only] ? $"\r\n\tfor <{only}>" : "";
        // A character is three octets at most; all the rest has less than 512.
        var span = output.GetSpan(512 + (3 * (sender.Length + client.Length + host.Length + recipient.Length)));
        if (!Utf8.TryWrite(
            span, CultureInfo.InvariantCulture,
            $"Return-Path: <{sender}>\r\nReceived: from {client} ([{Literal(session.Connection.Remote.Address)}])\r\n\tby {host} (MailAdmin) with {Protocol(session, transaction)} id {id}{tls}{recipient};\r\n\t{Date(session.Context.Time.GetUtcNow())}\r\n",
            out var written))
        {
            throw new UnreachableException();
        }

        output.Advance(written);
    }

    /// <summary>A date-time of RFC 5322 §3.3.</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture);

    // RFC 3848, RFC 6531 §4.3: SMTP, ESMTP, +S with TLS, +A with a login, UTF8SMTP in place of ESMTP.
    private static string Protocol(SmtpSession session, SmtpTransaction transaction)
    {
        if (!session.IsExtended)
        {
            return "SMTP";
        }

        return (transaction.IsUtf8 ? "UTF8SMTP" : "ESMTP") + (session.Connection.IsSecure ? "S" : "") + (session.Mailbox is null ? "" : "A");
    }

    private static string VersionOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLSv1.3",
        SslProtocols.Tls12 => "TLSv1.2",
        _ => "TLS",
    };

    private static string Literal(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"IPv6:{address}" : address.ToString();
    }
}
