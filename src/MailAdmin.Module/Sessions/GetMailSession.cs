using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Sessions;

/// <summary>Get-MailSession</summary>
[Cmdlet(VerbsCommon.Get, "MailSession")]
[OutputType(typeof(MailSession))]
public sealed class GetMailSession : AdministrationCmdlet
{
    /// <summary>Id of the session; wildcards are fine.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SessionId", "Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only these protocols.</summary>
    [Parameter]
    public MailProtocol[]? Protocol { get; set; }

    /// <summary>Only sessions of this mailbox; wildcards are fine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Address")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string? Mailbox { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        var sessions = await Ask((a, token) => a.GetSessionsAsync(token));
        foreach (var id in Id ?? [null!])
        {
            await PerItem(id, () =>
            {
                var found = sessions.Where(s => NamePattern.Matches(id, s.Id)).ToList();
                if (found.Count == 0 && id is not null && !NamePattern.HasWildcards(id))
                {
                    throw NotFound.Session(id);
                }

                WriteObjects(found.Where(s => Protocol?.Contains(s.Protocol) != false && NamePattern.Matches(Mailbox, s.Mailbox)));
                return Task.CompletedTask;
            });
        }
    }
}
