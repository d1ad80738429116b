using MailAdmin.Errors;
using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Fetch;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Fetch;

/// <summary>How a FETCH ended.</summary>
internal enum FetchOutcome
{
    Done, SomeExpunged, SomeDamaged, UnknownEncoding,
}

/// <summary>
/// One FETCH being answered. It asks the store for no more than its items need: the snapshot alone, rows, summaries, or contents, and keeps one
/// message at a time.
/// </summary>
internal sealed class FetchPlan
{
    private readonly ImapSession _session;
    private readonly SelectedFolder _selected;
    private readonly IReadOnlyList<FetchItem> _items;
    private readonly ulong? _changedSince;
    private readonly bool _needsSummary, _needsContent, _keptFields, _tellsFlags, _tellsModSeq;
    private UidSet _seen = UidSet.Empty;
    private FolderSnapshot? _after;

    public FetchPlan(ImapSession session, SelectedFolder selected, FetchArguments fetch)
    {
        _session = session;
        _selected = selected;
        _items = fetch.Items;
        _changedSince = fetch.ChangedSince;
        foreach (var item in _items)
        {
            SetsSeen |= item.SetsSeen && !selected.IsReadOnly;
            _tellsFlags |= item.Kind == FetchKind.Flags;
            _tellsModSeq |= item.Kind == FetchKind.ModSeq;
            NeedsRows |= item.Kind is not (FetchKind.Flags or FetchKind.Uid or FetchKind.ModSeq or FetchKind.InternalDate or FetchKind.Size or FetchKind.ThreadId);
            _needsSummary |= item.Kind is FetchKind.Envelope or FetchKind.Body or FetchKind.BodyStructure or FetchKind.Preview
                || item.Section is { } section && section != Section.Whole;
            _needsContent |= item.Section is not null && !FetchSections.IsKept(item);
            _keptFields |= item.Section is not null;
        }
    }

    /// <summary>An item sets \Seen and the folder may be changed.</summary>
    public bool SetsSeen { get; }
    /// <summary>The snapshot alone does not answer it.</summary>
    public bool NeedsRows { get; }

    /// <summary>Messages that took \Seen by this command, and the snapshot that shows it.</summary>
    public void NoteSeen(UidSet seen, FolderSnapshot after) => (_seen, _after) = (seen, after);

    /// <summary>Messages of the command with their sequence numbers.</summary>
    public IEnumerable<(uint Sequence, MessageState State)> States(List<Range> places)
    {
        foreach (var place in places)
        {
            var sequence = (uint)place.Start.Value;
            foreach (var state in _selected.View.Enumerate(place.Start.Value))
            {
                if (sequence == place.End.Value)
                {
                    break;
                }

                sequence++;
                var now = _selected.Current(state);
                if (_changedSince is null || now.ModSeq > _changedSince)
                {
                    yield return (sequence, now);
                }
            }
        }
    }

    /// <summary>Answers from the snapshot: no row is read, nothing is awaited but a full output.</summary>
    public async ValueTask TellStatesAsync(List<Range> places)
    {
        using var states = States(places).GetEnumerator();
        while (TellSome(states))
        {
            await _session.FlushIfFullAsync();
        }
    }

    /// <summary>Writes a stretch of responses; false at the end.</summary>
    private bool TellSome(IEnumerator<(uint Sequence, MessageState State)> states)
    {
        // With all keywords a folder can have, each as long as it may be, a response is 11 KiB.
        const int Stretch = 16;
        var encoder = _session.Encode();
        for (var i = 0; i < Stretch; i++)
        {
            if (!states.MoveNext())
            {
                encoder.Commit();
                return false;
            }

            var (sequence, state) = states.Current;
            Begin(ref encoder, sequence);
            var separator = false;
            foreach (var item in _items)
            {
                Separate(ref encoder, ref separator);
                State(ref encoder, item, state, state);
            }

            encoder.Raw(")\r\n"u8);
        }

        encoder.Commit();
        return true;
    }

