namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The command line at the foot: typing, history, completion, the command that runs and what it asks.</summary>
internal sealed class CommandModel(ICommandRunner? runner, ChangeQueue changes, BackgroundWork work, TimeProvider time, Action<FormModel> ask, Action<FormModel> dismiss) : ICommandOutput
{
    /// <summary>A command that took no longer has been read by nobody when it ends.</summary>
    public static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);

    /// <summary>Commands remembered.</summary>
    public const int MaxHistory = 200;

    private readonly List<string> _history = [];
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
    public OutputModel Output { get; } = new(changes);
    /// <summary>The pane has the whole page.</summary>
    public bool IsZoomed { get; set; }
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

    /// <summary>Stops the command that runs; false where none does.</summary>
    public bool Interrupt()
    {
        _interrupt?.Invoke();
        return IsRunning;
    }

    /// <summary>Closes what is uppermost: completion, line, search, running command, pane. False where there was nothing.</summary>
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
        else if (!Output.DropSearch() && !Interrupt())
        {
            if (!HasPane)
            {
                return false;
            }

            HasPane = false;
            Output.Clear();
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
        IsZoomed = false;
        Output.Clear(width);
        var begun = time.GetTimestamp();
        var running = new CancellationTokenSource();
        _interrupt = running.Cancel;
        work.Run(command, async stop =>
        {
            var isWhole = false;
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, running.Token);
                await runner.RunAsync(command, width, this, either.Token);
                isWhole = true;
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
                    Output.End(wasQuick: isWhole && time.GetElapsedTime(begun) < Quick);
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

    /// <inheritdoc/>
    public void Write(string line, CommandLineKind kind) => Output.Write(line, kind);

    /// <inheritdoc/>
    public void Show(CommandProgress progress) => Output.Show(progress);

    /// <inheritdoc/>
    public Task<int> ChooseAsync(string caption, string message, IReadOnlyList<string> choices, int defaultChoice, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var safe = Math.Clamp(defaultChoice, 0, choices.Count - 1);
        var buttons = choices.Select((choice, i) => (Index: i, Button: new FormButton(choice, (_, _) =>
            {
                answer.TrySetResult(i);
                return Task.FromResult<string?>(null);
            })))
            .OrderBy(c => c.Index == safe ? -1 : c.Index).Select(c => c.Button).ToList();
        var form = new FormModel(caption.Length > 0 ? caption : "Question", message.ReplaceLineEndings("\n").Split('\n'), [], buttons)
        {
            Tone = Tone.Warning,
            Cancelled = () => answer.TrySetResult(safe),
        };
        return AnswerAsync(form, answer, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string?> AskAsync(string prompt, bool isSecret, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var form = new FormModel("The command asks", prompt.ReplaceLineEndings("\n").Split('\n'), [new FormField("Answer", isSecret: isSecret)],
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
        };
        return AnswerAsync(form, answer, cancellationToken);
    }

    private async Task<T> AnswerAsync<T>(FormModel form, TaskCompletionSource<T> answer, CancellationToken cancellationToken)
    {
        changes.Post(() => ask(form));
        // A command that was stopped wants no answer any more: its question goes with it.
        await using var stopping = cancellationToken.Register(() =>
        {
            answer.TrySetCanceled(cancellationToken);
            changes.Post(() => dismiss(form));
        });
        return await answer.Task;
    }

    private void Offer(CommandCompletions completions, int at, int replacing)
    {
        var text = completions.Texts[at];
        var start = Math.Clamp(completions.Start, 0, Editor.Text.Length);
        var length = Math.Clamp(replacing, 0, Editor.Text.Length - start);
        Editor.Set(Editor.Text.Remove(start, length).Insert(start, text), start + text.Length);
        (_completions, _completionAt, _completedText) = (completions, at, Editor.Text);
    }
}
