namespace MailAdmin.Console.Hosting;

/// <summary>
/// The one reader of standard input. What waits for a key or a line is known here, so that a signal can end the program instead of waiting for the next key, and
/// nothing begins to wait after it. A terminal that is gone is the end of input.
/// </summary>
internal sealed class TerminalInput
{
    /// <summary>
    /// Keys without a character or a meaning, one after another, that say that the terminal is gone: the runtime gives them without end,
    /// where a person's stray key gives one.
    /// </summary>
    private const int EmptyKeysOfADeadTerminal = 32;

    private readonly Lock _gate = new();
    private bool _waiting;
    private int _emptyKeys;

    /// <summary>Cancelled when the program is to end.</summary>
    public CancellationToken Ending { get; set; }

    /// <summary>True while somebody is waited for. After <see cref="Ending"/> was cancelled it does not become true any more.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting;
            }
        }
    }

    /// <summary>The next key; it is not shown.</summary>
    /// <exception cref="EndOfStreamException">The terminal is gone, or the program is to end.</exception>
    public ConsoleKeyInfo ReadKey()
    {
        var key = Wait(static () => System.Console.ReadKey(intercept: true));
        _emptyKeys = key is { KeyChar: '\0', Key: 0, Modifiers: 0 } ? _emptyKeys + 1 : 0;
        return _emptyKeys < EmptyKeysOfADeadTerminal ? key : throw new EndOfStreamException("The terminal is gone.");
    }

    /// <summary>The next line of what is piped in; null at its end.</summary>
    /// <exception cref="EndOfStreamException">The program is to end.</exception>
    public string? ReadLine() => Wait(static () => System.Console.In.ReadLine());

    /// <summary>Ctrl+C is a key while <paramref name="typing"/> runs, and the signal that stops what runs before and after it.</summary>
    public static T Typing<T>(Func<T> typing)
    {
        var before = System.Console.TreatControlCAsInput;
        System.Console.TreatControlCAsInput = true;
        try
        {
            return typing();
        }
        finally
        {
            System.Console.TreatControlCAsInput = before;
        }
    }

    private T Wait<T>(Func<T> read)
    {
        lock (_gate)
        {
            if (Ending.IsCancellationRequested)
            {
                throw new EndOfStreamException("The program is to end.");
            }

            _waiting = true;
        }

        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            throw new EndOfStreamException("The terminal is gone.", e);
        }
        finally
        {
            lock (_gate)
            {
                _waiting = false;
            }
        }
    }
}
