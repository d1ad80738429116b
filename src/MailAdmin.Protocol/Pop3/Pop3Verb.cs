using System.Buffers.Text;
using System.Text;

namespace MailAdmin.Protocol.Pop3;

/// <summary>POP3's commands. RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856.</summary>
public enum Pop3Verb
{
    Unknown, User, Pass, Auth, Capa, Stls, Quit, Stat, List, Uidl, Retr, Dele, Noop, Rset, Top, Utf8, Lang,
}

/// <summary>A command line cut into verb and argument.</summary>
public static class Pop3CommandLine
{
    /// <summary>The verb and everything behind the one space; PASS takes it as it is, for a password may hold spaces (RFC 1939 §7).</summary>
    public static Pop3Verb Parse(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> argument)
    {
        var space = line.IndexOf((byte)' ');
        var word = space < 0 ? line : line[..space];
        argument = space < 0 ? [] : line[(space + 1)..];
        if (word.Length is < 3 or > 4 || !Ascii.IsValid(word))
        {
            return Pop3Verb.Unknown;
        }

        Span<byte> upper = stackalloc byte[4];
        Ascii.ToUpper(word, upper, out var length);
        return upper[..length] switch
        {
            [(byte)'R', (byte)'E', (byte)'T', (byte)'R'] => Pop3Verb.Retr,
            [(byte)'D', (byte)'E', (byte)'L', (byte)'E'] => Pop3Verb.Dele,
            [(byte)'U', (byte)'I', (byte)'D', (byte)'L'] => Pop3Verb.Uidl,
            [(byte)'L', (byte)'I', (byte)'S', (byte)'T'] => Pop3Verb.List,
            [(byte)'S', (byte)'T', (byte)'A', (byte)'T'] => Pop3Verb.Stat,
            [(byte)'T', (byte)'O', (byte)'P'] => Pop3Verb.Top,
            [(byte)'U', (byte)'S', (byte)'E', (byte)'R'] => Pop3Verb.User,
            [(byte)'P', (byte)'A', (byte)'S', (byte)'S'] => Pop3Verb.Pass,
            [(byte)'A', (byte)'U', (byte)'T', (byte)'H'] => Pop3Verb.Auth,
            [(byte)'C', (byte)'A', (byte)'P', (byte)'A'] => Pop3Verb.Capa,
            [(byte)'S', (byte)'T', (byte)'L', (byte)'S'] => Pop3Verb.Stls,
            [(byte)'Q', (byte)'U', (byte)'I', (byte)'T'] => Pop3Verb.Quit,
            [(byte)'N', (byte)'O', (byte)'O', (byte)'P'] => Pop3Verb.Noop,
            [(byte)'R', (byte)'S', (byte)'E', (byte)'T'] => Pop3Verb.Rset,
            [(byte)'U', (byte)'T', (byte)'F', (byte)'8'] => Pop3Verb.Utf8,
            [(byte)'L', (byte)'A', (byte)'N', (byte)'G'] => Pop3Verb.Lang,
            _ => Pop3Verb.Unknown,
        };
    }

    /// <summary>Reads one number, alone. False for anything else.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> argument, out int number)
    {
        argument = argument.Trim((byte)' ');
        number = 0;
        return !argument.IsEmpty && char.IsAsciiDigit((char)argument[0]) && Utf8Parser.TryParse(argument, out number, out var used) && used == argument.Length;
    }

    /// <summary>Reads two numbers, as TOP has them.</summary>
    public static bool TryParseNumbers(ReadOnlySpan<byte> argument, out int first, out int second)
    {
        argument = argument.Trim((byte)' ');
        first = second = 0;
        var space = argument.IndexOf((byte)' ');
        return space > 0 && TryParseNumber(argument[..space], out first) && TryParseNumber(argument[space..], out second);
    }
}