    /// <summary>Answers message by message, with what of row, summary and content it takes.</summary>
    public async ValueTask<FetchOutcome> TellMessagesAsync(List<Range> places)
    {
        var uids = new UidSet.Builder();
        foreach (var (_, state) in States(places))
        {
            uids.Add(state.Uid);
        }

        var asked = uids.Build();
        if (asked.IsEmpty)
        {
            return FetchOutcome.Done;
        }

        var outcome = FetchOutcome.Done;
        long told = 0;
        var sections = _needsContent || _needsSummary ? new FetchSections(_session) : null;
        var index = -1;
        await foreach (var message in _session.Store.Messages.ReadAsync(_selected.Folder.Id, asked, _needsSummary ? MessageParts.Summary : MessageParts.None))
        {
            // UIDs ascend, so the next one is mostly the next in the view.
            index = index + 1 < _selected.View.Count && _selected.View[index + 1].Uid == message.Uid ? index + 1 : _selected.View.IndexOf(message.Uid);
            if (index < 0)
            {
                continue;
            }

            told++;
            var state = _selected.Current(_selected.View[index]);
            if (_needsSummary && message.Summary is null)
            {
                outcome = FetchOutcome.SomeDamaged;
            }
            else if (!_needsContent && (!_keptFields || message.Summary!.HasAllListedFields))
            {
                Tell((uint)index + 1, state, message, sections);
            }
            else
            {
                var one = await TellWithContentAsync((uint)index + 1, state, message, sections!);
                outcome = one == FetchOutcome.Done ? outcome : one;
            }

            await _session.FlushIfFullAsync();
        }

        return outcome == FetchOutcome.Done && told < asked.LongCount ? FetchOutcome.SomeExpunged : outcome;
    }

    /// <summary>A response without contents is written in one go.</summary>
    private void Tell(uint sequence, in MessageState before, StoredMessage message, FetchSections? sections)
    {
        var encoder = _session.Encode();
        Begin(ref encoder, sequence);
        var separator = false;
        foreach (var item in _items)
        {
            Separate(ref encoder, ref separator);
            if (item.Section is not null)
            {
                encoder.Commit();
                sections!.Kept(item, message.Summary!);
            }
            else
            {
                Item(ref encoder, item, before, message);
            }
        }

        End(ref encoder, before);
        encoder.Commit();
    }

    private async ValueTask<FetchOutcome> TellWithContentAsync(uint sequence, MessageState before, StoredMessage message, FetchSections sections)
    {
        MessageContent content;
        try
        {
            content = await _session.Store.Messages.OpenAsync(message);
        }
        catch (MailAdminException failure) when (failure.ErrorId == "ContentCorrupt" || ImapErrors.IsOfStorage(failure))
        {
            // Only this message is affected; the others are given out, and the tagged reply says that something is missing.
            _session.TellFailure(failure, inPart: true);
            return FetchOutcome.SomeDamaged;
        }

        using (content)
        {
            foreach (var item in _items)
            {
                if (item.Kind is FetchKind.Binary or FetchKind.BinarySize && !FetchSections.CanDecode(item, message.Summary))
                {
                    // RFC 3516 §4.3: NO, and no response for it.
                    return FetchOutcome.UnknownEncoding;
                }
            }

            Start(sequence);
            var separator = false;
            foreach (var item in _items)
            {
                Other(item, before, message, ref separator);
                if (item.Section is not null)
                {
                    await sections.TellAsync(item, message.Summary, content);
                    await _session.FlushIfFullAsync();
                }
            }

            Finish(before);
        }

        return FetchOutcome.Done;
    }

    private void Start(uint sequence)
    {
        var encoder = _session.Encode();
        Begin(ref encoder, sequence);
        encoder.Commit();
    }

    private void Other(FetchItem item, in MessageState before, StoredMessage message, ref bool separator)
    {
        var encoder = _session.Encode();
        Separate(ref encoder, ref separator);
        if (item.Section is null)
        {
            Item(ref encoder, item, before, message);
        }

        encoder.Commit();
    }

    private void Finish(in MessageState before)
    {
        var encoder = _session.Encode();
        End(ref encoder, before);
        encoder.Commit();
    }

