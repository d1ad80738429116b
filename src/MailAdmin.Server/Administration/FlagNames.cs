using System.Buffers;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

/// <summary>Flags as people write them and as RFC 9051 §2.3.2 names them.</summary>
internal static class FlagNames
{
    private static readonly SearchValues<char> AtomSpecials = SearchValues.Create("(){ %*\"\\]");

    private static readonly (string Name, MessageFlags Flag)[] SystemFlags =
    [
        ("\\Seen", MessageFlags.Seen),
        ("\\Answered", MessageFlags.Answered),
        ("\\Flagged", MessageFlags.Flagged),
        ("\\Deleted", MessageFlags.Deleted),
        ("\\Draft", MessageFlags.Draft),
    ];

    /// <summary>System flags, then keywords in the folder's order.</summary>
    public static IReadOnlyList<string> ToNames(MessageFlags flags, FolderKeywords keywords)
    {
        if (flags == MessageFlags.None)
        {
            return [];
        }

        var names = new List<string>();
        foreach (var (name, flag) in SystemFlags)
        {
            if (flags.Has(flag))
            {
                names.Add(name);
            }
        }

        for (var i = 0; i < keywords.Count; i++)
        {
            if (flags.HasKeyword(i))
            {
                names.Add(keywords[i]);
            }
        }

        return names;
    }

    /// <summary>Reads names: system flags with or without their backslash, keywords as they are.</summary>
    /// <exception cref="Errors.MailAdminException"><c>InvalidFlag</c></exception>
    public static (MessageFlags Flags, IReadOnlyList<string> Keywords) Parse(IReadOnlyList<string> names)
    {
        var flags = MessageFlags.None;
        var keywords = new List<string>();
        foreach (var name in names)
        {
            var system = Array.Find(SystemFlags, f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || f.Name.AsSpan(1).Equals(name, StringComparison.OrdinalIgnoreCase));
            if (system.Name is not null)
            {
                flags |= system.Flag;
            }
            else if (IsKeyword(name))
            {
                keywords.Add(name);
            }
            else
            {
                throw AdministrationErrors.InvalidFlag(name);
            }
        }

        return (flags, keywords);
    }

    /// <summary>An atom (RFC 9051 §9), of a length that a client still shows.</summary>
    private static bool IsKeyword(string name) => name.Length is > 0 and <= 100 && !name.AsSpan().ContainsAny(AtomSpecials) && !name.Any(c => c is <= ' ' or >= '\x7f');
}
