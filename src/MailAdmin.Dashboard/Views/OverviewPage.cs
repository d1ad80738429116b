using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Views;

/// <summary>The whole server on one page: what it is, what it does, what it holds, what went wrong lately.</summary>
internal sealed class OverviewPage(DashboardModel model) : Page(model)
{
    private const int LabelWidth = 11;
    // A line of rates without its sparklines: name, messages or commands, connections, octets.
    private const int FiguresWidth = 58;

    private bool _isTight;

    public override IEnumerable<KeyDeed> Deeds =>
    [
        KeyDeed.Named("1-5", "pages"),
        KeyDeed.Letter('W', "warnings", ShowWarnings),
    ];

    public override void Draw(Canvas canvas, Area area)
    {
        // On a small screen what does not change makes room for what does.
        _isTight = area.Height < 24 && area.Width < 150;
        var isWide = area.Width >= 150;
        var left = isWide ? area with { Width = area.Width / 2 } : area;
        var y = Section(canvas, left, "Server", ServerFacts());
        var lower = left with { Y = y, Height = Math.Max(0, area.Bottom - y) };
        var right = isWide ? area with { X = left.Right, Width = area.Width - left.Width } : lower;
        var end = Rates(canvas, right);
        end = Section(canvas, right with { Y = end, Height = Math.Max(0, right.Bottom - end) }, "Store and machine", StoreFacts());
        var last = isWide ? Math.Max(y, end) : end;
        Warnings(canvas, area with { Y = last, Height = Math.Max(0, area.Bottom - last) });
    }

    private static int Section(Canvas canvas, Area area, string title, IEnumerable<(string Label, string Text, Tone Tone)> facts)
    {
        var y = Heading(canvas, area, title);
        foreach (var (label, text, tone) in facts)
        {
            if (y >= area.Bottom)
            {
                break;
            }

            canvas.Field(area.X + 2, y, label, LabelWidth, Tone.Dim);
            canvas.Text(area.X + 2 + LabelWidth, y++, text, tone, area.Width - LabelWidth - 3);
        }

        return y;
    }

    private static int Heading(Canvas canvas, Area area, string title)
    {
        if (area.Height > 0)
        {
            canvas.Text(area.X + 1, area.Y, title, Tone.Title, area.Width - 2);
        }

        return area.Y + 1;
    }

    private IEnumerable<(string, string, Tone)> ServerFacts()
    {
        var server = Model.Server;
        if (server.Info is not { } info)
        {
            yield return ("state", server.State.Text, server.State.Tone);
            yield break;
        }

        var (state, tone) = server.State;
        yield return ("state", $"{state}{(server.Problem is null ? " for " + Formats.Age(server.Uptime.TotalSeconds) : "")}{(info.Fault is { } fault ? ": " + fault : "")}", tone);
        if (!_isTight)
        {
            yield return ("name", $"{info.Name}, greets as {info.HostName}", Tone.Normal);
            yield return ("version", $"{info.Version}, process {info.ProcessId}", Tone.Normal);
        }

        foreach (var address in info.Endpoints.Select(e => e.Address).Distinct())
        {
            yield return ("listens on", $"{address} SMTP {Ports(MailProtocol.Smtp, MailProtocol.Submission)} IMAP {Ports(MailProtocol.Imap)} POP3 {Ports(MailProtocol.Pop3)}", Tone.Normal);
            string Ports(params MailProtocol[] protocols) => ServerModel.Ports(info.Endpoints.Where(e => e.Address == address), protocols);
        }

        yield return info.CertificateNotAfter is { } end
            ? ("cert", $"ends in {Formats.Span(end - Model.Time.GetUtcNow())}, on {Formats.DateTime(end, Model.Zone)}", end - Model.Time.GetUtcNow() < ServerModel.CertificateWarning ? Tone.Warning : Tone.Normal)
            : ("cert", "none: TLS is not offered", Tone.Warning);
        if (!_isTight)
        {
            yield return ("domains", info.Domains.Count == 0 ? "none" : string.Join(", ", info.Domains.Take(8)) + (info.Domains.Count > 8 ? $" and {info.Domains.Count - 8} more" : ""), Tone.Normal);
        }

        yield return ("holds", $"{Formats.Count(info.MailboxCount, "mailbox")}, {Formats.Count(info.MessageCount, "message")}", Tone.Normal);
    }

    private int Rates(Canvas canvas, Area area)
    {
        var y = Heading(canvas, area, "Work");
        if (Model.Server.Statistics is not { } statistics)
        {
            canvas.Text(area.X + 2, y, "no figures yet", Tone.Dim, area.Width - 2);
            return y + 1;
        }

        var spark = Math.Clamp((area.Width - FiguresWidth) / 3, 4, 30);
        foreach (var card in Model.Server.Cards)
        {
            if (y >= area.Bottom)
            {
                return y;
            }

            canvas.Field(area.X + 2, y, card.Name, 5, Tone.Title);
            var x = Rate(canvas, area with { X = area.X + 7, Y = y }, card.Work, spark, Formats.Rate(card.Work.Last, card.Unit).PadLeft(9));
            x = Rate(canvas, area with { X = x, Y = y }, card.Connections, spark, Formats.Rate(card.Connections.Last, "conn").PadLeft(10));
            Rate(canvas, area with { X = x, Y = y++ }, card.Bytes, spark, $"{Formats.ByteRate(card.In.Last),9} in {Formats.ByteRate(card.Out.Last),8} out");
        }

        foreach (var (label, text, tone) in Totals(statistics))
        {
            if (y >= area.Bottom)
            {
                return y;
            }

            canvas.Field(area.X + 2, y, label, LabelWidth, Tone.Dim);
            canvas.Text(area.X + 2 + LabelWidth, y++, text, tone, area.Width - LabelWidth - 3);
        }

        return y;
    }

