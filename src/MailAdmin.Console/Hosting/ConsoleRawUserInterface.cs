using System.Management.Automation.Host;
using MailAdmin.Console.Prompt;

namespace MailAdmin.Console.Hosting;

/// <summary>Size and keys of the terminal. What only old Windows consoles had (reading the screen back) is not supported.</summary>
internal sealed class ConsoleRawUserInterface(Terminal terminal, Func<bool, ConsoleKeyInfo> readKey) : PSHostRawUserInterface
{
    /// <summary>Lines told where there is no terminal; the engine pages by it.</summary>
    private const int RedirectedHeight = 50;

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
    /// <inheritdoc/>
    public override Size BufferSize { get => new(terminal.Width, Height); set => Ignore(value); }
    /// <inheritdoc/>
    public override Coordinates CursorPosition { get; set; }
    /// <inheritdoc/>
    public override int CursorSize { get; set; } = 25;
    /// <inheritdoc/>
    public override bool KeyAvailable => terminal.InputIsTerminal && System.Console.KeyAvailable;
    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => WindowSize;
    /// <inheritdoc/>
    public override Size MaxWindowSize => WindowSize;
    /// <inheritdoc/>
    public override Coordinates WindowPosition { get; set; }
    /// <inheritdoc/>
    public override Size WindowSize { get => new(terminal.Width, Height); set => Ignore(value); }
    /// <inheritdoc/>
    public override string WindowTitle { get; set; } = "mailadmin";

    private int Height => terminal.OutputIsTerminal && System.Console.WindowHeight > 0 ? System.Console.WindowHeight : RedirectedHeight;

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
    }

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException("The screen cannot be read back.");

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (!terminal.InputIsTerminal)
        {
            throw new InvalidOperationException("No key can be read: standard input is not a terminal.");
        }

        var key = readKey(options.HasFlag(ReadKeyOptions.AllowCtrlC));
        if (!options.HasFlag(ReadKeyOptions.NoEcho) && !char.IsControl(key.KeyChar))
        {
            System.Console.Out.Write(key.KeyChar);
        }

        return new KeyInfo((int)key.Key, key.KeyChar, 0, true);
    }

    /// <inheritdoc/>
    public override int LengthInBufferCells(string source) => Columns.Of(source);

    /// <inheritdoc/>
    public override int LengthInBufferCells(string source, int offset)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Columns.Of(source[offset..]);
    }

    /// <inheritdoc/>
    public override int LengthInBufferCells(char source) => Columns.Of(source);

    /// <inheritdoc/>
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw new NotSupportedException("The screen cannot be moved.");

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
    {
    }

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // The engine's way to say: clear the screen.
        if (terminal.Sequences && rectangle is { Left: -1, Top: -1, Right: -1, Bottom: -1 })
        {
            System.Console.Out.Write("\e[2J\e[H");
        }
    }

    // The terminal's size is the person's; scripts that set it are not stopped.
    private static void Ignore(Size size) => _ = size;
}
