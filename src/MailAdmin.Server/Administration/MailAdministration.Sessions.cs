using System.Runtime.CompilerServices;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<MailSession>> GetSessionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MailSession>>([.. Host.Table.All().Select(c => c.ToSession()).OrderBy(s => s.ConnectedAt)]);

    /// <inheritdoc/>
    public Task<bool> StopSessionAsync(string id, CancellationToken cancellationToken)
    {
        var connection = Host.Table.Find(id);
        connection?.RequestClose(ClosingReason.StoppedByAdmin);
        return Task.FromResult(connection is not null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TranscriptLine> GetTranscriptAsync(string sessionId, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ring = Host.Table.FindTranscript(sessionId) ?? throw ServerErrors.SessionNotFound(sessionId);
        if (!follow)
        {
            foreach (var line in ring.Lines())
            {
                yield return line;
            }

            yield break;
        }

        await foreach (var line in ring.FollowAsync(cancellationToken))
        {
            yield return line;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<MailEvent> WatchEventsAsync(long afterSequence, CancellationToken cancellationToken) => Host.Events.WatchAsync(afterSequence, cancellationToken);
}
