using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>What stands around every page: the server in a line, its rates, what is wrong with it, the tabs.</summary>
internal static class Chrome
{
    /// <summary>The server in one line; what matters least gives way first.</summary>
    public static void DrawHeader(Canvas canvas, Area line, DashboardModel model)
    {
        var server = model.Server;
        var (state, tone) = server.State;
        var parts = new List<(string Text, Tone Tone, int Rank)>
        {
            (" MailAdmin", Tone.Title, 0),
            (server.Info?.HostName ?? "", Tone.Normal, 3),
            ("● " + state + (server.Info is null || server.Problem is not null ? "" : " " + Formats.Age(server.Uptime.TotalSeconds)), tone, 0),
        };
        if (server.Info is { } info)
        {
            parts.Add(("SMTP " + server.Ports(MailProtocol.Smtp, MailProtocol.Submission), Tone.Normal, 5));
            parts.Add(("IMAP " + server.Ports(MailProtocol.Imap), Tone.Normal, 5));
            parts.Add(("POP3 " + server.Ports(MailProtocol.Pop3), Tone.Normal, 5));
            if (info.CertificateNotAfter is { } end)
            {
                var left = end - model.Time.GetUtcNow();
                parts.Add(("cert " + Formats.Span(left), left < ServerModel.CertificateWarning ? Tone.Warning : Tone.Normal, 2));
            }
        }

        if (server.Statistics is { DiskTotalBytes: > 0 } statistics)
        {
            parts.Add(("store " + Formats.Bytes(statistics.StoreBytes), Tone.Normal, 4));
            parts.Add(("disk " + Formats.Percent(statistics.DiskTotalBytes - statistics.DiskFreeBytes, statistics.DiskTotalBytes),
                statistics.DiskFreeBytes < statistics.DiskTotalBytes * ServerModel.DiskFreeWarning ? Tone.Warning : Tone.Normal, 1));
        }

        parts.RemoveAll(p => p.Text.Length == 0);
        while (parts.Sum(p => TextCells.Measure(p.Text) + 2) - 2 > line.Width && parts.Max(p => p.Rank) is > 0 and var worst)
        {
            parts.RemoveAll(p => p.Rank == worst);
        }

        var x = line.X;
        foreach (var (text, partTone, _) in parts)
        {
            x = canvas.Text(x, line.Y, text, partTone, line.Right - x) + 2;
        }
    }

    /// <summary>Lines for alerts at most; the rest is counted.</summary>
    public const int MaxAlerts = 3;

    /// <summary>What is wrong, worst first and in full where there is room; where all is well it takes no line. Returns what is left of the area.</summary>
    public static Area DrawAlerts(Canvas canvas, Area area, IReadOnlyList<ServerAlert> alerts)
    {
        // One alert may need more than a line to name its remedy; several have a line each.
        var perAlert = alerts.Count > 1 ? 1 : MaxAlerts;
        var texts = alerts.Take(MaxAlerts).SelectMany(alert => TextWrap.Wrap([alert.Text], perAlert > 1 ? area.Width - 4 : int.MaxValue)
            .Take(perAlert).Select((text, i) => (Text: (i > 0 ? "   " : alert.Tone == Tone.Failure ? " ✖ " : " ▲ ") + text, alert.Tone))).ToList();
        var (lines, rest) = area.SplitTop(texts.Count);
        for (var i = 0; i < lines.Height; i++)
        {
            var more = i == MaxAlerts - 1 && alerts.Count > MaxAlerts ? $"   (+{alerts.Count - MaxAlerts} more)" : "";
            canvas.Text(lines.X, lines.Y + i, texts[i].Text + more, texts[i].Tone, lines.Width);
        }

        return rest;
    }

    // Cells for a rate: with a fixed width the sparkline in front of it keeps its own.
    private const int RateWidth = 9;

    /// <summary>Four cards in frames, three lines high.</summary>
    public static void DrawCards(Canvas canvas, Area area, DashboardModel model)
    {
        var width = area.Width / 4;
        var x = area.X;
        foreach (var card in model.Server.Cards)
        {
            var frame = new Area(x, area.Y, width, 3);
            var rate = Formats.Rate(card.Work.Last, card.Unit).PadLeft(RateWidth);
            var spark = Math.Max(0, width - card.Name.Length - rate.Length - 8);
            canvas.Frame(frame, $"{card.Name} {Sparkline.Of(card.Work, spark)}  {rate}", titleTone: Tone.Accent);
            canvas.Text(frame.X + 2, frame.Y, card.Name, Tone.Title);
            var direction = card.Name == "SMTP" ? "in " + Formats.ByteRate(card.In.Last) : "out " + Formats.ByteRate(card.Out.Last);
            canvas.Text(frame.X + 2, frame.Y + 1, $"{Formats.Count(card.Sessions, "session")}   {direction}", Tone.Normal, width - 4);
            canvas.OnMouse(frame, (deed, _, _) => Open(deed, model, DashboardTab.Sessions));
            x += width;
        }

        var queue = new Area(x, area.Y, area.Right - x, 3);
        var (first, second, tone) = Queue(model);
        // Where it does not fit, the age says by itself what it is.
        canvas.Frame(queue, "Queue  " + (TextCells.Measure(first) + 11 > queue.Width ? first.Replace("oldest ", "", StringComparison.Ordinal) : first), titleTone: tone);
        canvas.OnMouse(queue, (deed, _, _) => Open(deed, model, DashboardTab.Queue));
        canvas.Text(queue.X + 2, queue.Y + 1, second, tone == Tone.Warning ? Tone.Warning : Tone.Dim, queue.Width - 4);
    }

