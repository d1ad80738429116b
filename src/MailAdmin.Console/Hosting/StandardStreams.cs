using System.Text;

namespace MailAdmin.Console.Hosting;

/// <summary>
/// Standard input, output and error. An error that cannot be told, and what a terminal that is gone would have shown, are dropped: an exception would end the process under its
/// servers. A file that cannot be written is another matter: a command's result is lost, and the command has failed.
/// </summary>
internal static class StandardStreams
{
    /// <summary>O_CLOEXEC as /proc shows it, on every Linux that .NET runs on.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>Prepares them, before the first word is written.</summary>
    public static void Prepare(Terminal terminal)
    {
        if (!terminal.OutputIsTerminal || terminal.Unicode)
        {
            System.Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        if (!IsGiven(0))
        {
            System.Console.SetIn(TextReader.Null);
        }

        if (!IsGiven(1))
        {
            System.Console.SetOut(TextWriter.Null);
        }
        else if (terminal.OutputIsTerminal)
        {
            OutlastOutput();
        }

        System.Console.SetError(Error = new LastingWriter(IsGiven(2) ? System.Console.Error : TextWriter.Null));
    }

    /// <summary>Standard error, to see what of it was lost.</summary>
    public static LastingWriter Error { get; private set; } = new(TextWriter.Null);

    /// <summary>For what goes on whether or not anybody reads it.</summary>
    public static void OutlastOutput() => System.Console.SetOut(new LastingWriter(System.Console.Out));

    /// <summary>
    /// False where the program was started with this stream closed (<c>&gt;&amp;-</c>). Its number is then taken by the first file or pipe that the runtime opens, and what is written
    /// would go there. A descriptor that came with the start is not closed at exec; the runtime's own are.
    /// </summary>
    private static bool IsGiven(int descriptor)
    {
        const string directory = "/proc/self/fdinfo";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(directory))
        {
            return true;
        }

        try
        {
            var flags = File.ReadLines($"{directory}/{descriptor}").FirstOrDefault(l => l.StartsWith("flags:", StringComparison.Ordinal));
            return flags is null || (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (IOException)
        {
            return false; // not open, and free for whatever is opened next
        }
    }
}
