using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Server.Smtp;

/// <summary>Where a session stands. RFC 5321 §4.1.4.</summary>
[Flags]
internal enum SmtpState
{
    /// <summary>Before EHLO, and again after STARTTLS.</summary>
    Connected = 1,
    /// <summary>Greeted, no transaction.</summary>
    Ready = 2,
    /// <summary>MAIL was taken, no recipient yet.</summary>
    Sender = 4,
    /// <summary>A recipient was taken.</summary>
    Recipients = 8,
    /// <summary>BDAT began; nothing but BDAT and RSET carries it on. RFC 3030 §2.</summary>
    Chunks = 16,
    Any = Connected | Ready | Sender | Recipients | Chunks,
}

/// <summary>Which command is taken in which state, and what is answered where it is not. The session asks before the verb runs.</summary>
internal static class SmtpStateTable
{
    private const SmtpState Connected = SmtpState.Connected, Ready = SmtpState.Ready, Sender = SmtpState.Sender, Recipients = SmtpState.Recipients,
        Chunks = SmtpState.Chunks, Any = SmtpState.Any;

    private static readonly Dictionary<SmtpVerb, (SmtpState Allowed, string Otherwise)> Rows = new()
    {
        [SmtpVerb.Helo] = (Any, ""),
        [SmtpVerb.Ehlo] = (Any, ""),
        [SmtpVerb.Mail] = (Ready, "503 5.5.1 MAIL comes after EHLO and once per message"),
        [SmtpVerb.Rcpt] = (Sender | Recipients, "503 5.5.1 RCPT comes after MAIL"),
        [SmtpVerb.Data] = (Recipients, "503 5.5.1 DATA comes after RCPT"),
        // The octets behind BDAT must be read in every state; the verb asks for the state itself.
        [SmtpVerb.Bdat] = (Any, ""),
        [SmtpVerb.Rset] = (Any, ""),
        [SmtpVerb.Noop] = (Any, ""),
        [SmtpVerb.Vrfy] = (Any, ""),
        [SmtpVerb.Expn] = (Any, ""),
        [SmtpVerb.Help] = (Any, ""),
        [SmtpVerb.Quit] = (Any, ""),
        [SmtpVerb.StartTls] = (Ready, "503 5.5.1 STARTTLS comes after EHLO and outside a message"),
        [SmtpVerb.Auth] = (Ready, "503 5.5.1 AUTH comes after EHLO and outside a message"),
    };

    private static readonly SmtpState[] Allowed = [.. Enum.GetValues<SmtpVerb>().Select(v => Rows.TryGetValue(v, out var row) ? row.Allowed : Any)];

    /// <summary>A command by which no message comes nearer: a session that says nothing else is bounded.</summary>
    public static bool LeadsNowhere(SmtpVerb verb) =>
        verb is SmtpVerb.Noop or SmtpVerb.Rset or SmtpVerb.Ehlo or SmtpVerb.Helo or SmtpVerb.Help or SmtpVerb.Vrfy;

    /// <summary>Null where the command is allowed, else the reply.</summary>
    public static string? Refusal(SmtpVerb verb, SmtpState state) => (Allowed[(int)verb] & state) != 0 ? null : Rows[verb].Otherwise;
}