    /// <summary>The cards folded to one line.</summary>
    public static void DrawCardLine(Canvas canvas, Area line, DashboardModel model)
    {
        var statistics = model.Server.Statistics;
        var oldest = statistics?.QueueOldest is { } at ? model.Time.GetUtcNow() - at : TimeSpan.Zero;
        var isLate = oldest > ServerModel.QueueWarning || statistics?.QueueRetry > 0;
        var queue = statistics is null ? "" : "Queue " + Formats.Count(statistics.QueueDepth) + (statistics.QueueDepth > 0 ? $", {Formats.Short(oldest)}{(isLate ? " ▲" : "")}" : "");
        // Rates and queue have room to grow, and the sparklines share the rest: the line must not shift at every tick.
        const int QueueWidth = 14;
        var spark = Math.Clamp((line.Width - 2 - QueueWidth - model.Server.Cards.Sum(card => card.Name.Length + RateWidth + 4)) / 3, 3, 24);
        var x = line.X + 1;
        foreach (var card in model.Server.Cards)
        {
            x = canvas.Text(x, line.Y, card.Name + " ", Tone.Title, line.Right - x);
            x = canvas.Text(x, line.Y, Sparkline.Of(card.Work, spark), Tone.Accent, line.Right - x);
            x = canvas.Text(x, line.Y, " " + Formats.Rate(card.Work.Last, card.Unit).PadLeft(RateWidth), Tone.Normal, line.Right - x) + 2;
        }

        canvas.Text(x, line.Y, queue, isLate ? Tone.Warning : Tone.Normal, line.Right - x);
    }

    /// <summary>The tabs, with how much is behind each.</summary>
    public static void DrawTabs(Canvas canvas, Area line, DashboardModel model)
    {
        var unseen = model.Events.Unseen.Count + model.Events.UnseenDropped;
        (DashboardTab Tab, string Text)[] tabs =
        [
            (DashboardTab.Overview, "1 Overview"),
            (DashboardTab.Sessions, "2 Sessions " + Formats.Count(model.Server.Sessions)),
            (DashboardTab.Mailboxes, "3 Mailboxes" + (model.Server.Info is { } info ? " " + Formats.Count(info.MailboxCount) : "")),
            (DashboardTab.Queue, "4 Queue" + (model.Server.Statistics is { } statistics ? " " + Formats.Count(statistics.QueueDepth) : "")),
            (DashboardTab.Events, "5 Events" + (unseen > 0 ? " ▲" + Formats.Count(unseen) : "")),
        ];
        canvas.Fill(line, Tone.Header);
        var x = line.X;
        // Where they do not fit, the one on show keeps its name and the others their key.
        var isShort = tabs.Sum(t => TextCells.Measure(t.Text) + 3) - 1 > line.Width;
        foreach (var (tab, full) in tabs)
        {
            var text = isShort && tab != model.Active ? full[..1] + (full.Contains('▲', StringComparison.Ordinal) ? "▲" : "") : full;
            var tone = tab == model.Active ? Tone.Selected : tab == DashboardTab.Events && unseen > 0 ? Tone.Warning : Tone.Header;
            var end = canvas.Text(x, line.Y, (tab == model.Active && canvas.Width >= 60 ? "▸" : " ") + text + " ", tone, line.Right - x);
            var target = tab;
            canvas.OnMouse(new Area(x, line.Y, end - x, 1), (deed, _, _) => Open(deed, model, target));
            x = canvas.Text(end, line.Y, "│", Tone.Header, line.Right - end);
        }
    }

    private static void Open(MouseDeed deed, DashboardModel model, DashboardTab tab)
    {
        if (deed == MouseDeed.Click)
        {
            model.Show(tab);
        }
    }

    private static (string First, string Second, Tone Tone) Queue(DashboardModel model)
    {
        if (model.Server.Statistics is not { } statistics)
        {
            return ("", "", Tone.Dim);
        }

        if (statistics.QueueDepth == 0)
        {
            return ("0 waiting", "nothing is queued", Tone.Normal);
        }

        var age = statistics.QueueOldest is { } oldest ? model.Time.GetUtcNow() - oldest : TimeSpan.Zero;
        var failing = model.Queue.Failing;
        var tone = age > ServerModel.QueueWarning || statistics.QueueRetry > 0 ? Tone.Warning : Tone.Accent;
        var second = failing.Count > 0 ? $"{(failing.Count == 1 ? "" : $"{Formats.Count(failing.Count)} failing: ")}{failing[0].Destination} {failing[0].LastReply}"
            : statistics.QueueRetry > 0 ? $"{Formats.Count(statistics.QueueRetry)} put off"
            : statistics.QueueSuspended == statistics.QueueDepth ? "all suspended"
            : statistics.QueueActive > 0 ? $"{Formats.Count(statistics.QueueActive)} being sent" : "on its way";
        return ($"{Formats.Count(statistics.QueueDepth)} waiting, oldest {Formats.Span(age)}{(tone == Tone.Warning ? " ▲" : "")}", second, tone);
    }
}
