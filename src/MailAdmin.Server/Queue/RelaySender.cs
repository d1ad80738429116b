using System.Net;
using MailAdmin.Errors;
using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>One connection's worth of sending for a lane: takes messages while there are some, and hangs up after.</summary>
internal sealed class RelaySender(OutboundQueue queue, QueueParts parts, NextHopFinder finder, Lane lane)
{
    private readonly Settlement _settlement = new(parts);
    private RelayConnection? _connection;

    /// <summary>Runs until the lane has nothing more to send, or is not to be sent to.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (queue.Take(lane) is { } batch)
                {
                    try
                    {
                        await SendAsync(batch, cancellationToken);
                    }
#pragma warning disable CA1031 // Whatever it was, it is thrown on; but first its mail is put off, or what the peer may have taken would be sent again at once, and again.
                    catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                    {
                        queue.Broke(lane, e);
                        await PutOffAsync(batch, cancellationToken);
                        queue.Mended(lane);
                        throw;
                    }
                    finally
                    {
                        // Told after it is so: who hears of it finds it in the queue.
                        queue.Release(batch);
                        _settlement.Tell();
                    }
                }
                else if (_connection is not { IsOpen: true } || !await queue.WaitAsync(lane, cancellationToken))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; what was not committed is in the store as it was.
        }
        finally
        {
            await HangUpAsync();
        }
    }

    /// <summary>Puts off what is as it was when it was taken, so that a message that makes something fail inside comes to its end as any other does.</summary>
    private Task PutOffAsync(List<Slot> batch, CancellationToken cancellationToken)
    {
        var entries = batch.FindAll(s => parts.Store.Queue.Find(s.Id) is { } now && now == s.Entry).ConvertAll(s => s.Entry);
        return _settlement.SettleAsync(entries, new RecipientResult(RecipientFate.Deferred, "This server failed inside; its log has the cause", "4.3.0"), null, cancellationToken);
    }

    private async Task SendAsync(List<Slot> batch, CancellationToken cancellationToken)
    {
        var entries = batch.ConvertAll(s => s.Entry);
        if (entries[0].IsSuspended)
        {
            // Its time is over, and nobody wanted it sent.
            await _settlement.SettleAsync(entries, new RecipientResult(RecipientFate.Deferred, "It was suspended by an administrator", "4.7.0"), null, cancellationToken);
            return;
        }

        MessageContent content;
        try
        {
            content = await parts.Store.Queue.OpenAsync(entries[0], cancellationToken);
        }
        catch (MailAdminException e) when (e.ErrorId == "MessageNotFound")
        {
            return;
        }
        catch (MailAdminException e) when (e.ErrorId == "ContentCorrupt")
        {
            await _settlement.SettleAsync(entries, new RecipientResult(RecipientFate.Failed, "The message is damaged on disk", "5.3.0"), null, cancellationToken);
            return;
        }

        using (content)
        {
            await SendAsync(entries, content, cancellationToken);
        }
    }

    private async Task SendAsync(List<QueueEntry> entries, MessageContent content, CancellationToken cancellationToken)
    {
        // An entry may have more recipients than one transaction takes; the rest follows in the next.
        string[] all = [.. entries.SelectMany(e => e.Recipients).Select(r => r.Address)];
        var now = all[..Math.Min(all.Length, parts.Options.RecipientsPerTransaction)];
        var message = new RelayMessage(entries[0].Sender, now, entries[0].Needs, content);
        for (var isRetried = false; ; isRetried = true)
        {
            if (entries.Exists(e => finder.LaneOf(e.Domain) != lane.Key))
            {
                // Routes changed since they came into line: they go back, and the schedule has the lane of each.
                return;
            }

            var isReused = _connection is { IsOpen: true, Messages: > 0 };
            if (!await ConnectAsync(entries, cancellationToken))
            {
                return;
            }

            var host = _connection!.Host;
            try
            {
                var results = await _connection.SendAsync(message, cancellationToken);
                if (Array.Exists(results, r => r.Fate == RecipientFate.Relayed))
                {
                    queue.Succeeded(lane);
                }

                await _settlement.SettleAsync(
                    entries, [.. results, .. all[now.Length..].Select(_ => new RecipientResult(RecipientFate.Deferred, "", "4.5.3") { IsTooMany = true })], host, cancellationToken);
                return;
            }
            catch (RelayException e)
            {
                await HangUpAsync();
                // A connection that was kept may have been closed by the peer meanwhile: that says nothing of this message.
                if (isReused && e.IsBeforeContent && !isRetried)
                {
                    continue;
                }

                await _settlement.SettleAsync(entries, new RecipientResult(RecipientFate.Deferred, e.Message, "4.4.2"), host, cancellationToken);
                return;
            }
        }
    }

    /// <summary>Makes sure of a connection; false where there is none, and the entries are settled.</summary>
    private async Task<bool> ConnectAsync(List<QueueEntry> entries, CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open && open.Messages < parts.Options.MessagesPerConnection)
        {
            return true;
        }

        await HangUpAsync();
        var (hop, none) = await finder.FindAsync(lane.Key, cancellationToken);
        var reason = none?.Reason ?? "";
        if (none is { IsPermanent: true })
        {
            await _settlement.SettleAsync(entries, new RecipientResult(RecipientFate.Failed, reason, none.Status), null, cancellationToken);
            return false;
        }

        if (hop is not null)
        {
            (_connection, reason) = await DialAsync(hop, cancellationToken);
            if (_connection is not null)
            {
                return true;
            }
        }

        var others = queue.Failed(lane);
        try
        {
            await _settlement.SettleAsync([.. entries, .. others.Select(s => s.Entry)], new RecipientResult(RecipientFate.Deferred, reason, none?.Status ?? "4.4.1"), hop?.Hosts[0].Name, cancellationToken);
        }
        finally
        {
            queue.Release(others);
        }

        return false;
    }

    private async Task<(RelayConnection? Connection, string Reason)> DialAsync(NextHop hop, CancellationToken cancellationToken)
    {
        var password = hop.Route is { SecretId: not null } route ? parts.Routes.PasswordOf(route) : null;
        if (hop.Route is { SecretId: not null } && password is null)
        {
            return (null, $"The password of route {hop.Route.Name} is gone; give it again with Set-MailRoute");
        }

        var settings = new RelaySettings(
            parts.HostName(), hop.Tls, password is null ? null : new NetworkCredential(hop.Route!.UserName, password), parts.Validate, parts.Time, parts.Options);
        var (reason, left) = ("", parts.Options.AddressesPerAttempt);
        foreach (var host in hop.Hosts)
        {
            var addresses = await parts.Resolver.GetAddressesAsync(host.Name, cancellationToken);
            if (addresses is null or [])
            {
                reason = addresses is null ? $"DNS does not answer for {host.Name}" : $"{host.Name} has no address";
            }

            foreach (var address in addresses ?? [])
            {
                if (left-- <= 0)
                {
                    return (null, reason);
                }

                try
                {
                    return (await RelayConnection.OpenAsync(host, address, settings, cancellationToken), "");
                }
                catch (RelayException e)
                {
                    reason = e.Message;
                }
            }
        }

        return (null, reason);
    }

    private async ValueTask HangUpAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
