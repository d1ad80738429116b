namespace MailAdmin.Dashboard.ViewModels;

/// <summary>A line of output.</summary>
internal readonly record struct OutputLine(string Text, Tone Tone);

/// <summary>The command line at the foot: typing, history, completion, and the pane with what came out.</summary>
internal sealed class CommandModel(ICommandRunner? runner, ChangeQueue changes, BackgroundWork work, Action<FormModel> ask) : ICommandOutput
{
    /// <summary>Lines kept of the output; older ones go.</summary>
    public const int MaxLines = 10_000;

    /// <summary>Commands remembered.</summary>
    public const int MaxHistory = 200;

    private readonly Lock _gate = new();
    private readonly List<string> _history = [];
    private List<OutputLine> _arriving = [];
    private Action? _interrupt;
    private int _historyAt;
    private CommandCompletions? _completions;
    private string? _completedText;
    private int _completionAt;

    /// <summary>There is something to run commands with.</summary>
    public bool IsOffered => runner is not null;
    /// <summary>The line is open; keys go to it.</summary>
    public bool IsOpen { get; private set; }
    /// <summary>The pane is open.</summary>
    public bool HasPane { get; private set; }
    /// <summary>A command runs.</summary>
    public bool IsRunning => _interrupt is not null;
    /// <summary>What was run last; the title of the pane.</summary>
    public string Command { get; private set; } = "";
    /// <summary>What is typed.</summary>
    public LineEditor Editor { get; } = new();
    /// <summary>What came out.</summary>
    public List<OutputLine> Output { get; } = [];
    /// <summary>First line on screen.</summary>
    public int Top { get; private set; }
    /// <summary>Completions on offer, for the eye.</summary>
    public IReadOnlyList<string> Offers => _completions is { Texts.Count: > 1 } completions && Editor.Text == _completedText ? completions.Texts : [];
    /// <summary>Which of them stands in the line.</summary>
    public int OfferAt => _completionAt;

    /// <summary>Opens the line.</summary>
    public void Open()
    {
        IsOpen = true;
        _historyAt = _history.Count;
    }

    /// <summary>Closes what is uppermost: completion, line, running command, pane. False where there was nothing.</summary>
    public bool Back()
    {
        if (Offers.Count > 0)
        {
            _completions = null;
        }
        else if (IsOpen)
        {
            IsOpen = false;
            Editor.Clear();
        }
        else if (_interrupt is { } interrupt)
        {
            interrupt();
        }
        else if (HasPane)
        {
            HasPane = false;
            Output.Clear();
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Runs the line. One command at a time: a second one waits in the line.</summary>
    public void Accept(int width)
    {
        var command = Editor.Text.Trim();
        if (command.Length == 0)
        {
            IsOpen = false;
            return;
        }

        if (IsRunning || runner is null)
        {
            return;
        }

        IsOpen = false;
        Editor.Clear();
        _completions = null;
        if (_history.Count == 0 || _history[^1] != command)
        {
            _history.Add(command);
            if (_history.Count > MaxHistory)
            {
                _history.RemoveAt(0);
            }
        }

        Command = command;
        HasPane = true;
        Output.Clear();
        Top = 0;
        var running = new CancellationTokenSource();
        _interrupt = running.Cancel;
        work.Run(command, async stop =>
        {
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, running.Token);
                await runner.RunAsync(command, width, this, either.Token);
            }
            catch (OperationCanceledException)
            {
                Write("stopped", CommandLineKind.Warning);
            }
            catch (Exception e)
            {
                // A command may throw anything; it belongs into the pane, where its output is.
                Write(BackgroundWork.Say(e), CommandLineKind.Error);
            }
            finally
            {
                changes.Post(() =>
                {
                    _interrupt = null;
                    running.Dispose();
                    if (Output.Count == 0)
                    {
                        Output.Add(new OutputLine("(no output)", Tone.Dim));
                    }
                });
            }

            return null;
        });
    }

    /// <summary>The command before, or after.</summary>
    public void Recall(int step)
    {
        if (_history.Count == 0)
        {
            return;
        }

        _historyAt = Math.Clamp(_historyAt + step, 0, _history.Count);
        Editor.Text = _historyAt < _history.Count ? _history[_historyAt] : "";
    }

