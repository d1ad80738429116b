using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MailAdmin.Server.Smtp;

/// <summary>The trace a message gets at its head: Return-Path and Received. RFC 5321 §4.4.</summary>
internal static class TraceFields
{
    /// <summary>Both fields, CRLF included.</summary>
    public static byte[] For(SmtpSession session, SmtpTransaction transaction, string id)
    {
        var connection = session.Connection;
        var text = new StringBuilder(256);
        text.Append("Return-Path: <").Append(transaction.Sender.Mailbox).Append(">\r\n");
        text.Append("Received: from ").Append(session.ClientName).Append(" ([").Append(Literal(connection.Remote.Address)).Append("])\r\n\tby ")
            .Append(session.Context.HostName).Append(" (MailAdmin) with ").Append(Protocol(session, transaction)).Append(" id ").Append(id);
        if (connection.TlsProtocol is { } tls)
        {
            text.Append("\r\n\t(using ").Append(VersionOf(tls)).Append(')');
        }

        // More than one would tell the others of a blind copy. RFC 5321 §7.2.
        if (transaction.Recipients is [var only])
        {
            text.Append("\r\n\tfor <").Append(only).Append('>');
        }

        text.Append(";\r\n\t").Append(Date(session.Context.Time.GetUtcNow())).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
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
