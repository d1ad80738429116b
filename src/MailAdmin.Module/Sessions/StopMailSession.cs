using System.Management.Automation;
using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Sessions;

/// <summary>Stop-MailSession</summary>
[Cmdlet(VerbsLifecycle.Stop, "MailSession", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopMailSession : AdministrationCmdlet
{
    /// <summary>Id of the session; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SessionId", "Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Id, Sessions, NotFound.Session, StopAsync, listFirst: true);

    private async Task StopAsync(MailSession session)
    {
        var who = $"{session.Protocol.ToString().ToLowerInvariant()} session {session.Id} of {session.Mailbox ?? "nobody yet"} from {session.RemoteEndPoint}";
        if (ShouldChange($"End {who}.", $"End {who}?") && !await Ask((a, token) => a.StopSessionAsync(session.Id, token)))
        {
            throw NotFound.Session(session.Id);
        }
    }

    private static async IAsyncEnumerable<MailSession> Sessions(IMailAdministration administration, string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var session in (await administration.GetSessionsAsync(cancellationToken)).Where(s => NamePattern.Matches(pattern, s.Id)))
        {
            yield return session;
        }
    }
}
