using System.Management.Automation;
using System.Runtime.CompilerServices;
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
public sealed class WaitMailboxMessage : MessageFilterCmdlet
{
    /// <summary>Address or id of the mailbox.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Folder { get; set; } = "INBOX";

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
        var mailbox = (await FindOne(Mailbox, Mailboxes, NotFound.Mailbox)).Address;
        var after = After ?? 0;
        var seen = 0;
        try
        {
            await foreach (var _ in LooksAsync(mailbox, patience.Token))
            {
                await foreach (var message in AskMany((a, token) => a.GetMessagesAsync(Query(mailbox, Folder) with { AfterUid = after }, token)))
                {
                    after = Math.Max(after, message.Uid);
                    WriteObject(await Ask((a, token) => MessageParser.ParseAsync(message, new MessageStream(a, message), token)));
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
        finally
        {
            // Where the first look was enough, nobody has read the watch: the server would go on collecting events for it.
            await patience.CancelAsync();
        }

        throw new MailAdminException(
            "WaitTimeout", MailErrorCategory.OperationTimeout, $"Within {Timeout} s, {seen} of {Count} messages{Wanted()} came to {mailbox}/{Folder}.", Mailbox,
            "Give more -Timeout, or look with Get-MailboxMessage and Get-MailSessionTranscript at what came instead.");
    });

    private string Wanted()
    {
        var wanted = string.Join(", ", new[] { ("subject", Subject), ("from", From), ("to", To), ("Message-ID", MessageId) }.Where(w => w.Item2 is not null).Select(w => $"{w.Item1} '{w.Item2}'"));
        return wanted.Length == 0 ? "" : $" ({wanted})";
    }

    // One beat at once, then one per addition to the folder, and one where events were left out because they came too fast. The watch is asked for
    // before the first look, and a channel carries out what it is asked in order: nothing comes unheard between them.
    private async IAsyncEnumerable<bool> LooksAsync(string mailbox, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (listening, deaf) = await ListenAsync(cancellationToken);
        yield return true;
        if (deaf is not null)
        {
            throw deaf;
        }

        await foreach (var happened in Stream(_ => listening, cancellationToken))
        {
            if (happened.Kind == "Warning" || (happened.Kind == "MessageAdded" && Means(happened.Mailbox, mailbox) && Means(happened.Folder, Folder)))
            {
                yield return true;
            }
        }

        throw new MailAdminException("ServerNotRunning", MailErrorCategory.ResourceUnavailable, "The server stopped while waiting.", Mailbox, "Start it again with Start-MailServer.");
    }

    // A store at rest tells nothing, and nothing comes into it: what is there counts, and then it is said why there is no waiting.
    private async Task<(IAsyncEnumerable<MailEvent> Events, MailAdminException? Deaf)> ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await Ask((a, _) => Task.FromResult(a.WatchEventsAsync(0, cancellationToken))), null);
        }
        catch (MailAdminException e)
        {
            return (AsyncEnumerable.Empty<MailEvent>(), e);
        }
    }

    private static bool Means(string? told, string meant) => told is null || told.Equals(meant, StringComparison.OrdinalIgnoreCase);
}
