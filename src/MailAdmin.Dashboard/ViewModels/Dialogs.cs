namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Questions and forms over the page, one at a time: the next one waits, so that what is being typed into a form is not lost to a command that asks.</summary>
/// <param name="changes">The way to the drawing thread.</param>
/// <param name="work">Background work.</param>
/// <param name="say">Tells a line at the foot.</param>
/// <param name="done">Called when a dialog has done its work: what is on show may have changed.</param>
internal sealed class Dialogs(ChangeQueue changes, BackgroundWork work, Action<string, Tone> say, Action done)
{
    private readonly Queue<FormModel> _waiting = new();

    /// <summary>The one on show; null for none.</summary>
    public FormModel? Form { get; private set; }

    /// <summary>Shows one, or lets it wait for its turn.</summary>
    public void Ask(FormModel form)
    {
        if (Form is null)
        {
            Form = form;
        }
        else
        {
            _waiting.Enqueue(form);
        }
    }

    /// <summary>Takes one away whose question is void, or that was left with Esc.</summary>
    public void Dismiss(FormModel form)
    {
        form.Close(cancelled: true);
        Remove(form);
    }

    /// <summary>Takes all away.</summary>
    public void DismissAll()
    {
        Form?.Close(cancelled: true);
        foreach (var form in _waiting)
        {
            form.Close(cancelled: true);
        }
    }

    /// <summary>Presses a button.</summary>
    public void Press(FormModel form, FormButton button)
    {
        if (form.IsBusy || form.IsClosed)
        {
            return;
        }

        if (button.Run is not { } run)
        {
            Dismiss(form);
            return;
        }

        form.Begin();
        work.Run(form.Title, async stop =>
        {
            var outcome = await run(form, stop);
            // More than a line is to be read, not to pass by at the foot.
            var isLong = outcome?.Contains('\n', StringComparison.Ordinal) ?? false;
            changes.Post(() =>
            {
                form.Close();
                Remove(form);
                done();
                if (isLong)
                {
                    Ask(FormModel.Note(form.Title, outcome!.Split('\n')));
                }
            });
            return isLong ? null : outcome;
        }, error => Fail(form, error));
    }

    private void Fail(FormModel form, string error)
    {
        if (form.IsClosed)
        {
            // Left with Esc while it worked: there is no other place to say it.
            say(form.Title + ": " + error, Tone.Failure);
        }
        else
        {
            form.Fail(error);
        }
    }

    private void Remove(FormModel form)
    {
        if (!ReferenceEquals(Form, form))
        {
            return;
        }

        Form = null;
        while (Form is null && _waiting.TryDequeue(out var next))
        {
            Form = next.IsClosed ? null : next;
        }
    }
}
