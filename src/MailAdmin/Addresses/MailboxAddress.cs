using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MailAdmin.Addresses;

/// <summary>
/// An address of this server's directory in its canonical form: local part lower-cased and NFC-normalised, domain as
/// lower-case A-labels (RFC 5890). Two spellings of one mailbox compare equal. RFC 5321 §4.1.2, RFC 6531 §3.3.
/// </summary>
/// <remarks>
/// RFC 5321 §2.4 leaves the case of a local part to the receiving host; this one treats it as equal, as all its peers do.
/// </remarks>
public readonly record struct MailboxAddress
{
    /// <summary>Longest local part, in octets of UTF-8. RFC 5321 §4.5.3.1.1.</summary>
    public const int MaxLocalPartOctets = 64;

    /// <summary>Longest domain, in octets. RFC 5321 §4.5.3.1.2.</summary>
    public const int MaxDomainOctets = 255;

    /// <summary>255 octets in a DNS message are 253 characters.</summary>
    private const int MaxPlainLength = 253;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    private MailboxAddress(string localPart, string domain)
    {
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>The canonical local part, unquoted.</summary>
    public string LocalPart { get; }

    /// <summary>The canonical domain.</summary>
    public string Domain { get; }

    /// <summary>Parses <paramref name="text"/>: <c>local@domain</c>, no display name, no angle brackets.</summary>
    /// <exception cref="FormatException">The text is not an address; the message says what is wrong with it.</exception>
    public static MailboxAddress Parse(string text) =>
        TryParse(text, out var address, out var reason) ? address : throw new FormatException(reason);

    /// <summary>Parses without throwing; see <see cref="Parse"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MailboxAddress address) => TryParse(text, out address, out _);

    /// <summary>Parses without throwing and says in <paramref name="reason"/> why a text was refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MailboxAddress address, [NotNullWhen(false)] out string? reason)
    {
        address = default;
        text = text?.Trim();
        var at = text?.LastIndexOf('@') ?? -1;
        if (text is null || at <= 0 || at == text.Length - 1)
        {
            reason = $"'{text}' is not an address of the form name@domain.";
            return false;
        }

        var local = text[..at];
        if (local.Length >= 2 && local[0] == '"' && local[^1] == '"')
        {
            local = local[1..^1].Replace("\\", "", StringComparison.Ordinal);
        }

        // A quoted name may be empty by RFC 5321's grammar; here nobody's is.
        if (local.Length == 0)
        {
            reason = $"'{text}' has nothing before the @.";
            return false;
        }

        if (local.Any(c => char.IsControl(c) || c is ' ' or '<' or '>' or '(' or ')' or ',' or ';' or ':' or '"' or '\\' or '[' or ']' or '@')
            || local.StartsWith('.') || local.EndsWith('.') || local.Contains("..", StringComparison.Ordinal))
        {
            reason = $"'{text}' has a character before the @ that an address may not have.";
            return false;
        }

        if (!TryCanonicalDomain(text[(at + 1)..], out var domain))
        {
            reason = $"'{text[(at + 1)..]}' is not a domain name.";
            return false;
        }

        try
        {
            local = local.Normalize().ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair.
            reason = $"The part of '{text}' before the @ is not well-formed Unicode.";
            return false;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(local) > MaxLocalPartOctets)
        {
            reason = $"The part of '{text}' before the @ is longer than {MaxLocalPartOctets} octets.";
            return false;
        }

        address = new MailboxAddress(local, domain);
        reason = null;
        return true;
    }

    /// <summary>Canonical form of a domain name: lower-case A-labels. False where the text is not a domain name.</summary>
    public static bool TryCanonicalDomain(string? text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        text = text?.Trim().TrimEnd('.');
        if (string.IsNullOrEmpty(text) || text.Length > MaxDomainOctets)
        {
            return false;
        }

        if (text.Length <= MaxPlainLength && IsPlain(text))
        {
            domain = text;
            return true;
        }

        try
        {
            domain = Idn.GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        return domain.Length <= MaxDomainOctets;
    }

    // Most are canonical already, and IdnMapping makes and throws away an object of the system's library to see it. What is not sure here is left to it:
    // capitals, labels with two hyphens (A-labels among them), empty and long ones, hyphens at their ends.
    private static bool IsPlain(string text)
    {
        var (label, last) = (0, '.');
        foreach (var c in text)
        {
            if (c == '.' ? last is '.' or '-' : !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || (c == '-' && last is not ('.' or '-'))))
            {
                return false;
            }

            label = c == '.' ? 0 : label + 1;
            if (label > 63)
            {
                return false;
            }

            last = c;
        }

        return last is not ('.' or '-');
    }

    /// <summary>
    /// Splits <c>user+detail</c> (RFC 5233 §4) at the first <paramref name="separator"/>; an address without one is returned as it is.
    /// </summary>
    public MailboxAddress WithoutDetail(char separator, out string? detail)
    {
        var at = LocalPart.IndexOf(separator, StringComparison.Ordinal);
        if (at <= 0)
        {
            detail = null;
            return this;
        }

        detail = LocalPart[(at + 1)..];
        return new MailboxAddress(LocalPart[..at], Domain);
    }

    /// <summary><c>local@domain</c> in canonical form.</summary>
    public override string ToString() => $"{LocalPart}@{Domain}";
}
