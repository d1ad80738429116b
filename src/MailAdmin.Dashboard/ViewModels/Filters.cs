namespace MailAdmin.Dashboard.ViewModels;

/// <summary>What a filter looks at in a row.</summary>
internal static class Filters
{
    /// <summary>A word is in a row where it is in one of its texts, any case. The texts are asked for one after the other, the likeliest first.</summary>
    public static Func<T, string, bool> Any<T>(params Func<T, string?>[] texts) => (row, word) =>
    {
        foreach (var text in texts)
        {
            if (text(row) is { } value && value.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    };
}
