using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>One verb: parses its argument, acts, replies. The state table was asked before.</summary>
internal interface ISmtpCommand
{
    /// <summary>Runs it; the argument is valid until the session's input is read again.</summary>
    ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument);
}

/// <summary>The verbs by their number.</summary>
internal static class SmtpCommands
{
    private static readonly ISmtpCommand[] ByVerb = Build();
    private static readonly string[] Names = [.. Enum.GetNames<SmtpVerb>().Select(n => n.ToUpperInvariant())];

    public static ISmtpCommand For(SmtpVerb verb) => ByVerb[(int)verb];

    /// <summary>Interned name for Get-MailSession.</summary>
    public static string NameOf(SmtpVerb verb) => Names[(int)verb];

    private static ISmtpCommand[] Build()
    {
        var commands = new ISmtpCommand[Enum.GetValues<SmtpVerb>().Length];
        commands[(int)SmtpVerb.Helo] = new Helo();
        commands[(int)SmtpVerb.Ehlo] = new Ehlo();
        commands[(int)SmtpVerb.Mail] = new Mail();
        commands[(int)SmtpVerb.Rcpt] = new Rcpt();
        commands[(int)SmtpVerb.Data] = new Data();
        commands[(int)SmtpVerb.Bdat] = new Bdat();
        commands[(int)SmtpVerb.Rset] = new Rset();
        commands[(int)SmtpVerb.Noop] = new Noop();
        commands[(int)SmtpVerb.Vrfy] = new Vrfy();
        commands[(int)SmtpVerb.Expn] = new Expn();
        commands[(int)SmtpVerb.Help] = new Help();
        commands[(int)SmtpVerb.Quit] = new Quit();
        commands[(int)SmtpVerb.StartTls] = new StartTls();
        commands[(int)SmtpVerb.Auth] = new Auth();
        return commands;
    }
}
