using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MailAdmin.Security;

/// <summary>
/// SASLprep (RFC 4013): user names and passwords in the one form in which they are compared and made verifiers of, so that it does not matter which
/// keyboard or system they were typed on.
/// </summary>
/// <remarks>
/// Two deviations. Code points that Unicode 3.2 did not know yet are let through also in what is stored (§2.5 allows them in queries only; RFC 8265, which
/// took its place, allows them): passwords with emoji are in the field. Of the left-to-right characters (RFC 3454 table D.2) the letters, spacing marks and
/// letter numbers count; its digits and symbols of single scripts do not.
/// </remarks>
public static class SaslPrep
{
    // RFC 3454 table B.1: mapped to nothing. U+200B stands in C.1.2 as well and is a space, as others take it.
    private static readonly (int First, int Last)[] Nothing =
        [(0xAD, 0xAD), (0x34F, 0x34F), (0x1806, 0x1806), (0x180B, 0x180D), (0x200C, 0x200D), (0x2060, 0x2060), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)];

    // Table C.1.2: spaces that are not ASCII.
    private static readonly (int First, int Last)[] Spaces = [(0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200B), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)];

    // Tables C.2.1 to C.9, in order: controls; private use and non-characters (those of every plane by their last digits, below); surrogates; what is
    // inappropriate for plain text or for canonical representation; change of display; tags.
    private static readonly (int First, int Last)[] Prohibited =
    [
        (0x0, 0x1F), (0x7F, 0x9F), (0x340, 0x341), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x180E, 0x180E), (0x200C, 0x200F), (0x2028, 0x202E), (0x2060, 0x2063),
        (0x206A, 0x206F), (0x2FF0, 0x2FFB), (0xD800, 0xF8FF), (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFD), (0x1D173, 0x1D17A), (0xE0001, 0xE0001),
        (0xE0020, 0xE007F), (0xF0000, 0x10FFFF),
    ];

    // Table D.1: written from right to left.
    private static readonly (int First, int Last)[] RightToLeft =
    [
        (0x5BE, 0x5BE), (0x5C0, 0x5C0), (0x5C3, 0x5C3), (0x5D0, 0x5EA), (0x5F0, 0x5F4), (0x61B, 0x61B), (0x61F, 0x61F), (0x621, 0x63A), (0x640, 0x64A),
        (0x66D, 0x66F), (0x671, 0x6D5), (0x6DD, 0x6DD), (0x6E5, 0x6E6), (0x6FA, 0x6FE), (0x700, 0x70D), (0x710, 0x710), (0x712, 0x72C), (0x780, 0x7A5),
        (0x7B1, 0x7B1), (0x200F, 0x200F), (0xFB1D, 0xFB1D), (0xFB1F, 0xFB28), (0xFB2A, 0xFB36), (0xFB38, 0xFB3C), (0xFB3E, 0xFB3E), (0xFB40, 0xFB41),
        (0xFB43, 0xFB44), (0xFB46, 0xFBB1), (0xFBD3, 0xFD3D), (0xFD50, 0xFD8F), (0xFD92, 0xFDC7), (0xFDF0, 0xFDFC), (0xFE70, 0xFE74), (0xFE76, 0xFEFC),
    ];

    /// <summary>Prepares a text (§2): maps, normalises to NFKC, and holds it against the prohibitions and the rule of both directions.</summary>
    /// <param name="text">A user name or a password.</param>
    /// <param name="prepared">The prepared text; null where there is none.</param>
    /// <returns>False where it holds what is prohibited, mixes directions, is not well-formed UTF-16, or has nothing left.</returns>
    public static bool TryPrepare(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        // All that most people ever type.
        if (!text.IsEmpty && !text.ContainsAnyExceptInRange(' ', '~'))
        {
            prepared = text.ToString();
            return true;
        }

        var mapped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsIn(Spaces, rune.Value))
            {
                mapped.Append(' ');
            }
            else if (!IsIn(Nothing, rune.Value))
            {
                // A lone surrogate comes as U+FFFD, which is prohibited.
                mapped.Append(rune.ToString());
            }
        }

        // Not before: normalisation throws at non-characters.
        if (mapped.Length == 0 || HasProhibited(mapped.ToString()))
        {
            return false;
        }

        var normal = mapped.ToString().Normalize(NormalizationForm.FormKC);
        if (HasProhibited(normal) || MixesDirections(normal))
        {
            return false;
        }

        prepared = normal;
        return true;
    }

    private static bool HasProhibited(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // The last two code points of every plane are non-characters. Table C.4.
            if (IsIn(Prohibited, rune.Value) || (rune.Value & 0xFFFE) == 0xFFFE)
            {
                return true;
            }
        }

        return false;
    }

    // RFC 3454 §6: with a character that runs right to left there may be none that runs left to right, and it begins and ends with such a one.
    private static bool MixesDirections(string text)
    {
        var (any, firstIs, lastIs, other, first) = (false, false, false, false, true);
        foreach (var rune in text.EnumerateRunes())
        {
            lastIs = IsIn(RightToLeft, rune.Value);
            firstIs |= first && lastIs;
            first = false;
            any |= lastIs;
            other |= !lastIs && (Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber);
        }

        return any && (other || !firstIs || !lastIs);
    }

    private static bool IsIn((int First, int Last)[] table, int value)
    {
        foreach (var (first, last) in table)
        {
            if (value <= last)
            {
                return value >= first;
            }
        }

        return false;
    }
}
