using System.Globalization;

namespace MailAdmin.Console.Hosting;

/// <summary>What the terminal at the other end can show.</summary>
internal sealed class Terminal
{
    /// <summary>Columns where output goes to a file or pipe; as wide as pwsh takes it.</summary>
    private const int RedirectedWidth = 120;

    private Terminal(bool inputIsTerminal, bool outputIsTerminal, bool errorIsTerminal, bool color, bool unicode)
    {
        InputIsTerminal = inputIsTerminal;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Color = color;
        Unicode = unicode;
    }

    /// <summary>A person types.</summary>
    public bool InputIsTerminal { get; }
    /// <summary>A person reads.</summary>
    public bool OutputIsTerminal { get; }
    /// <summary>A person reads errors.</summary>
    public bool ErrorIsTerminal { get; }
    /// <summary>Escape sequences may be written to standard output.</summary>
    public bool Color { get; }
    /// <summary>Characters beyond ASCII arrive.</summary>
    public bool Unicode { get; }

    /// <summary>Columns.</summary>
    public int Width
    {
        get
        {
            if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0)
            {
                return columns;
            }

            if (!OutputIsTerminal)
            {
                return RedirectedWidth;
            }

            try
            {
                return System.Console.WindowWidth is > 0 and var width ? width : 80;
            }
            catch (IOException)
            {
                return 80; // a terminal that does not know its size
            }
        }
    }

    /// <summary>Looks around.</summary>
    public static Terminal Detect()
    {
        var output = !System.Console.IsOutputRedirected;
        // https://no-color.org: any value but an empty one.
        var color = output && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new Terminal(!System.Console.IsInputRedirected, output, !System.Console.IsErrorRedirected, color, IsUnicode());
    }

    private static bool IsUnicode()
    {
        if (OperatingSystem.IsWindows())
        {
            return System.Console.OutputEncoding.CodePage == 65001;
        }

        // POSIX: the first of these that is set decides. With none, the C locale.
        var locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v)) ?? "";
        return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
    }
}
