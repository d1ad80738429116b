using MailAdmin.Errors;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>A mailbox with what is going on in it.</summary>
internal sealed record MailboxLine(Mailbox Mailbox, int Sessions);

/// <summary>How deep the browser stands.</summary>
internal enum BrowserLevel
{
    Mailboxes, Folders, Messages, Reader,
}

/// <summary>Mailboxes, and down into folders, messages and one message.</summary>
internal sealed class MailboxesModel : DrillModel
{
    /// <summary>Messages of a folder that are listed at most, the newest ones: more is work for a query, not for an eye, and a busy folder is read again every second.</summary>
    public const int MaxMessages = 1000;

    private readonly IMailAdministration _administration;
    private readonly MessageReader? _read;
    private readonly TimeZoneInfo _zone;
    private int _stale;

    public MailboxesModel(IMailAdministration administration, ChangeQueue changes, BackgroundWork work, TimeProvider time, TimeZoneInfo zone, MessageReader? read) : base(changes, work)
    {
        (_administration, _zone, _read) = (administration, zone, read);
        Table = new TableModel<MailboxLine>(MailboxColumns(time), m => m.Mailbox.Id.ToString(), Filters.Any<MailboxLine>(m => m.Mailbox.Address, m => m.Mailbox.DisplayName), sort: 1)
        {
            Groupings = [new("domain", m => m.Mailbox.Address[(m.Mailbox.Address.IndexOf('@', StringComparison.Ordinal) + 1)..],
                all => $"{Formats.Count(all.Count, "mailbox")}   {Formats.Bytes(all.Sum(m => m.Mailbox.UsedBytes))}")],
        };
        Folders = new TableModel<MailboxFolder>(FolderColumns(), f => f.Id.ToString(), Filters.Any<MailboxFolder>(f => f.Name));
        Messages = new TableModel<MailboxMessage>(MessageColumns(zone), m => m.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture), Filters.Any<MailboxMessage>(m => m.Subject, m => m.From, m => m.To)) { FollowsTop = true };
    }

    /// <summary>All mailboxes.</summary>
    public TableModel<MailboxLine> Table { get; }
    /// <summary>Folders of the open mailbox.</summary>
    public TableModel<MailboxFolder> Folders { get; }
    /// <summary>Messages of the open folder, newest first.</summary>
    public TableModel<MailboxMessage> Messages { get; }
    /// <summary>The open message.</summary>
    public ReaderModel? Reader => (ReaderModel?)Text;
    /// <summary>How deep it stands.</summary>
    public BrowserLevel Level => (BrowserLevel)Depth;
    /// <summary>The open mailbox.</summary>
    public string? Mailbox { get; private set; }
    /// <summary>The open folder.</summary>
    public string? Folder { get; private set; }

    public override string Path => Level switch
    {
        BrowserLevel.Mailboxes => "",
        BrowserLevel.Folders => "Mailboxes › " + Mailbox,
        BrowserLevel.Messages => $"Mailboxes › {Mailbox} › {Folder}",
        _ => $"Mailboxes › {Mailbox} › {Folder} › {Reader!.Message.Uid}",
    };

    public override string Remark => !IsLoading && Level == BrowserLevel.Messages && Messages.Total == MaxMessages ? $"the newest {Formats.Count(MaxMessages)}" : base.Remark;

    public override async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _stale, 0);
        var place = Place;
        try
        {
            await (place.Level switch
            {
                BrowserLevel.Mailboxes => RefreshMailboxesAsync(cancellationToken),
                BrowserLevel.Folders => RefreshFoldersAsync(place.Mailbox!, cancellationToken),
                BrowserLevel.Messages => RefreshMessagesAsync(place.Mailbox!, place.Folder!, cancellationToken),
                _ => Task.CompletedTask,
            });
        }
        catch (MailAdminException e) when (e.Category == MailErrorCategory.ObjectNotFound)
        {
            // The open mailbox or folder was removed meanwhile: one level up, and say why, unless the admin has gone elsewhere since it was asked for.
            Changes.Post(() =>
            {
                if (place == Place && Leave())
                {
                    Work.Tell(BackgroundWork.Say(e), Tone.Warning);
                }
            });
        }
    }

    private (BrowserLevel Level, string? Mailbox, string? Folder) Place => (Level, Mailbox, Folder);

    /// <summary>Something changed in what is looked at since it was read.</summary>
    public bool IsStale => Volatile.Read(ref _stale) != 0;

    /// <summary>Hears what happens: a change in what is open makes it stale.</summary>
    public void Hear(MailEvent happened)
    {
        if (happened.Kind is not ("Delivered" or "MessageAdded" or "FlagsChanged" or "Expunged" or "FolderChanged") || Level == BrowserLevel.Reader)
        {
            return;
        }

        if (Level == BrowserLevel.Mailboxes
            || (string.Equals(happened.Mailbox, Mailbox, StringComparison.OrdinalIgnoreCase) && (Level == BrowserLevel.Folders || happened.Folder is null || happened.Folder == Folder)))
        {
            Volatile.Write(ref _stale, 1);
        }
    }

    public override void Enter()
    {
        switch (Level)
        {
            case BrowserLevel.Mailboxes when !Table.ToggleGroup() && Table.Selected is { } line:
                OpenMailbox(line.Mailbox.Address);
                break;
            case BrowserLevel.Folders when Folders.Selected is { } folder:
                OpenFolder(Mailbox!, folder.Name);
                break;
            case BrowserLevel.Messages when Messages.Selected is { } message:
                OpenMessage(message);
                break;
        }
    }

    /// <summary>Lists the folders of a mailbox.</summary>
    public void OpenMailbox(string mailbox)
    {
        Mailbox = mailbox;
        GoTo((int)BrowserLevel.Folders, Folders);
    }

    /// <summary>Lists the messages of a folder.</summary>
    public void OpenFolder(string mailbox, string folder)
    {
        (Mailbox, Folder) = (mailbox, folder);
        GoTo((int)BrowserLevel.Messages, Messages);
    }

    /// <summary>Opens one message by its place, from elsewhere.</summary>
    public void OpenMessage(string mailbox, string folder, uint uid)
    {
        OpenFolder(mailbox, folder);
        Work.Run("reading the message", async stop =>
        {
            await foreach (var message in _administration.GetMessagesAsync(new MessageQuery(mailbox, folder) { Uids = [uid] }, stop))
            {
                Changes.Post(() => OpenMessage(message));
                return null;
            }

            return "the message is no longer there";
        });
    }

    public override void Step(int step) => Step(Messages, step, OpenMessage);

    /// <summary>The question before a message is removed.</summary>
    public FormModel RemoveMessage(MailboxMessage message) => FormModel.Question(
        "Remove a message",
        [message.Subject ?? "(no subject)", "from " + (message.From ?? "–"), "It will be gone for good."],
        "&Keep it",
        "&Remove",
        async stop =>
        {
            await _administration.RemoveMessagesAsync(message.Mailbox, message.Folder, [message.Uid], stop);
            Volatile.Write(ref _stale, 1);
            Changes.Post(() =>
            {
                if (Reader?.Message == message)
                {
                    Leave();
                }
            });
            return "the message is removed";
        });

    private void OpenMessage(MailboxMessage message)
    {
        Messages.SelectKey(message.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var reader = new ReaderModel(message, _zone, SourceOf(message.SizeBytes, (offset, count, stop) => _administration.ReadMessageAsync(message.Mailbox, message.Folder, message.Uid, offset, count, stop)));
        Read((int)BrowserLevel.Reader, reader);
        if (_read is null || message.SizeBytes > ReaderModel.MaxParsed)
        {
            reader.Fail($"A message of {Formats.Bytes(message.SizeBytes)} is not taken apart here; O shows its source.");
            return;
        }

        Work.Run("reading the message", async stop =>
        {
            var view = await _read(_administration, message, stop);
            Changes.Post(() => reader.Show(view));
            return null;
        }, reader.Fail);
    }

    private async Task RefreshMailboxesAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var session in await _administration.GetSessionsAsync(cancellationToken))
        {
            if (session.Mailbox is { } mailbox)
            {
                counts[mailbox] = counts.GetValueOrDefault(mailbox) + 1;
            }
        }

        var lines = new List<MailboxLine>();
        await foreach (var mailbox in _administration.GetMailboxesAsync(null, cancellationToken))
        {
            lines.Add(new MailboxLine(mailbox, counts.GetValueOrDefault(mailbox.Address)));
        }

        var spec = Table.Spec;
        var rows = Table.Build(lines, spec);
        Changes.Post(() => Table.SetItems(lines, rows, spec));
    }

    private async Task RefreshFoldersAsync(string mailbox, CancellationToken cancellationToken)
    {
        var folders = new List<MailboxFolder>();
        await foreach (var folder in _administration.GetFoldersAsync(mailbox, null, cancellationToken))
        {
            folders.Add(folder);
        }

        // Mail comes into one of them, so that one stands first.
        var inbox = folders.FindIndex(f => string.Equals(f.Name, "INBOX", StringComparison.OrdinalIgnoreCase));
        if (inbox > 0)
        {
            folders.Insert(0, folders[inbox]);
            folders.RemoveAt(inbox + 1);
        }

        Changes.Post(() =>
        {
            if (mailbox == Mailbox)
            {
                Folders.SetItems(folders);
            }
        });
    }

    private async Task RefreshMessagesAsync(string mailbox, string folder, CancellationToken cancellationToken)
    {
        var messages = new List<MailboxMessage>();
        await foreach (var message in _administration.GetMessagesAsync(new MessageQuery(mailbox, folder) { Newest = MaxMessages }, cancellationToken))
        {
            messages.Add(message);
        }

        messages.Reverse();
        Changes.Post(() =>
        {
            if (mailbox == Mailbox && folder == Folder)
            {
                Messages.SetItems(messages);
            }
        });
    }

    private static IReadOnlyList<Column<MailboxLine>> MailboxColumns(TimeProvider time) =>
    [
        new("", 1, m => m.Mailbox.IsEnabled ? " " : "✖") { Name = "disabled", Order = Column<MailboxLine>.By(m => m.Mailbox.IsEnabled), Tone = _ => Tone.Warning },
        new("Mailbox", 24, m => m.Mailbox.Address) { MaxWidth = 44, Tone = m => m.Mailbox.IsEnabled ? Tone.Normal : Tone.Dim },
        new("Name", 12, m => m.Mailbox.DisplayName ?? "–") { MaxWidth = 30, Drop = 3 },
        new("Messages", 8, m => Formats.Count(m.Mailbox.MessageCount)) { IsRight = true, Order = Column<MailboxLine>.By(m => m.Mailbox.MessageCount), Drop = 1 },
        new("Used", 7, m => Formats.Bytes(m.Mailbox.UsedBytes)) { IsRight = true, Order = Column<MailboxLine>.By(m => m.Mailbox.UsedBytes) },
        new("Quota", 7, m => m.Mailbox.QuotaBytes is { } quota ? Formats.Bytes(quota) : "–") { IsRight = true, Order = Column<MailboxLine>.By(m => m.Mailbox.QuotaBytes ?? long.MaxValue) },
        new("Full", 5, m => m.Mailbox.QuotaBytes is { } quota ? Formats.Percent(m.Mailbox.UsedBytes, quota) : "–")
        {
            IsRight = true,
            Order = Column<MailboxLine>.By(Fullness),
            Tone = m => Fullness(m) switch { >= 1 => Tone.Failure, >= 0.9 => Tone.Warning, _ => Tone.Normal },
        },
        new("Login", 7, m => m.Mailbox.LastLoginAt is { } at ? Formats.Short(time.GetUtcNow() - at) + " ago" : "never") { Name = "last login", MaxWidth = 10, IsRight = true, Drop = 2, Order = Column<MailboxLine>.By(m => -(m.Mailbox.LastLoginAt?.UtcTicks ?? 0)) },
        new("Sessions", 8, m => m.Sessions == 0 ? "–" : Formats.Count(m.Sessions)) { IsRight = true, Order = Column<MailboxLine>.By(m => m.Sessions) },
    ];

    private static double Fullness(MailboxLine line) => line.Mailbox.QuotaBytes is > 0 and var quota ? line.Mailbox.UsedBytes / (double)quota : 0;

    private static IReadOnlyList<Column<MailboxFolder>> FolderColumns() =>
    [
        new("Folder", 24, f => new string(' ', 2 * f.Name.Count(c => c == '/')) + f.Name) { MaxWidth = 60, Order = Column<MailboxFolder>.ByText(f => f.Name) },
        new("Use", 8, f => f.SpecialUse ?? "–") { Drop = 1 },
        new("Messages", 9, f => Formats.Count(f.MessageCount)) { IsRight = true, Order = Column<MailboxFolder>.By(f => f.MessageCount) },
        new("Unread", 7, f => f.UnseenCount == 0 ? "–" : Formats.Count(f.UnseenCount)) { IsRight = true, Order = Column<MailboxFolder>.By(f => f.UnseenCount) },
        new("Size", 8, f => Formats.Bytes(f.SizeBytes)) { IsRight = true, Order = Column<MailboxFolder>.By(f => f.SizeBytes) },
        new("UID next", 9, f => Formats.Count(f.UidNext)) { IsRight = true, Drop = 2, Order = Column<MailboxFolder>.By(f => f.UidNext) },
        new("Mod-seq", 9, f => Formats.Count((long)f.HighestModSeq)) { IsRight = true, Drop = 3, Order = Column<MailboxFolder>.By(f => f.HighestModSeq) },
    ];

    private static IReadOnlyList<Column<MailboxMessage>> MessageColumns(TimeZoneInfo zone) =>
    [
        new("", 3, m => (m.IsRead ? " " : "●") + (m.Flags.Contains("\\Flagged", StringComparer.OrdinalIgnoreCase) ? "!" : " ") + (m.HasAttachments ? "+" : " ")) { Name = "unread", Tone = _ => Tone.Accent, Order = Column<MailboxMessage>.By(m => m.IsRead) },
        new("UID", 6, m => m.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture)) { IsRight = true, Drop = 2, Order = Column<MailboxMessage>.By(m => m.Uid) },
        new("Received", 16, m => Formats.DateTime(m.ReceivedAt, zone)) { Order = Column<MailboxMessage>.By(m => m.ReceivedAt) },
        new("From", 20, m => m.From ?? "–") { MaxWidth = 36, Order = Column<MailboxMessage>.ByText(m => m.From) },
        new("Size", 7, m => Formats.Bytes(m.SizeBytes)) { IsRight = true, Drop = 1, Order = Column<MailboxMessage>.By(m => m.SizeBytes) },
        new("Subject", 20, m => m.Subject ?? "(no subject)") { MaxWidth = 400, Tone = m => m.IsRead ? Tone.Normal : Tone.Title, Order = Column<MailboxMessage>.ByText(m => m.Subject) },
    ];
}
