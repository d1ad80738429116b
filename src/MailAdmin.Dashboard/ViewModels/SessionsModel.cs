using System.Globalization;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The live table of sessions.</summary>
internal sealed class SessionsModel
{
    private readonly IMailAdministration _administration;
    private readonly ChangeQueue _changes;
    private volatile bool _isPaused;

    public SessionsModel(IMailAdministration administration, ChangeQueue changes)
    {
        _administration = administration;
        _changes = changes;
        Table = new TableModel<MailSession>(Columns, s => s.Id,
            Filters.Any<MailSession>(s => s.Mailbox, s => s.RemoteEndPoint, s => Name(s.Protocol), s => s.State, s => s.Command, s => s.Folder, s => s.Client, s => s.Id), sort: 8)
        {
            Groupings =
            [
                new("mailbox", s => s.Mailbox ?? "– not logged in", Summary),
                new("address", AddressOf, Summary),
                new("protocol", s => Name(s.Protocol), Summary),
            ],
        };
        // Oldest first: new sessions come at the end and nothing else moves.
        Table.Reverse();
    }

    /// <summary>Columns in the order of the screen; the numbers say which give way first.</summary>
    public static IReadOnlyList<Column<MailSession>> Columns { get; } =
    [
        new("Proto", 5, s => Name(s.Protocol)) { Order = Column<MailSession>.By(s => s.Protocol) },
        new("Mailbox", 17, s => s.Mailbox ?? "–") { MaxWidth = 30, Order = Column<MailSession>.ByText(s => s.Mailbox) },
        new("Address", 15, AddressOf) { MaxWidth = 39, Order = Column<MailSession>.ByText(s => s.RemoteEndPoint) },
        new("TLS", 4, s => Tls(s.TlsVersion)) { Drop = 2, Tone = s => s.TlsVersion is null ? Tone.Dim : Tone.Normal },
        new("State", 14, StateOf) { MaxWidth = 22 },
        new("Folder", 8, s => s.Folder ?? "–") { MaxWidth = 16, Drop = 1, Order = Column<MailSession>.ByText(s => s.Folder) },
        new("In", 6, s => Formats.Bytes(s.BytesIn)) { IsRight = true, Drop = 3, Order = Column<MailSession>.By(s => s.BytesIn) },
        new("Out", 6, s => Formats.Bytes(s.BytesOut)) { IsRight = true, Drop = 4, Order = Column<MailSession>.By(s => s.BytesOut) },
        new("Age", 8, s => Formats.Age(s.AgeSeconds)) { IsRight = true, Drop = 5, Order = Column<MailSession>.By(s => -s.ConnectedAt.UtcTicks) },
        new("Idle", 5, s => Formats.Short(TimeSpan.FromSeconds(s.IdleSeconds))) { IsRight = true, Order = Column<MailSession>.By(s => s.IdleSeconds) },
        new("Client", 15, s => s.Client ?? "–") { MaxWidth = 60, Drop = 6, Order = Column<MailSession>.ByText(s => s.Client) },
    ];

    /// <summary>The table.</summary>
    public TableModel<MailSession> Table { get; }
    /// <summary>The list stands still, to be read.</summary>
    public bool IsPaused { get => _isPaused; set => _isPaused = value; }
    /// <summary>The session that is open for a closer look; null where none is.</summary>
    public SessionDetailModel? Detail { get; private set; }

    /// <summary>Asks for the sessions and prepares the rows, all off the drawing thread.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var sessions = await _administration.GetSessionsAsync(cancellationToken);
        var spec = Table.Spec;
        var rows = Table.Build(sessions, spec);
        _changes.Post(() =>
        {
            Table.SetItems(sessions, rows, spec);
            if (Detail is { } detail)
            {
                detail.See(sessions.FirstOrDefault(s => s.Id == detail.Session.Id));
            }
        });
    }

    /// <summary>Opens a session with its transcript.</summary>
    public SessionDetailModel Open(MailSession session)
    {
        Close();
        Detail = new SessionDetailModel(session, _administration, _changes);
        return Detail;
    }

    /// <summary>Opens the next session of the table, or the one before.</summary>
    public void Step(int step)
    {
        Table.Move(step);
        if (Table.Selected is { } session && session.Id != Detail?.Session.Id)
        {
            var isZoomed = Detail?.IsZoomed ?? false;
            Open(session).IsZoomed = isZoomed;
        }
    }

    /// <summary>Closes it; its stream ends.</summary>
    public void Close()
    {
        Detail?.Dispose();
        Detail = null;
    }

    /// <summary>The peer's address without its port.</summary>
    public static string AddressOf(MailSession session) =>
        System.Net.IPEndPoint.TryParse(session.RemoteEndPoint, out var endPoint) ? endPoint.Address.ToString() : session.RemoteEndPoint;

    /// <summary>SMTP, SUBM, IMAP, POP3.</summary>
    public static string Name(MailProtocol protocol) => protocol switch
    {
        MailProtocol.Smtp => "SMTP",
        MailProtocol.Submission => "SUBM",
        MailProtocol.Imap => "IMAP",
        _ => "POP3",
    };

    /// <summary>1.2, 1.3; a dash in plaintext.</summary>
    public static string Tls(string? version) => version switch
    {
        null or "" or "None" => "–",
        "Tls12" => "1.2",
        "Tls13" => "1.3",
        _ => version,
    };

    // The command is what the eye looks for: the long names of states give way to it.
    private static string StateOf(MailSession session)
    {
        var state = session.State switch { "Not authenticated" => "Not auth", "Authorization" => "Auth", "Transaction" => "Trans", var other => other };
        return session.Command is { Length: > 0 } command && !string.Equals(command, session.State, StringComparison.OrdinalIgnoreCase) ? state + " " + command : session.State;
    }

    private static string Summary(IReadOnlyList<MailSession> sessions) => string.Create(CultureInfo.InvariantCulture,
        $"{Formats.Count(sessions.Count, "session")}   in {Formats.Bytes(sessions.Sum(s => s.BytesIn))}   out {Formats.Bytes(sessions.Sum(s => s.BytesOut))}");
}
