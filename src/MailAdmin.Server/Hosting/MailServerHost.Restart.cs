using MailAdmin.Errors;

namespace MailAdmin.Server.Hosting;

/// <content>The restart in place.</content>
/// <remarks>
/// A restart is an ordered stop and a new host in the same process: same name, store, ports (also those that the system chose) and settings, what
/// Set-MailServer changed among them. The name stays taken meanwhile, and the events go on: who watches them in this process sees one server that
/// stops and comes up again. The control channel's connections end with the old host, but for the one that asked, which hears how it went.
/// </remarks>
public sealed partial class MailServerHost
{
    /// <summary>How long a new start waits for the store: another process may have opened it for one call in the moment that nobody held it.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StoreInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Stops in order and starts again in this process; later callers await the same restart.</summary>
    /// <param name="drain">How long sessions have to say goodbye.</param>
    /// <param name="cancellationToken">Ends the caller's wait, not the restart.</param>
    /// <returns>The server that runs then.</returns>
    /// <exception cref="MailAdminException"><c>ServerIsEphemeral</c>, <c>ServerNotRunning</c> where it is being stopped, and those of a start: the server has ended then.</exception>
    public Task<MailServerHost> RestartAsync(TimeSpan drain, CancellationToken cancellationToken = default)
    {
        if (_settings.Ephemeral)
        {
            throw ServerErrors.ServerIsEphemeral(Name);
        }

        lock (_gate)
        {
            if (_restart is null)
            {
                if (_stop is not null || _state == MailServerState.Starting)
                {
                    throw ServerErrors.ServerNotRunning(Name);
                }

                var settings = EndpointPlan.Keep(_settings, Endpoints);
                _ = BeginStop(drain);
                _restart = Task.Run(() => StartAgainAsync(settings), CancellationToken.None);
            }

            return _restart.WaitAsync(cancellationToken);
        }
    }

    private async Task<MailServerHost> StartAgainAsync(MailServerSettings settings)
    {
        // Not the whole stop: that waits for the answer to who asked for the restart.
        await StoreClosed;
        try
        {
            var next = new MailServerHost(settings, _time, _parts, this);
            lock (_gate)
            {
                if (_endsForGood)
                {
                    throw ServerErrors.ServerNotRunning(Name);
                }

                MailServers.Replace(this, next);
            }

            await next.StartAsync(CancellationToken.None);
            // Who asked may ask for it by name at once.
            await next._control!.Announced;
            return next;
        }
        catch (Exception e)
        {
            // Whatever it was goes to who asked; here it is told to who watches, and to nobody yet that all is over: a process may end at that.
            MailServers.Forget(this);
            Events.Publish("ServerStateChanged", MailEventSeverity.Error, $"Server {Name} could not be started again: {e.Message}");
            throw;
        }
    }

    private async Task<Store.IMailStore> OpenStoreAsync(CancellationToken cancellationToken)
    {
        var notices = StoreNotices.To(_loggers.CreateLogger(nameof(StoreNotices)));
        for (var since = _time.GetTimestamp(); ; await Task.Delay(StoreInterval, _time, cancellationToken))
        {
            try
            {
                return await _parts.OpenStore(StorePath, _time, notices, cancellationToken);
            }
            catch (MailAdminException e) when (e.ErrorId == "StoreInUse" && IsSuccessor && _time.GetElapsedTime(since) < StorePatience)
            {
                // Once more.
            }
        }
    }

    private async Task EndedAsync()
    {
        await _ended.Task;
        if (_restart is { } restart)
        {
            await (await restart).Completion;
        }
    }
}
