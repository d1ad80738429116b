using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Security;
using System.Threading.Channels;
using MailAdmin.Errors;

namespace MailAdmin.Module.Base;

/// <summary>
/// Base of every cmdlet. Its async members run on the pipeline's thread (see <see cref="PipelinePump"/>); work of the engine goes
/// through <see cref="Off{T}"/> to the thread pool, so that nothing of it ever waits for this thread. Ctrl+C cancels both.
/// </summary>
public abstract class MailCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private IReadOnlySet<string> _typed = new HashSet<string>();

    /// <summary>Cancelled at Ctrl+C.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>Before the first item.</summary>
    protected virtual Task BeginAsync() => Task.CompletedTask;

    /// <summary>Once per item of the pipeline.</summary>
    protected virtual Task ProcessAsync() => Task.CompletedTask;

    /// <summary>After the last item.</summary>
    protected virtual Task EndAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Pump(() =>
    {
        DemandValues();
        _typed = MyInvocation.BoundParameters.Keys.ToHashSet();
        return BeginAsync();
    });

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Pump(ProcessAsync);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Pump(EndAsync);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called by the engine when the pipeline is over, however it ended.</summary>
    protected virtual void Dispose(bool disposing) => _stop.Dispose();

    /// <summary>Runs work of the engine on the thread pool; Ctrl+C gives it up at once.</summary>
    protected Task<T> Off<T>(Func<CancellationToken, Task<T>> work)
    {
        var stopping = StopToken;
        return Task.Run(() => work(stopping), stopping).WaitAsync(stopping);
    }

    /// <summary>Runs work of the engine on the thread pool; Ctrl+C gives it up at once.</summary>
    protected Task Off(Func<CancellationToken, Task> work)
    {
        var stopping = StopToken;
        return Task.Run(() => work(stopping), stopping).WaitAsync(stopping);
    }

    /// <summary>
    /// Brings a stream of the engine to the pipeline's thread. The bound keeps a slow pipeline from piling up memory; enough is in flight
    /// that the two threads do not hand over one item at a time. The stream is ahead of what the pipeline saw: one that acts on what it gave goes through
    /// <see cref="PipelineSteps{T}"/>.
    /// </summary>
    protected async IAsyncEnumerable<T> Stream<T>(Func<CancellationToken, IAsyncEnumerable<T>> source, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(StopToken, cancellationToken);
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(256) { SingleReader = true, SingleWriter = true });
        var token = ended.Token;
        var producer = Task.Run(
            async () =>
            {
                Exception? failure = null;
                try
                {
                    await foreach (var item in source(token).WithCancellation(token))
                    {
                        await channel.Writer.WriteAsync(item, token);
                    }
                }
                catch (Exception e)
                {
                    // Whatever ended the stream is thrown again where it is read.
                    failure = e;
                }

                channel.Writer.Complete(failure);
            },
            CancellationToken.None);
        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(token))
            {
                yield return item;
            }
        }
        finally
        {
            await ended.CancelAsync();
            // What it ended with went through the channel; one that does not end at once is left behind rather than waited for.
            await producer.WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Runs the work of one item; what a person can act on becomes one non-terminating error, and the pipeline goes on.</summary>
    /// <returns>True where it went well.</returns>
    protected async Task<bool> PerItem(object? target, Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (ErrorRecords.TryMake(e, target, out var record))
        {
            WriteError(record);
            return false;
        }
    }

    /// <summary>Whether the first error ends the pipeline, by -ErrorAction or by $ErrorActionPreference.</summary>
    protected bool IsStoppedByErrors =>
        LanguagePrimitives.TryConvertTo<ActionPreference>(
            MyInvocation.BoundParameters.TryGetValue("ErrorAction", out var bound) ? bound : SessionState.PSVariable.GetValue("ErrorActionPreference"), out var action)
        && action is ActionPreference.Stop or ActionPreference.Inquire;

    /// <summary>Ends the pipeline with an error.</summary>
    protected void Fail(MailAdminException error) => ThrowTerminatingError(ErrorRecords.Make(error, null));

    /// <summary>
    /// The asking for what changes something. Cmdlets that destroy declare ConfirmImpact High, so that this asks by itself;
    /// <paramref name="force"/> leaves the question out, but neither -WhatIf nor an explicit -Confirm.
    /// </summary>
    protected bool ShouldChange(string description, string question, bool force = false)
    {
        var whatIf = MyInvocation.BoundParameters.TryGetValue("WhatIf", out var bound)
            ? bound is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference", false));
        var confirm = MyInvocation.BoundParameters.TryGetValue("Confirm", out bound) && bound is SwitchParameter { IsPresent: true };
        return (force && !whatIf && !confirm) || ShouldProcess(description, question, "MailAdmin");
    }

    /// <summary>True where the pipeline brought a parameter's value. A name that was a property of an object means that object, and is no pattern.</summary>
    protected bool IsPiped(string parameter) => !_typed.Contains(parameter) && MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>The full path of a file or directory that need not be there, from where the session stands.</summary>
    /// <exception cref="MailAdminException"><c>PathNotInFileSystem</c>, <c>PathNotUsable</c>.</exception>
    protected string FilePath(string path) => Base.FilePaths.Full(SessionState.Path, path);

    /// <summary>The files that a path with wildcards means; none where nothing fits.</summary>
    /// <exception cref="MailAdminException"><c>PathNotInFileSystem</c>, <c>PathNotUsable</c>; <c>FileNotFound</c> where a path without wildcards leads nowhere.</exception>
    protected IReadOnlyList<string> FilePaths(string path) => Base.FilePaths.Matching(SessionState.Path, path);

    /// <summary>Writes a file as Get-Item gives it, so that it can be piped on and looks as files look.</summary>
    protected void WriteFile(string file)
    {
        var items = InvokeProvider.Item.Get([file], force: true, literalPath: true);
        WriteObject(items, enumerateCollection: true);
    }

    /// <summary>Shows progress.</summary>
    protected void Progress(string activity, string status, long done, long total) =>
        WriteProgress(new ProgressRecord(1, activity, status) { PercentComplete = total > 0 ? (int)Math.Clamp(done * 100 / total, 0, 100) : -1 });

    /// <summary>Takes the progress away.</summary>
    protected void ProgressDone(string activity) =>
        WriteProgress(new ProgressRecord(1, activity, activity) { RecordType = ProgressRecordType.Completed });

    // Every array has a method Address, and (Get-Mailbox).Address means it wherever there are two: what reaches a parameter is its signature as text.
    private void DemandValues()
    {
        foreach (var (name, value) in MyInvocation.BoundParameters)
        {
            if ((value as string ?? (value as string[] is [var only] ? only : null))?.StartsWith("System.Object&", StringComparison.Ordinal) == true)
            {
                Fail(new MailAdminException(
                    "ArgumentIsMethod", MailErrorCategory.InvalidArgument, $"-{name} was given a method that arrays have, not the addresses of what is in one.", null,
                    "Write (Get-Mailbox).PrimarySmtpAddress, or Get-Mailbox | ForEach-Object Address."));
            }

            if (IsNothing(value) && Chooses(name))
            {
                Fail(EmptyArgument(name));
            }
        }
    }

    /// <summary>The error of an argument that was typed and holds nothing, as a misspelt variable does.</summary>
    private protected static MailAdminException EmptyArgument(string parameter) => new(
        "ArgumentIsEmpty", MailErrorCategory.InvalidArgument, $"-{parameter} was given, but what it was given is empty.", null,
        $"Check the variable or expression behind -{parameter}; where it is not to choose anything, leave it out.");

    private static bool IsNothing(object? value) => value switch
    {
        null or "" => true,
        ICollection many => many.Cast<object?>().Any(IsNothing),
        _ => false,
    };

    // What a question is asked with narrows it, so that nothing would widen it to all there is, and the answer is piped on to what removes. A parameter that
    // may be empty says so with one of PowerShell's own attributes.
    private bool Chooses(string parameter) =>
        MyInvocation.MyCommand is CmdletInfo { Verb: VerbsCommon.Get or VerbsCommon.Watch or VerbsLifecycle.Wait or VerbsCommunications.Receive or VerbsDiagnostic.Test } command
        && command.Parameters.TryGetValue(parameter, out var known)
        && known.ParameterType != typeof(PSCredential) && known.ParameterType != typeof(SecureString)
        && !known.Attributes.Any(a => a is AllowNullAttribute or AllowEmptyStringAttribute or AllowEmptyCollectionAttribute);

    private void Pump(Func<Task> body)
    {
        try
        {
            PipelinePump.Run(body);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (ErrorRecords.TryMake(e, null, out var record))
        {
            ThrowTerminatingError(record);
        }
    }
}
