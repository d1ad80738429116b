using System.Globalization;

namespace MailAdmin.Console.Hosting;

/// <summary>What the terminal at the other end can show.</summary>
internal sealed class Terminal
{
    /// <summary>Columns where output goes to a file or pipe; as wide as pwsh takes it.</summary>
    private const int RedirectedWidth = 120;

    private Terminal(bool inputIsTerminal, bool outputIsTerminal, bool errorIsTerminal, bool sequences, bool color, bool unicode)
    {
        InputIsTerminal = inputIsTerminal;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Sequences = sequences;
        Color = color;
        Unicode = unicode;
    }

    /// <summary>A person types.</summary>
    public bool InputIsTerminal { get; }
    /// <summary>A person reads.</summary>
    public bool OutputIsTerminal { get; }
    /// <summary>A person reads errors.</summary>
    public bool ErrorIsTerminal { get; }
    /// <summary>Standard output is a terminal that moves its cursor at escape sequences.</summary>
    public bool Sequences { get; }
    /// <summary>It may be coloured as well.</summary>
    public bool Color { get; }
    /// <summary>Characters beyond ASCII arrive.</summary>
    public bool Unicode { get; }

    /// <summary>Columns.</summary>
    public int Width
    {
        get
        {
            if (!OutputIsTerminal)
            {
                return int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0 ? columns : RedirectedWidth;
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
        var sequences = output && Environment.GetEnvironmentVariable("TERM") != "dumb";
        // https://no-color.org: any value but an empty one.
        var color = sequences && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(!System.Console.IsInputRedirected, output, !System.Console.IsErrorRedirected, sequences, color, IsUnicode());
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
