using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Base of the cmdlets that look at mailboxes: all of them where none is named.</summary>
public abstract class MailboxQueryCmdlet : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox", "PrimarySmtpAddress")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[]? Identity { get; set; }

    /// <inheritdoc/>
    protected sealed override Task ItemAsync() => ForEach(Identity, Mailboxes, NotFound.Mailbox, MailboxAsync);

    /// <summary>Acts on one mailbox.</summary>
    protected abstract Task MailboxAsync(Mailbox mailbox);
}

/// <summary>Base of the cmdlets that change mailboxes: those that are named, however many a pattern means.</summary>
public abstract class MailboxActionCmdlet : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox", "PrimarySmtpAddress")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Identity { get; set; } = [];

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Identity, Mailboxes, NotFound.Mailbox, MailboxAsync, listFirst: true);

    /// <summary>Acts on one mailbox.</summary>
    protected abstract Task MailboxAsync(Mailbox mailbox);
}
