using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Smtp;

/// <summary>The lines of a reply behind its first, as they go out and as the transcript shows them.</summary>
internal sealed record ListedLines(byte[] Octets, string Shown);

/// <summary>
/// What EHLO lists, made once for each kind of session, of which there are few, while sessions come by thousands. Made anew when limits or capabilities change.
/// </summary>
internal sealed class EhloLines
{
    private const int Kinds = 16;

    private volatile Generation? _current;

    private sealed record Generation(ServerLimits Limits, IReadOnlySet<string> Disabled, ListedLines?[] ByKind);

    /// <summary>The lines for a session as it stands.</summary>
    public ListedLines For(SmtpSession session)
    {
        var (limits, disabled) = (session.Limits, session.Context.DisabledCapabilities);
        if (_current is not { } current || !ReferenceEquals(current.Limits, limits) || !ReferenceEquals(current.Disabled, disabled))
        {
            _current = current = new Generation(limits, disabled, new ListedLines?[Kinds]);
        }

        // Everything of a session that Capabilities.For asks.
        var connection = session.Connection;
        var kind = (session.Mailbox is null ? 0 : 1) | (connection.CanUpgradeToTls ? 2 : 0) | (connection.IsSecure ? 4 : 0)
            | (SaslExchange.AllowsPassword(session.Context, connection) ? 8 : 0);
        return current.ByKind[kind] ??= Make(Capabilities.For(session));
    }

    private static ListedLines Make(List<string> lines) => new(
        Encoding.ASCII.GetBytes(string.Concat(lines.Select((line, i) => $"250{(i == lines.Count - 1 ? ' ' : '-')}{line}\r\n"))),
        string.Concat(lines.Select(line => $" | {line}")));
}
