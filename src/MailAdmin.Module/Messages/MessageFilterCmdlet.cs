using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Messages;

/// <summary>Base of the cmdlets that choose messages by what their header says.</summary>
public abstract class MessageFilterCmdlet : AdministrationCmdlet
{
    /// <summary>Only messages whose subject matches; wildcards are fine.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Subject { get; set; }

    /// <summary>Only messages whose From matches; wildcards are fine.</summary>
    [Parameter]
    [Alias("Sender")]
    [SupportsWildcards]
    public string? From { get; set; }

    /// <summary>Only messages whose To or Cc matches; wildcards are fine.</summary>
    [Parameter]
    [Alias("Recipient")]
    [SupportsWildcards]
    public string? To { get; set; }

    /// <summary>Only the message with this Message-ID.</summary>
    [Parameter]
    public string? MessageId { get; set; }

    /// <summary>A question with these filters.</summary>
    protected MessageQuery Query(string mailbox, string folder) => new(mailbox, folder) { Subject = Subject, From = From, To = To, MessageId = MessageId?.Trim('<', '>', ' ') };
}