    // A sparkline with the figure it ends in; returns the cell for the next.
    private static int Rate(Canvas canvas, Area at, RateHistory history, int spark, string figure)
    {
        var x = canvas.Text(at.X, at.Y, Sparkline.Of(history, spark), Tone.Accent);
        return canvas.Text(x + 1, at.Y, figure, Tone.Normal) + 2;
    }

    private IEnumerable<(string, string, Tone)> Totals(MailServerStatistics now)
    {
        var server = Model.Server;
        yield return ("delivered", $"{Formats.Count(now.MessagesDelivered, "message")} since start, {Formats.Rate(server.Deliveries.Last, "msg")} now", Tone.Normal);
        yield return ("refused", $"{Formats.Count(now.MessagesRefused, "message")}, {Formats.Rate(server.Refusals.Last, "msg")} now; {Formats.Count(now.LoginsFailed, "login")}, {Formats.Rate(server.FailedLogins.Last, "login")} now",
            server.Refusals.Last + server.FailedLogins.Last > 0 ? Tone.Warning : Tone.Normal);
        if (server.Info?.Outbound != MailOutboundMode.Relay && now.QueueDepth + now.MessagesRelayed == 0)
        {
            // It sends nothing on: two lines of zeros would say no more.
            yield break;
        }

        yield return ("relayed", $"{Formats.Count(now.MessagesRelayed, "message")}, {Formats.Rate(server.Relays.Last, "msg")} now; put off {Formats.Count(now.MessagesDeferred)}, given up {Formats.Count(now.MessagesBounced)}, {Formats.Rate(server.FailedRelays.Last, "msg")} now",
            server.FailedRelays.Last > 0 ? Tone.Warning : Tone.Normal);
        var oldest = now.QueueOldest is { } since ? Model.Time.GetUtcNow() - since : TimeSpan.Zero;
        var failing = Model.Queue.Failing is [var worst, ..] ? $"; {worst.Destination}: {worst.LastReply}" : "";
        yield return ("queue", now.QueueDepth == 0 ? "empty"
            : $"{Formats.Count(now.QueueDepth)} waiting, oldest {Formats.Span(oldest)}; {Formats.Count(now.QueueActive)} being sent, {Formats.Count(now.QueueRetry)} put off, {Formats.Count(now.QueueSuspended)} held{failing}",
            oldest > ServerModel.QueueWarning || now.QueueRetry > 0 ? Tone.Warning : Tone.Normal);
    }

    private IEnumerable<(string, string, Tone)> StoreFacts()
    {
        if (Model.Server.Statistics is not { } statistics)
        {
            yield break;
        }

        yield return ("store", $"{Formats.Bytes(statistics.StoreBytes)} in {Model.Server.Info?.StorePath}", Tone.Normal);
        var used = statistics.DiskTotalBytes - statistics.DiskFreeBytes;
        yield return ("disk", $"{Bar(used, statistics.DiskTotalBytes)} {Formats.Percent(used, statistics.DiskTotalBytes)} used, {Formats.Bytes(statistics.DiskFreeBytes)} free",
            statistics.DiskFreeBytes < statistics.DiskTotalBytes * ServerModel.DiskFreeWarning ? Tone.Warning : Tone.Normal);
        yield return ("memory", Formats.Bytes(statistics.WorkingSetBytes) + " working set", Tone.Normal);
    }

    private void Warnings(Canvas canvas, Area area)
    {
        if (area.Height < 2)
        {
            return;
        }

        canvas.OnMouse(area, (deed, _, _) =>
        {
            if (deed == MouseDeed.Click)
            {
                ShowWarnings();
            }
        });
        var unseen = Model.Events.Unseen.Count + Model.Events.UnseenDropped;
        var y = Heading(canvas, area, unseen > 0 ? $"Last warnings ({Formats.Count(unseen)} not seen yet)" : "Last warnings");
        var none = true;
        foreach (var happened in Model.Events.Warnings.Take(Math.Max(0, area.Bottom - y)))
        {
            none = false;
            var x = canvas.Text(area.X + 2, y, happened.Severity == MailEventSeverity.Error ? "✖ " : "▲ ", EventsModel.ToneOf(happened));
            x = canvas.Text(x, y, Formats.Clock(happened.At, Model.Zone) + "  ", Tone.Dim);
            x = canvas.Text(x, y, happened.Kind + "  ", EventsModel.ToneOf(happened), area.Right - x);
            canvas.Text(x, y++, happened.Message, Tone.Normal, area.Right - x - 1);
        }

        if (none)
        {
            canvas.Text(area.X + 2, y, "none", Tone.Dim);
        }
    }

    private void ShowWarnings()
    {
        Model.Events.ShowWarnings();
        Model.Show(DashboardTab.Events);
    }

    private static string Bar(double part, double whole)
    {
        const int Width = 20;
        var full = whole > 0 ? (int)Math.Round(Math.Clamp(part / whole, 0, 1) * Width) : 0;
        return new string('█', full) + new string('░', Width - full);
    }
}
