using System.Management.Automation;
using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Client.Messages;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Messages;

/// <summary>Wait-MailboxMessage</summary>
/// <remarks>
/// It first begins to listen, then looks at what is there, so that a message cannot slip between. Events only say when to look again;
/// what counts is the folder, by UID above the cursor.
/// </remarks>
[Cmdlet(VerbsLifecycle.Wait, "MailboxMessage")]
[OutputType(typeof(MailMessageContent))]
public sealed class WaitMailboxMessage : AdministrationCmdlet
{
    /// <summary>Over the control channel nothing tells when listening has begun; looking again this often closes that gap.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Address or id of the mailbox.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Folder { get; set; } = "INBOX";

    /// <summary>Only a message whose subject matches; wildcards are fine.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Subject { get; set; }

    /// <summary>Only a message whose From matches; wildcards are fine.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? From { get; set; }

    /// <summary>Only a message whose To or Cc matches; wildcards are fine.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? To { get; set; }

    /// <summary>Only the message with this Message-ID.</summary>
    [Parameter]
    public string? MessageId { get; set; }

    /// <summary>Only messages after this one: a message, its content, or a UID. Without it, messages that are there already count.</summary>
    [Parameter]
    [AllowNull]
    [Cursor]
    public uint? After { get; set; }

    /// <summary>Waits for this many messages.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Most seconds to wait.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [ValidateRange(0d, 86400d)]
    public double Timeout { get; set; } = 30;

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Mailbox, async () =>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        patience.CancelAfter(TimeSpan.FromSeconds(Timeout));
        var after = After ?? 0;
        var seen = 0;
        try
        {
            await foreach (var _ in LooksAsync(patience.Token))
            {
                await foreach (var message in AskMany((a, token) => a.GetMessagesAsync(Query(after), token)))
                {
                    after = Math.Max(after, message.Uid);
                    WriteObject(await Ask((a, token) => MessageParser.ParseAsync(message, new MessageStream(a, Mailbox, Folder, message.Uid), token)));
                    if (++seen == Count)
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !StopToken.IsCancellationRequested)
        {
            // Told below.
        }

        throw new MailAdminException(
            "WaitTimeout", MailErrorCategory.OperationTimeout, $"After {Timeout} seconds {seen} of {Count} messages{Wanted()} had come to {Mailbox}/{Folder}.", Mailbox,
            "Give more -Timeout, or look with Get-MailboxMessage and Get-MailSessionTranscript at what came instead.");
    });

    private MessageQuery Query(uint after) => new(Mailbox, Folder) { AfterUid = after, Subject = Subject, From = From, To = To, MessageId = MessageId?.Trim('<', '>', ' ') };

    private string Wanted() => string.Concat(
        new[] { ("subject", Subject), ("from", From), ("to", To), ("Message-ID", MessageId) }.Where(w => w.Item2 is not null).Select(w => $", {w.Item1} '{w.Item2}'"));

    // One beat at once, then one per addition to a folder, and one now and then.
    private async IAsyncEnumerable<bool> LooksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var events = AskMany((a, token) => a.WatchEventsAsync(0, token)).GetAsyncEnumerator(end.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            yield return true;
            while (true)
            {
                var beat = Task.Delay(LookAgain, cancellationToken);
                if (await Task.WhenAny(next, beat) == beat)
                {
                    await beat;
                    yield return true;
                    continue;
                }

                if (!await next)
                {
                    throw new MailAdminException("ServerNotRunning", MailErrorCategory.ResourceUnavailable, "The server stopped while waiting.", Mailbox, "Start it again with Start-MailServer.");
                }

                var happened = events.Current;
                next = events.MoveNextAsync().AsTask();
                if (happened.Kind is "MessageAdded" or "Delivered")
                {
                    yield return true;
                }
            }
        }
        finally
        {
            // The enumerator may be disposed only when no step of it is on its way; how the cancelled step ends is of no interest.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }
}