    /// <summary>Tab: asks for completions, and then goes round among them.</summary>
    public void Complete(int step)
    {
        if (runner is null)
        {
            return;
        }

        if (_completions is { Texts.Count: > 0 } known && Editor.Text == _completedText)
        {
            Offer(known, (_completionAt + step + known.Texts.Count) % known.Texts.Count, replacing: known.Texts[_completionAt].Length);
            return;
        }

        var (text, cursor) = (Editor.Text, Editor.Cursor);
        work.Run("completing", async stop =>
        {
            var found = await runner.CompleteAsync(text, cursor, stop);
            changes.Post(() =>
            {
                // Typed on meanwhile: too late to put anything in.
                if (found.Texts.Count > 0 && IsOpen && Editor.Text == text)
                {
                    Offer(found, 0, found.Length);
                }
            });
            return null;
        });
    }

    /// <summary>Moves the window over the output.</summary>
    public void Scroll(int lines, int height) => Top = Math.Clamp(Top + lines, 0, Math.Max(0, Output.Count - height));

    /// <inheritdoc/>
    public void Write(string line, CommandLineKind kind)
    {
        var tone = kind switch
        {
            CommandLineKind.Error => Tone.Failure,
            CommandLineKind.Warning => Tone.Warning,
            CommandLineKind.Information => Tone.Dim,
            _ => Tone.Normal,
        };
        bool first;
        lock (_gate)
        {
            first = _arriving.Count == 0;
            _arriving.AddRange(line.ReplaceLineEndings("\n").Split('\n').Select(text => new OutputLine(text.TrimEnd(), tone)));
            if (_arriving.Count > MaxLines)
            {
                _arriving.RemoveRange(0, _arriving.Count - MaxLines);
            }
        }

        if (first)
        {
            changes.Post(TakeIn);
        }
    }

    /// <inheritdoc/>
    public Task<int> ChooseAsync(string caption, string message, IReadOnlyList<string> choices, int defaultChoice, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
        var safe = Math.Clamp(defaultChoice, 0, choices.Count - 1);
        var buttons = choices.Select((choice, i) => (Index: i, Button: new FormButton(choice, (_, _) =>
            {
                answer.TrySetResult(i);
                return Task.FromResult<string?>(null);
            })))
            .OrderBy(c => c.Index == safe ? -1 : c.Index).Select(c => c.Button).ToList();
        changes.Post(() => ask(new FormModel(caption.Length > 0 ? caption : "Question", message.ReplaceLineEndings("\n").Split('\n'), [], buttons)
        {
            Tone = Tone.Warning,
            Cancelled = () => answer.TrySetResult(safe),
        }));
        return answer.Task;
    }

    /// <inheritdoc/>
    public Task<string?> AskAsync(string prompt, bool isSecret, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
        changes.Post(() => ask(new FormModel("The command asks", [prompt], [new FormField("Answer", isSecret: isSecret)],
            [new FormButton("&OK", (form, _) =>
            {
                answer.TrySetResult(form.Fields[0].Editor.Text);
                return Task.FromResult<string?>(null);
            }), new FormButton("Ca&ncel", (_, _) =>
            {
                answer.TrySetResult(null);
                return Task.FromResult<string?>(null);
            })])
        {
            Cancelled = () => answer.TrySetResult(null),
        }));
        return answer.Task;
    }

    private void Offer(CommandCompletions completions, int at, int replacing)
    {
        var text = completions.Texts[at];
        var start = Math.Clamp(completions.Start, 0, Editor.Text.Length);
        var length = Math.Clamp(replacing, 0, Editor.Text.Length - start);
        Editor.Set(Editor.Text.Remove(start, length).Insert(start, text), start + text.Length);
        (_completions, _completionAt, _completedText) = (completions, at, Editor.Text);
    }

    private void TakeIn()
    {
        List<OutputLine> batch;
        lock (_gate)
        {
            batch = _arriving;
            _arriving = [];
        }

        Output.AddRange(batch);
        if (Output.Count > MaxLines)
        {
            Output.RemoveRange(0, Output.Count - MaxLines);
        }
    }
}
