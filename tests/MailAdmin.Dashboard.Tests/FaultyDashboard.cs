namespace MailAdmin.Dashboard.Tests;

/// <summary>A dashboard that fails at a place, in a real terminal: loaded into the program by <see cref="TerminalTests"/>.</summary>
public static class FaultyDashboard
{
    /// <summary>Opens it. <paramref name="place"/>: draw, update, or thread for one that the dashboard knows nothing of.</summary>
    public static void Show(string place)
    {
        var server = new FakeAdministration(TimeProvider.System);
        switch (place)
        {
            case "draw":
                // The page of sessions asks the address for its text.
                server.Sessions.Add(new MailSession { Id = "s1", Protocol = MailProtocol.Imap, RemoteEndPoint = null!, LocalEndPoint = "", State = "Selected", ConnectedAt = DateTimeOffset.UnixEpoch });
                break;
            case "update":
                server.Statistics = server.Statistics with { Protocols = [null!] };
                break;
            default:
                new Thread(() =>
                {
                    SpinWait.SpinUntil(() => server.Asked.GetValueOrDefault("GetSessionsAsync") > 0);
                    // After the terminal was put back, and before the process is gone: what there is to draw then must not get onto it.
                    AppDomain.CurrentDomain.UnhandledException += (_, _) =>
                    {
                        server.Sessions.Add(new MailSession { Id = "s1", Protocol = MailProtocol.Imap, RemoteEndPoint = "", LocalEndPoint = "", State = "Selected", ConnectedAt = DateTimeOffset.UnixEpoch });
                        var asked = server.Asked["GetSessionsAsync"];
                        SpinWait.SpinUntil(() => server.Asked["GetSessionsAsync"] > asked + 2, TimeSpan.FromSeconds(2));
                    };
                    throw new InvalidOperationException("a fault elsewhere");
                }).Start();
                break;
        }

        MailDashboard.Show(server, new DashboardOptions(), null, null, null, CancellationToken.None);
    }
}
