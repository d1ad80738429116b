using MailAdmin.Protocol.Pop3;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>One verb: parses its argument, acts, replies. The state table was asked before.</summary>
internal interface IPop3Command
{
    /// <summary>Runs it; the argument is valid until the session's input is read again.</summary>
    ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument);
}

/// <summary>The verbs by their number.</summary>
internal static class Pop3Commands
{
    private static readonly IPop3Command[] ByVerb = Build();
    private static readonly string[] Names = [.. Enum.GetNames<Pop3Verb>().Select(n => n.ToUpperInvariant())];

    public static IPop3Command For(Pop3Verb verb) => ByVerb[(int)verb];

    /// <summary>Interned name for Get-MailSession.</summary>
    public static string NameOf(Pop3Verb verb) => Names[(int)verb];

    private static IPop3Command[] Build()
    {
        var commands = new IPop3Command[Enum.GetValues<Pop3Verb>().Length];
        commands[(int)Pop3Verb.User] = new User();
        commands[(int)Pop3Verb.Pass] = new Pass();
        commands[(int)Pop3Verb.Auth] = new Auth();
        commands[(int)Pop3Verb.Capa] = new Capa();
        commands[(int)Pop3Verb.Stls] = new Stls();
        commands[(int)Pop3Verb.Quit] = new Quit();
        commands[(int)Pop3Verb.Stat] = new Stat();
        commands[(int)Pop3Verb.List] = new List();
        commands[(int)Pop3Verb.Uidl] = new Uidl();
        commands[(int)Pop3Verb.Retr] = new Retr();
        commands[(int)Pop3Verb.Dele] = new Dele();
        commands[(int)Pop3Verb.Noop] = new Noop();
        commands[(int)Pop3Verb.Rset] = new Rset();
        commands[(int)Pop3Verb.Top] = new Top();
        commands[(int)Pop3Verb.Utf8] = new Utf8();
        commands[(int)Pop3Verb.Lang] = new Lang();
        return commands;
    }
}
