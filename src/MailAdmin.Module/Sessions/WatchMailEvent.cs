using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Sessions;

/// <summary>Watch-MailEvent</summary>
[Cmdlet(VerbsCommon.Watch, "MailEvent")]
[OutputType(typeof(MailEvent))]
public sealed class WatchMailEvent : AdministrationCmdlet
{
    /// <summary>Only these kinds; wildcards are fine.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(EventKindCompleter))]
    public string[]? Kind { get; set; }

    /// <summary>Only events of this mailbox; wildcards are fine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Address")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? Mailbox { get; set; }

    /// <summary>Only events at least as severe.</summary>
    [Parameter]
    public MailEventSeverity Severity { get; set; }

    /// <summary>Begins after the event of this sequence number, as far as the server still has them; 0 begins now.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long After { get; set; }

    /// <summary>Ends after this many events; 0 for no end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>Ends after this many seconds, 30 days at most; 0 for no end.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0d, 30 * 86400d)]
    public double TimeoutSeconds { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        var written = 0;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (TimeoutSeconds > 0)
        {
            end.CancelAfter(TimeSpan.FromSeconds(TimeoutSeconds));
        }

        try
        {
            await foreach (var happened in AskMany((a, token) => a.WatchEventsAsync(After, token)).WithCancellation(end.Token))
            {
                if (happened.Severity < Severity || Kind?.Any(k => NamePattern.Matches(k, happened.Kind)) == false || !NamePattern.Matches(Mailbox, happened.Mailbox))
                {
                    continue;
                }

                WriteObject(happened);
                if (++written == Count)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !StopToken.IsCancellationRequested)
        {
            // The time that was asked for is over.
        }
    }
}
