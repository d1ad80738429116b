namespace MailAdmin.Testing.ImapViews;

/// <summary>A message as a session knows it; null members were not told yet.</summary>
public sealed class ViewedMessage
{
    public uint? Uid { get; set; }
    /// <summary>Sorted, without \Recent.</summary>
    public string? Flags { get; set; }
    public ulong ModSeq { get; set; }
    public bool? IsRecent { get; set; }
    public bool IsGone { get; set; }
    /// <summary>It came while the folder was selected.</summary>
    public bool IsNew { get; set; }

    public bool Has(string flag) => Flags is not null && Flags.Split(' ').Contains(flag, StringComparer.OrdinalIgnoreCase);

    public override string ToString() => $"{Uid} ({Flags}) {ModSeq}";

    /// <summary>Flags in the form they are compared in.</summary>
    public static string Sort(IEnumerable<string> flags) =>
        string.Join(' ', flags.Where(f => f.Length > 0 && f != "\\Recent").Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase));

    /// <summary>What STORE makes of flags.</summary>
    public static string Apply(string flags, char mode, IEnumerable<string> change) => Sort(mode switch
    {
        '+' => flags.Split(' ').Concat(change),
        '-' => flags.Split(' ').Except(change, StringComparer.OrdinalIgnoreCase),
        _ => change,
    });
}
