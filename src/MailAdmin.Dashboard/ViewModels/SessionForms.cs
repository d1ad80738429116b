using MailAdmin.Addresses;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The questions about sessions and the addresses they come from. The safe answer stands first.</summary>
internal static class SessionForms
{
    /// <summary>Blocks listed at most.</summary>
    private const int MaxListed = 10;

    /// <summary>Ends a session.</summary>
    public static FormModel Disconnect(IMailAdministration administration, MailSession session) => FormModel.Question(
        "Disconnect session " + session.Id,
        [$"{SessionsModel.Name(session.Protocol)} {session.Mailbox ?? "not logged in"} from {session.RemoteEndPoint}", "The client is told where its protocol allows; it may come back at once."],
        "&Keep it",
        "&Disconnect",
        async stop => await administration.StopSessionAsync(session.Id, stop) ? $"session {session.Id} is disconnected" : $"session {session.Id} was over already");

    /// <summary>Ends the sessions of a group; one of them is a session like any other.</summary>
    public static FormModel Disconnect(IMailAdministration administration, IReadOnlyList<MailSession> sessions, string group) => sessions.Count == 1 ? Disconnect(administration, sessions[0]) : FormModel.Question(
        "Disconnect " + Formats.Count(sessions.Count, "session"),
        ["All of " + group + ".", "The clients are told where their protocol allows; they may come back at once."],
        "&Keep them",
        "&Disconnect",
        async stop =>
        {
            var ended = 0;
            foreach (var session in sessions)
            {
                ended += await administration.StopSessionAsync(session.Id, stop) ? 1 : 0;
            }

            return $"{Formats.Count(ended, "session")} disconnected{(ended < sessions.Count ? $", {Formats.Count(sessions.Count - ended)} were over already" : "")}";
        });

    /// <summary>Blocks the address of a session, or the network around it.</summary>
    public static FormModel Block(IMailAdministration administration, MailSession session, TimeZoneInfo zone)
    {
        var address = SessionsModel.AddressOf(session);
        FormButton Button(string label, string range, TimeSpan? duration) => new(label, async (_, stop) =>
        {
            var block = await administration.AddBlockAsync(range, duration, "blocked from the dashboard", stop);
            return $"{block.Address} is blocked {Until(block, zone)}; U takes it off";
        });
        List<string> lines = ["Its sessions are ended and new connections from it refused.", "Everybody behind that address is shut out."];
        List<FormButton> buttons = [new("&Keep it", null), Button("For an &hour", address, TimeSpan.FromHours(1)), Button("For &good", address, null)];
        if (IpRange.TryParse(address, out var range, out _) && range.IsIPv6)
        {
            // One customer of a provider has as much as that, and a new address at every turn.
            var network = range.Widen(64).ToString();
            lines.Add($"An IPv6 client usually has the whole network {network}.");
            buttons.Add(Button("Its &network for good", network, null));
        }

        return new FormModel("Block " + address, lines, [], buttons) { Tone = Tone.Warning };
    }

    /// <summary>Lists the blocks, the last one ready to be taken off.</summary>
    public static FormModel Unblock(IMailAdministration administration, IReadOnlyList<MailBlock> blocks, TimeZoneInfo zone)
    {
        const string LetIn = "Let in";
        var lines = blocks.Take(MaxListed).Select(b =>
            $"{b.Address}  {Until(b, zone)}{(b.RefusedCount > 0 ? $", refused {Formats.Count(b.RefusedCount, "connection")}" : "")}{(b.Reason is null ? "" : "  " + b.Reason)}").ToList();
        if (blocks.Count > lines.Count)
        {
            lines.Add($"… and {blocks.Count - lines.Count} more; Get-MailBlock lists all");
        }

        return new FormModel("Blocked addresses", lines, [new FormField(LetIn, blocks.MaxBy(b => b.CreatedAt)!.Address)],
        [
            new("&Let in", async (form, stop) => await administration.RemoveBlockAsync(form[LetIn], stop) ? form[LetIn] + " may connect again" : form[LetIn] + " is not blocked"),
            new("Ca&ncel", null),
        ]);
    }

    private static string Until(MailBlock block, TimeZoneInfo zone) => block.ExpiresAt is { } end ? "until " + Formats.DateTime(end, zone) : "until it is taken off";
}
