using MailAdmin.Protocol.Imap.Search;

namespace MailAdmin.Server.Imap.Search;

/// <summary>Writes what a SEARCH or SORT found. RFC 9051 §7.3.4 ESEARCH, RFC 3501 §7.2.5 SEARCH, RFC 5256 §4 SORT.</summary>
internal sealed class SearchReply(ImapSession session, SelectedFolder selected, bool uid)
{
    private const int Stretch = 2000;

    /// <summary><c>* SEARCH 2 84 882 (MODSEQ 917)</c>, or SORT.</summary>
    public async ValueTask PlainAsync(string name, List<int> found, bool withModSeq)
    {
        Begin(name);
        for (var at = 0; at < found.Count; at += Stretch)
        {
            Numbers(found, at, Math.Min(found.Count, at + Stretch));
            await session.FlushIfFullAsync();
        }

        End(withModSeq && found.Count > 0 ? Highest(found) : 0);

        void Begin(string text)
        {
            var encoder = session.Encode();
            encoder.Raw("* "u8);
            encoder.Text(text);
            encoder.Commit();
        }

        void End(ulong modSeq)
        {
            var encoder = session.Encode();
            if (modSeq > 0)
            {
                // RFC 7162 §3.1.5
                encoder.Raw(" (MODSEQ "u8);
                encoder.Number(modSeq);
                encoder.Close();
            }

            encoder.Crlf();
            encoder.Commit();
        }
    }

    /// <summary><c>* ESEARCH (TAG "a1") UID MIN 2 COUNT 5 ALL 2,10:15</c></summary>
    public async ValueTask ExtendedAsync(SearchReturn options, List<int> found, bool withModSeq)
    {
        if (options is { Min: false, Max: false, All: false, Count: false, Partial: null })
        {
            // SAVE alone: nothing is returned. RFC 5182 §2.
            return;
        }

        Head(options, found);
        if (options.All && found.Count > 0)
        {
            await SetAsync(" ALL "u8.ToArray(), found);
        }

        if (options.Partial is { } range)
        {
            await PartialAsync(range, found);
        }

        Tail(withModSeq && found.Count > 0 ? ModSeqOf(options, found) : 0);
    }

    private void Head(SearchReturn options, List<int> found)
    {
        var encoder = session.Encode();
        encoder.Raw("* ESEARCH (TAG "u8);
        encoder.String(session.Tag);
        encoder.Close();
        if (uid)
        {
            encoder.Raw(" UID"u8);
        }

        if (options.Min && found.Count > 0)
        {
            encoder.Raw(" MIN "u8);
            encoder.Number(Number(found[0]));
        }

        if (options.Max && found.Count > 0)
        {
            encoder.Raw(" MAX "u8);
            encoder.Number(Number(found[^1]));
        }

        if (options.Count)
        {
            encoder.Raw(" COUNT "u8);
            encoder.Number(found.Count);
        }

        encoder.Commit();
    }

    private void Tail(ulong modSeq)
    {
        var encoder = session.Encode();
        if (modSeq > 0)
        {
            encoder.Raw(" MODSEQ "u8);
            encoder.Number(modSeq);
        }

        encoder.Crlf();
        encoder.Commit();
    }

    /// <summary>PARTIAL (1:100 2,4:7), NIL where nothing lies in the range. RFC 9394 §3.1.</summary>
    private async ValueTask PartialAsync((long First, long Last) range, List<int> found)
    {
        // Places count from 1, or from -1 at the end; the range names its lower absolute number first.
        var (first, last) = range.First > 0
            ? (range.First - 1, Math.Min(range.Last, found.Count))
            : (Math.Max(0, found.Count + range.Last), found.Count + range.First + 1);
        var part = first < last ? found.GetRange((int)first, (int)(last - first)) : [];
        var head = System.Text.Encoding.ASCII.GetBytes($" PARTIAL ({range.First}:{range.Last} ");
        if (part.Count > 0)
        {
            await SetAsync(head, part);
            session.Write(")"u8);
        }
        else
        {
            session.Write(head);
            session.Write("NIL)"u8);
        }
    }

    /// <summary>In the order found. A range always climbs, so it may stand in a sorted answer for its numbers written out. RFC 5267 §3.2.</summary>
    private async ValueTask SetAsync(byte[] head, List<int> found)
    {
        session.Write(head);
        for (var at = 0; at < found.Count;)
        {
            at = Ranges(found, at);
            await session.FlushIfFullAsync();
        }
    }

    /// <summary>Writes up to <see cref="Stretch"/> ranges; returns where the next begins.</summary>
    private int Ranges(List<int> found, int at)
    {
        var encoder = session.Encode();
        for (var written = 0; at < found.Count && written < Stretch; written++)
        {
            var end = at + 1;
            while (end < found.Count && Number(found[end]) == Number(found[end - 1]) + 1)
            {
                end++;
            }

            if (at > 0)
            {
                encoder.Octet((byte)',');
            }

            encoder.Range(Number(found[at]), Number(found[end - 1]));
            at = end;
        }

        encoder.Commit();
        return at;
    }

    private void Numbers(List<int> found, int from, int to)
    {
        var encoder = session.Encode();
        for (var i = from; i < to; i++)
        {
            encoder.Octet((byte)' ');
            encoder.Number(Number(found[i]));
        }

        encoder.Commit();
    }

    /// <summary>RFC 4731 §3.2: of the messages that are returned; with only MIN or MAX, of those.</summary>
    private ulong ModSeqOf(SearchReturn options, List<int> found)
    {
        if (options.All || options.Count || options.Partial is not null)
        {
            return Highest(found);
        }

        var min = options.Min ? selected.Current(selected.View[found[0]]).ModSeq : 0;
        return options.Max ? Math.Max(min, selected.Current(selected.View[found[^1]]).ModSeq) : min;
    }

    private ulong Highest(List<int> found)
    {
        ulong highest = 0;
        foreach (var index in found)
        {
            highest = Math.Max(highest, selected.Current(selected.View[index]).ModSeq);
        }

        return highest;
    }

    private uint Number(int index) => uid ? selected.View[index].Uid : (uint)index + 1;
}
