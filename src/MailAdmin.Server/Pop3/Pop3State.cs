using MailAdmin.Protocol.Pop3;

namespace MailAdmin.Server.Pop3;

/// <summary>Where a session stands. RFC 1939 §3; UPDATE is QUIT's own.</summary>
[Flags]
internal enum Pop3State
{
    /// <summary>Before login.</summary>
    Authorization = 1,
    /// <summary>Logged in, the maildrop is open.</summary>
    Transaction = 2,
    Any = Authorization | Transaction,
}

/// <summary>Which command is taken in which state.</summary>
internal static class Pop3StateTable
{
    private static readonly Dictionary<Pop3Verb, Pop3State> Rows = new()
    {
        [Pop3Verb.User] = Pop3State.Authorization,
        [Pop3Verb.Pass] = Pop3State.Authorization,
        [Pop3Verb.Auth] = Pop3State.Authorization,
        [Pop3Verb.Stls] = Pop3State.Authorization,
        [Pop3Verb.Utf8] = Pop3State.Authorization,
        [Pop3Verb.Capa] = Pop3State.Any,
        [Pop3Verb.Lang] = Pop3State.Any,
        [Pop3Verb.Quit] = Pop3State.Any,
        [Pop3Verb.Stat] = Pop3State.Transaction,
        [Pop3Verb.List] = Pop3State.Transaction,
        [Pop3Verb.Uidl] = Pop3State.Transaction,
        [Pop3Verb.Retr] = Pop3State.Transaction,
        [Pop3Verb.Top] = Pop3State.Transaction,
        [Pop3Verb.Dele] = Pop3State.Transaction,
        [Pop3Verb.Noop] = Pop3State.Transaction,
        [Pop3Verb.Rset] = Pop3State.Transaction,
    };

    private static readonly Pop3State[] Allowed = [.. Enum.GetValues<Pop3Verb>().Select(v => Rows.GetValueOrDefault(v, Pop3State.Any))];

    /// <summary>Null where the command is allowed, else the reply.</summary>
    public static string? Refusal(Pop3Verb verb, Pop3State state) =>
        (Allowed[(int)verb] & state) != 0 ? null : state == Pop3State.Authorization ? "-ERR Log in first" : "-ERR Only before login";
}
