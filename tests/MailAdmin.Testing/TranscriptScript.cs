using System.Globalization;
using System.Text.RegularExpressions;

namespace MailAdmin.Testing;

/// <summary>What a line of a transcript asks for.</summary>
public enum TranscriptAction
{
    /// <summary>Send a line.</summary>
    Send,
    /// <summary>Send octets with escapes, no line end added.</summary>
    SendRaw,
    /// <summary>The next line must match.</summary>
    Expect,
    /// <summary>Lines are passed over until one matches.</summary>
    ExpectLater,
    /// <summary>The next lines must match these, in any order.</summary>
    ExpectAnyOrder,
    /// <summary>starttls, compress.</summary>
    Transport,
    /// <summary>closed, close, reset, clock.</summary>
    Control,
    /// <summary>Open a connection of another protocol.</summary>
    Open,
}

/// <summary>One line of a transcript.</summary>
public sealed record TranscriptStep(int Line, TranscriptAction Action, int Connection, string Text)
{
    /// <summary>Patterns of an ExpectAnyOrder.</summary>
    public IReadOnlyList<string> Alternatives { get; init; } = [];

    /// <summary>What a Send or SendRaw sends.</summary>
    /// <param name="substitute">Puts the values of variables in; null: there are none.</param>
    public byte[] Octets(Func<string, string>? substitute = null)
    {
        var text = substitute is null ? Text : substitute(Text);
        return Encode(Action == TranscriptAction.SendRaw ? Unescape(text) : text + "\r\n");
    }

    /// <summary>Text is UTF-8; an escape of one octet (\xNN) stands as a character of its own above the BMP's use here.</summary>
    private static byte[] Encode(string text)
    {
        var octets = new List<byte>(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= EscapedBase and < EscapedBase + 256)
            {
                octets.Add((byte)(rune.Value - EscapedBase));
                continue;
            }

            octets.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }

        return [.. octets];
    }

    /// <summary>Private use area: octets given by number.</summary>
    private const int EscapedBase = 0xF0000;

    private static string Unescape(string text) =>
        Regex.Replace(text, @"\\(r|n|t|0|\\|x[0-9A-Fa-f]{2}|\*[0-9]+\{[^}]*\})", m => m.Groups[1].Value switch
        {
            "r" => "\r",
            "n" => "\n",
            "t" => "\t",
            "0" => "\0",
            "\\" => "\\",
            ['x', ..] hex => char.ConvertFromUtf32(EscapedBase + int.Parse(hex.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
            var repeat => string.Concat(Enumerable.Repeat(
                repeat[(repeat.IndexOf('{', StringComparison.Ordinal) + 1)..^1],
                int.Parse(repeat.AsSpan(1, repeat.IndexOf('{', StringComparison.Ordinal) - 1), CultureInfo.InvariantCulture))),
        });
}

/// <summary>A conversation read from tests/transcripts; see the README there for the form.</summary>
public sealed class TranscriptScript
{
    private static readonly Lazy<string> Folder = new(FindRoot);

    private TranscriptScript(string name, IReadOnlyList<TranscriptStep> steps, ILookup<string, string> directives)
    {
        Name = name;
        Steps = steps;
        Directives = directives;
    }

    /// <summary>The folder of all transcripts.</summary>
    public static string Root => Folder.Value;

    /// <summary>Folder and file, for messages.</summary>
    public string Name { get; }
    /// <summary>What happens.</summary>
    public IReadOnlyList<TranscriptStep> Steps { get; }
    /// <summary>Lines <c># key: value</c> before the first step; keys in lower case.</summary>
    public ILookup<string, string> Directives { get; }

    /// <summary>The one value of a directive, or null.</summary>
    public string? Directive(string key) => Directives[key].LastOrDefault();

    /// <summary>Names of all transcripts in a folder (smtp, imap, pop3 …), for theories.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Folder.Value, folder), "*.txt", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Folder.Value, f).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Reads one by the name that <see cref="Names"/> gave.</summary>
    public static TranscriptScript Load(string name) => Parse(name, File.ReadAllText(Path.Combine(Folder.Value, name)));

    /// <summary>Reads one from text.</summary>
    public static TranscriptScript Parse(string name, string text)
    {
        var steps = new List<TranscriptStep>();
        var directives = new List<(string Key, string Value)>();
        List<string>? group = null;
        var groupConnection = 0;
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Length == 0)
            {
                continue;
            }

            if (line[0] == '#')
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && steps.Count == 0)
                {
                    directives.Add((line[1..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim()));
                }

                continue;
            }

            if (line == "--")
            {
                steps.Add(new TranscriptStep(i + 1, TranscriptAction.Control, 0, "close"));
                continue;
            }

            var digits = 1;
            while (digits < line.Length && char.IsAsciiDigit(line[digits]))
            {
                digits++;
            }

            var connection = digits == 1 ? 0 : int.Parse(line.AsSpan(1, digits - 1), CultureInfo.InvariantCulture);
            var mark = digits < line.Length ? line[digits] : ' ';
            var rest = digits + 1 < line.Length ? line[(digits + 1)..] : string.Empty;
            var value = rest.StartsWith(' ') ? rest[1..] : rest;
            if ((line[0], mark) == ('S', '{'))
            {
                group = [];
                groupConnection = connection;
                continue;
            }

            if ((line[0], mark) == ('S', '}'))
            {
                steps.Add(new TranscriptStep(i + 1, TranscriptAction.ExpectAnyOrder, groupConnection, string.Empty) { Alternatives = group ?? [] });
                group = null;
                continue;
            }

            if (group is not null && (line[0], mark) == ('S', ':'))
            {
                group.Add(value);
                continue;
            }

            TranscriptAction? action = (line[0], mark) switch
            {
                ('C', ':') => TranscriptAction.Send,
                ('C', '!') => TranscriptAction.SendRaw,
                ('S', ':') => TranscriptAction.Expect,
                ('S', '>') => TranscriptAction.ExpectLater,
                ('T', ':') => TranscriptAction.Transport,
                ('X', ':') => TranscriptAction.Control,
                ('O', ':') => TranscriptAction.Open,
                _ => null,
            };
            steps.Add(new TranscriptStep(
                i + 1, action ?? throw new FormatException($"{name}:{i + 1}: not a transcript line: {line}"), connection,
                action == TranscriptAction.SendRaw && value.StartsWith(':') ? value[1..].TrimStart(' ') : value));
        }

        return new TranscriptScript(name, steps, directives.ToLookup(d => d.Key, d => d.Value));
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "MailAdmin.sln")))
            {
                return Path.Combine(directory.FullName, "tests", "transcripts");
            }
        }

        throw new DirectoryNotFoundException("The tests run outside the repository.");
    }
}
