using MailAdmin.Errors;
using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>LIST, basic and extended. RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154, RFC 3348.</summary>
internal sealed class ListCommand() : ImapCommand("LIST", ImapStates.LoggedIn, ImapSync.Full)
{
    /// <summary>Patterns of one command; each is matched against each name.</summary>
    private const int MaxPatterns = 50;

    [Flags]
    private enum Options
    {
        None = 0, Subscribed = 1, RecursiveMatch = 2, SpecialUse = 4, Remote = 8, ReturnSubscribed = 16, ReturnChildren = 32, ReturnSpecialUse = 64, Extended = 128,
    }

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var options = Options.None;
        var status = StatusItems.None;
        List<string> patterns = [];
        args.Space();
        var extended = args.Peek() == '(';
        if (extended)
        {
            options |= ReadSelection(args);
            args.Space();
        }

        args.Mailbox(out var reference).Space();
        if (args.TryOpen())
        {
            extended = true;
            do
            {
                args.ListMailbox(out var pattern);
                patterns.Add(pattern);
            }
            while (args.Take((byte)' ') && patterns.Count <= MaxPatterns);
            args.Close();
        }
        else
        {
            args.ListMailbox(out var pattern);
            patterns.Add(pattern);
        }

        if (args.Take((byte)' '))
        {
            extended = true;
            options |= ReadReturn(session, args, ref status);
        }

        if (options.HasFlag(Options.RecursiveMatch) && (options & (Options.Subscribed | Options.SpecialUse)) == 0)
        {
            // RFC 5258 §3.1
            args.Fail("RECURSIVEMATCH needs another selection option");
        }

        if (args.End().Failed || extended && !session.Context.Offers("LIST-EXTENDED") && !session.Rev2)
        {
            return ImapResult.Bad(args.Error ?? "Extended LIST is off");
        }

        if (!extended && patterns[0].Length == 0)
        {
            // RFC 9051 §6.3.9: the empty name asks for separator and root.
            session.Untagged("LIST (\\Noselect) \"/\" \"\"");
            return ImapResult.Done;
        }

        var listing = await FolderListing.LoadAsync(session);
        if (options.HasFlag(Options.Subscribed))
        {
            listing.AddSubscribed();
        }

        options |= extended ? Options.Extended : Options.None;
        patterns = patterns.ConvertAll(p => FolderName.NormalizePattern(reference + p));
        var matchers = patterns.ConvertAll(p => new ListPattern(p, FolderName.Separator));
        foreach (var (name, folder) in listing.Names)
        {
            if (matchers.Exists(m => m.Matches(name)) && Write(session, listing, name, folder, options, patterns))
            {
                if (status != StatusItems.None && folder is not null)
                {
                    await TellStatusAsync(session, folder, status);
                }

                await session.FlushIfFullAsync();
            }
        }

        return ImapResult.Done;
    }

    private static bool Write(ImapSession session, FolderListing listing, string name, FolderRecord? folder, Options options, List<string> patterns)
    {
        var subscribed = listing.Subscribed.Contains(name);
        var selected = (!options.HasFlag(Options.Subscribed) || subscribed) && (!options.HasFlag(Options.SpecialUse) || folder is { Use: not SpecialUse.None });
        var below = options.HasFlag(Options.RecursiveMatch) && options.HasFlag(Options.Subscribed) && listing.HasSubscribedBelow(name);
        // RFC 5258 §3.1 note 2 tells of a parent also where the patterns match what is below it. Where they name all of that, letter by letter, beside
        // the parent, it is left out: that is what Dovecot does and its test client holds servers to, and all there is to know stands in the answer.
        if (!selected && (!below || (patterns.Count > 1 && listing.SubscribedBelow(name).All(patterns.Contains))))
        {
            return false;
        }

        var encoder = session.Encode();
        encoder.Raw("* LIST ("u8);
        // RFC 9051 §7.3.1: \NonExistent implies \Noselect, which is for clients that may not know the former.
        encoder.Raw(folder is not null ? default : options.HasFlag(Options.Extended) ? "\\NonExistent "u8 : "\\NonExistent \\Noselect "u8);
        encoder.Raw(listing.HasChildren(name) ? "\\HasChildren"u8 : "\\HasNoChildren"u8);
        if (subscribed && (options & (Options.Subscribed | Options.ReturnSubscribed)) != 0)
        {
            encoder.Raw(" \\Subscribed"u8);
        }

        if (folder is { Use: not SpecialUse.None } && session.Context.Offers("SPECIAL-USE"))
        {
            encoder.Raw(" \\"u8);
            encoder.Text(folder.Use.ToString());
        }

        encoder.Raw(") \"/\" "u8);
        encoder.Mailbox(name, session.Utf8);
        if (below)
        {
            encoder.Raw(" (\"CHILDINFO\" (\"SUBSCRIBED\"))"u8);
        }

        encoder.Crlf();
        encoder.Commit();
        return true;
    }

    private static Options ReadSelection(ImapDecoder args)
    {
        var options = Options.None;
        args.Open();
        while (!args.Failed && !args.TryClose())
        {
            if (options != Options.None)
            {
                args.Space();
            }

            options |=
                args.TakeWord("SUBSCRIBED"u8) ? Options.Subscribed :
                args.TakeWord("REMOTE"u8) ? Options.Remote :
                args.TakeWord("RECURSIVEMATCH"u8) ? Options.RecursiveMatch :
                args.TakeWord("SPECIAL-USE"u8) ? Options.SpecialUse : Unknown(args);
        }

        return options;
    }

    private static Options ReadReturn(ImapSession session, ImapDecoder args, ref StatusItems status)
    {
        var options = Options.None;
        if (!args.TakeWord("RETURN"u8))
        {
            args.Fail("RETURN expected");
        }

        args.Space().Open();
        var separator = false;
        while (!args.Failed && !args.TryClose())
        {
            if (separator)
            {
                args.Space();
            }

            separator = true;
            if (args.TakeWord("STATUS"u8))
            {
                args.Space();
                status = StatusResponse.Read(session, args);
                continue;
            }

            options |=
                args.TakeWord("SUBSCRIBED"u8) ? Options.ReturnSubscribed :
                args.TakeWord("CHILDREN"u8) ? Options.ReturnChildren :
                args.TakeWord("SPECIAL-USE"u8) ? Options.ReturnSpecialUse : Unknown(args);
        }

        return options;
    }

    private static async ValueTask TellStatusAsync(ImapSession session, FolderRecord folder, StatusItems status)
    {
        try
        {
            await StatusResponse.WriteAsync(session, folder, status);
        }
        catch (MailAdminException failure) when (failure.ErrorId == "FolderNotFound")
        {
            // Deleted since the list was read. RFC 5819 §2: what has no status is listed without one.
        }
    }

    private static Options Unknown(ImapDecoder args)
    {
        args.Fail("Unknown option");
        return Options.None;
    }
}
