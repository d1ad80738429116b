using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Sessions;

/// <summary>Stop-MailSession</summary>
[Cmdlet(VerbsLifecycle.Stop, "MailSession", SupportsShouldProcess = true)]
public sealed class StopMailSession : AdministrationCmdlet
{
    /// <summary>Id of the session.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SessionId", "Identity")]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var id in Id)
        {
            await PerItem(id, async () =>
            {
                if (ShouldChange($"End session {id}.", $"End session {id}?") && !await Ask((a, token) => a.StopSessionAsync(id, token)))
                {
                    throw NotFound.Session(id);
                }
            });
        }
    }
}
