namespace MailAdmin.Dashboard.ViewModels;

/// <summary>What a filter looks at in a row.</summary>
internal static class Filters
{
    /// <summary>A word is in a row where it is in one of its texts, any case.</summary>
    public static Func<T, string, bool> Any<T>(Func<T, IEnumerable<string?>> texts) => (row, word) =>
    {
        foreach (var text in texts(row))
        {
            if (text is not null && text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    };
}
