namespace MailAdmin.Store.Summaries;

/// <summary>What an address field holds, in order; groups open and close as IMAP shows them. RFC 9051 §7.5.2 ENVELOPE.</summary>
internal enum AddressKind
{
    Mailbox, GroupStart, GroupEnd,
}

/// <summary>An address as octets: quoting gone, encoded words kept.</summary>
internal readonly record struct ParsedAddress(AddressKind Kind, byte[]? Name, byte[]? Route, byte[] Mailbox, byte[] Host);

/// <summary>
/// Reads address fields as tolerantly as mail needs it. RFC 5322 §3.4 with the obsolete forms: routes, comments for names, white space around dots.
/// </summary>
internal ref struct AddressList(ReadOnlySpan<byte> unfolded)
{
    private readonly ReadOnlySpan<byte> _text = unfolded;
    private int _at;
    private byte[]? _comment;
    /// <summary>No ']' stands ahead: looked for once.</summary>
    private bool _noBracket;

    public static List<ParsedAddress> Parse(ReadOnlySpan<byte> unfolded)
    {
        var found = new List<ParsedAddress>();
        Parse(unfolded, found);
        return found;
    }

    /// <summary>Adds the addresses of one more field of the same name; up to <see cref="SummaryLimits.Addresses"/> in all.</summary>
    public static void Parse(ReadOnlySpan<byte> unfolded, List<ParsedAddress> found) => new AddressList(unfolded).Run(found);

    private void Run(List<ParsedAddress> found)
    {
        var inGroup = false;
        while (found.Count < SummaryLimits.Addresses)
        {
            _comment = null;
            SkipSpace();
            if (_at >= _text.Length)
            {
                break;
            }

            if (_text[_at] == ',')
            {
                _at++;
                continue;
            }

            if (_text[_at] == ';')
            {
                _at++;
                if (inGroup)
                {
                    found.Add(new ParsedAddress(AddressKind.GroupEnd, null, null, [], []));
                    inGroup = false;
                }

                continue;
            }

            var (phrase, local) = ReadWords();
            var next = _at < _text.Length ? _text[_at] : (byte)',';
            switch (next)
            {
                case (byte)':':
                    _at++;
                    if (!inGroup)
                    {
                        inGroup = true;
                        found.Add(new ParsedAddress(AddressKind.GroupStart, phrase, null, [], []));
                    }

                    break;
                case (byte)'<':
                    found.Add(ReadAngle(phrase));
                    SkipRest();
                    break;
                case (byte)'@':
                    _at++;
                    var host = ReadDomain();
                    SkipRest();
                    found.Add(new ParsedAddress(AddressKind.Mailbox, _comment, null, local, host));
                    break;
                case (byte)',' or (byte)';':
                    // A word without @: not an address, but what the message says. The host is empty, for NIL would make it a group.
                    if (local.Length > 0)
                    {
                        found.Add(new ParsedAddress(AddressKind.Mailbox, _comment, null, local, []));
                    }

                    break;
                default:
                    _at++;
                    break;
            }
        }

        if (inGroup)
        {
            found.Add(new ParsedAddress(AddressKind.GroupEnd, null, null, [], []));
        }
    }

    /// <summary>Words up to a special; as a phrase (single spaces between words that were apart) and as a local part (no spaces).</summary>
    private (byte[] Phrase, byte[] Local) ReadWords()
    {
        var phrase = new List<byte>();
        var local = new List<byte>();
        var apart = false;
        while (_at < _text.Length)
        {
            var octet = _text[_at];
            if (octet is (byte)' ' or (byte)'\t' or (byte)'(')
            {
                SkipSpace();
                apart = phrase.Count > 0;
                continue;
            }

            if (octet is (byte)',' or (byte)';' or (byte)':' or (byte)'<' or (byte)'@' or (byte)'>' or (byte)')')
            {
                break;
            }

            if (apart)
            {
                phrase.Add((byte)' ');
                apart = false;
            }

            if (octet == '"')
            {
                var quoted = ReadQuoted();
                phrase.AddRange(quoted);
                local.AddRange(quoted);
                continue;
            }

            phrase.Add(octet);
            local.Add(octet);
            _at++;
        }

        return ([.. phrase], [.. local]);
    }

    private ParsedAddress ReadAngle(byte[] phrase)
    {
        _at++;
        SkipSpace();
        byte[]? route = null;
        if (_at < _text.Length && _text[_at] == '@')
        {
            var end = _text[_at..].IndexOfAny((byte)':', (byte)'>');
            if (end > 0 && _text[_at + end] == ':')
            {
                route = _text.Slice(_at, end).ToArray();
                _at += end + 1;
            }
        }

        var comment = _comment;
        var (_, local) = ReadWords();
        byte[] host = [];
        if (_at < _text.Length && _text[_at] == '@')
        {
            _at++;
            host = ReadDomain();
        }

        while (_at < _text.Length && _text[_at] != '>' && _text[_at] != ',')
        {
            _at++;
        }

        if (_at < _text.Length && _text[_at] == '>')
        {
            _at++;
        }

        // A comment inside the brackets is no name; one behind them is, where there is no phrase.
        _comment = comment;
        SkipSpace();
        return new ParsedAddress(AddressKind.Mailbox, phrase.Length > 0 ? phrase : _comment, route, local, host);
    }

    private byte[] ReadDomain()
    {
        var host = new List<byte>();
        while (_at < _text.Length)
        {
            var octet = _text[_at];
            if (octet is (byte)' ' or (byte)'\t' or (byte)'(')
            {
                SkipSpace();
                if (host.Count > 0 && _at < _text.Length && _text[_at] != '.' && host[^1] != '.')
                {
                    // White space ends a domain unless a dot stands beside it (RFC 5322 §4.4 obs-domain).
                    break;
                }

                continue;
            }

            if (octet == '[' && !_noBracket)
            {
                var length = _text[_at..].IndexOf((byte)']') + 1;
                _noBracket = length == 0;
                if (length > 0)
                {
                    host.AddRange(_text.Slice(_at, length));
                    _at += length;
                    continue;
                }
            }

            if (octet is (byte)',' or (byte)';' or (byte)':' or (byte)'<' or (byte)'>' or (byte)'"' or (byte)'@' or (byte)')')
            {
                break;
            }

            host.Add(octet);
            _at++;
        }

        return [.. host];
    }

    /// <summary>Passes what stands between an address and the next comma.</summary>
    private void SkipRest()
    {
        while (_at < _text.Length && _text[_at] is not ((byte)',' or (byte)';'))
        {
            if (_text[_at] is (byte)' ' or (byte)'\t' or (byte)'(')
            {
                SkipSpace();
            }
            else if (_text[_at] == '"')
            {
                MimeParameters.SkipQuoted(_text, ref _at);
            }
            else
            {
                _at++;
            }
        }
    }

    private byte[] ReadQuoted()
    {
        _at++;
        var result = new List<byte>();
        while (_at < _text.Length && _text[_at] != '"')
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length)
            {
                _at++;
            }

            result.Add(_text[_at++]);
        }

        _at = Math.Min(_at + 1, _text.Length);
        return [.. result];
    }

    private void SkipSpace()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                _at++;
            }
            else if (_text[_at] == '(')
            {
                var start = _at + 1;
                MimeParameters.SkipComment(_text, ref _at);
                var end = _at > start && _text[_at - 1] == ')' ? _at - 1 : _at;
                var comment = _text[start..Math.Max(start, end)].Trim(" \t"u8);
                if (comment.Length > 0)
                {
                    _comment = comment.ToArray();
                }
            }
            else
            {
                return;
            }
        }
    }
}
