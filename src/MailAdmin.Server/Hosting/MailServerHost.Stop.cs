namespace MailAdmin.Server.Hosting;

/// <content>The ordered stop.</content>
public sealed partial class MailServerHost
{
    private async Task CloseAsync(TimeSpan drain)
    {
        lock (_gate)
        {
            _state = MailServerState.Stopping;
        }

        Events.Publish("ServerStateChanged", MailEventSeverity.Information, $"Server {Name} is {MailServerState.Stopping}");
        try
        {
            await StopWorkersAsync(drain);
        }
        finally
        {
            try
            {
                if (_store is not null)
                {
                    await _store.DisposeAsync();
                }
            }
            finally
            {
                // Whatever went wrong before, the name is free again and who waits for the end is told.
                await LeaveAsync();
            }
        }
    }

    private async Task StopWorkersAsync(TimeSpan drain)
    {
        if (_host is not null && _sessions is not null)
        {
            _sessions.Drain = drain;
            await _host.StopAsync(CancellationToken.None);
        }

        _host?.Dispose();
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        _table?.Dispose();
        foreach (var part in _handlers.Values.Append<object?>(_context?.Delivery).Append(_context?.Authenticator))
        {
            if (part is IAsyncDisposable slow)
            {
                await slow.DisposeAsync();
            }
            else
            {
                (part as IDisposable)?.Dispose();
            }
        }

        _loggers.Dispose();
    }

    private async Task LeaveAsync()
    {
        if (_settings.Ephemeral)
        {
            try
            {
                Directory.Delete(StorePath, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // It did not come so far.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Events.Publish("Warning", MailEventSeverity.Warning, $"The temporary store '{StorePath}' could not be deleted: {e.Message}");
            }
        }

        bool restarts;
        lock (_gate)
        {
            _state = MailServerState.Stopped;
            restarts = _restart is not null;
        }

        Events.Publish("ServerStateChanged", MailEventSeverity.Information, $"Server {Name} is {MailServerState.Stopped}");
        if (!restarts)
        {
            MailServers.Forget(this);
            if (_endsEvents)
            {
                Events.End();
            }
        }

        _storeClosed.TrySetResult();
        if (_control is not null)
        {
            await _control.FinishAsync();
            _control.Dispose();
        }

        if (_restart is { } restart)
        {
            // What came of it is its asker's.
            await ((Task)restart).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!restart.IsCompletedSuccessfully)
            {
                Events.End();
            }
        }

        _ended.TrySetResult();
    }
}