    private static void Begin(ref ImapEncoder encoder, uint sequence)
    {
        encoder.Raw("* "u8);
        encoder.Number(sequence);
        encoder.Raw(" FETCH ("u8);
    }

    private static void Separate(ref ImapEncoder encoder, ref bool separator)
    {
        if (separator)
        {
            encoder.Space();
        }

        separator = true;
    }

    /// <summary>Ends a response; flags that the command itself changed are told where they were not asked for.</summary>
    private void End(ref ImapEncoder encoder, in MessageState before)
    {
        if (!_seen.IsEmpty && _seen.Contains(before.Uid))
        {
            var now = Now(before);
            if (!_tellsFlags)
            {
                encoder.Raw(" FLAGS "u8);
                Flags(ref encoder, now);
            }

            if (_session.CondStore && !_tellsModSeq)
            {
                // RFC 7162 §3.1: every response that tells of a change carries MODSEQ.
                _selected.NoteTold(now.ModSeq);
                encoder.Raw(" MODSEQ ("u8);
                encoder.Number(now.ModSeq);
                encoder.Close();
            }
        }

        encoder.Raw(")\r\n"u8);
    }

    /// <summary>The message with what this command changed.</summary>
    private MessageState Now(in MessageState before)
    {
        var index = _after is not null && _seen.Contains(before.Uid) ? _after.IndexOf(before.Uid) : -1;
        return index < 0 ? before : _after![index];
    }

    private void Item(ref ImapEncoder encoder, FetchItem item, in MessageState before, StoredMessage message)
    {
        switch (item.Kind)
        {
            case FetchKind.Envelope:
                encoder.Raw("ENVELOPE "u8);
                encoder.Raw(message.Summary!.Envelope);
                break;
            case FetchKind.BodyStructure:
                encoder.Raw("BODYSTRUCTURE "u8);
                encoder.Raw(message.Summary!.BodyStructure);
                break;
            case FetchKind.Body:
                encoder.Raw("BODY "u8);
                encoder.Commit();
                message.Summary!.WriteBody(_session.Output);
                break;
            case FetchKind.EmailId:
                encoder.Raw("EMAILID ("u8);
                encoder.Text(EmailId(message.Content));
                encoder.Close();
                break;
            case FetchKind.SaveDate:
                encoder.Raw("SAVEDATE "u8);
                encoder.DateTime(message.SavedAt.ToUniversalTime());
                break;
            case FetchKind.Preview:
                encoder.Raw("PREVIEW "u8);
                encoder.String(message.Summary!.PreviewOctets);
                break;
            default:
                State(ref encoder, item, before, Now(before));
                break;
        }
    }

    private void State(ref ImapEncoder encoder, FetchItem item, in MessageState before, in MessageState now)
    {
        switch (item.Kind)
        {
            case FetchKind.Flags:
                encoder.Raw("FLAGS "u8);
                Flags(ref encoder, now);
                break;
            case FetchKind.Uid:
                encoder.Raw("UID "u8);
                encoder.Number(before.Uid);
                break;
            case FetchKind.ModSeq:
                _selected.NoteTold(now.ModSeq);
                encoder.Raw("MODSEQ ("u8);
                encoder.Number(now.ModSeq);
                encoder.Close();
                break;
            case FetchKind.InternalDate:
                encoder.Raw("INTERNALDATE "u8);
                encoder.DateTime(before.ReceivedAt);
                break;
            case FetchKind.Size:
                encoder.Raw("RFC822.SIZE "u8);
                encoder.Number(before.Size);
                break;
            default:
                // RFC 8474 §5.2: a server without threads says NIL.
                encoder.Raw("THREADID NIL"u8);
                break;
        }
    }

    private void Flags(ref ImapEncoder encoder, in MessageState state) =>
        ImapFlags.Write(ref encoder, state.Flags, _selected.Keywords, !_session.Rev2 && !_selected.Recent.IsEmpty && _selected.Recent.Contains(state.Uid));

    /// <summary>EMAILID: letters and digits, never beginning with a digit that could be taken for a number. RFC 8474 §4.</summary>
    public static string EmailId(ContentId content) => "M" + content;
}
