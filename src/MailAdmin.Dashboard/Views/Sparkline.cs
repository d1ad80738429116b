using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>A rate over time in one line of blocks.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>The last readings as blocks, the newest at the right.</summary>
    public static string Of(RateHistory history, int width) => string.Concat(history.Levels(width, Blocks.Length).Select(level => Blocks[level]));
}
