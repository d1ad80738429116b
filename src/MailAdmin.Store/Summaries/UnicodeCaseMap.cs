using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>The collation i;unicode-casemap, which SORT and THREAD have to use. RFC 5051, RFC 5256 §1.</summary>
public static class UnicodeCaseMap
{
    /// <summary>
    /// What is compared, by ordinal: upper case, then decomposed as far as compatibility goes, so that a letter and its accent are the same whether
    /// they were written as one character or as two. Text that is not well-formed is left in upper case.
    /// </summary>
    public static string Key(string text)
    {
        var upper = text.ToUpperInvariant();
        if (System.Text.Ascii.IsValid(upper))
        {
            return upper;
        }

        try
        {
            return upper.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair, or U+FFFE.
            return upper;
        }
    }
}
