using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MailAdmin.Testing;

/// <summary>How a transcript's client lines are sent.</summary>
public enum TranscriptMode
{
    /// <summary>Line by line.</summary>
    Whole,
    /// <summary>Octet by octet.</summary>
    ByteByByte,
    /// <summary>All client lines up to the next T:, X: or O: at once, before any answer is read.</summary>
    Pipelined,
}

/// <summary>Where a transcript is played: a server with what its directives ask for.</summary>
public interface ITranscriptServer : IAsyncDisposable
{
    /// <summary>Opens a connection; <paramref name="protocol"/> null for the transcript's own (its first folder, or <c># protocol:</c>).</summary>
    Task<RawClient> ConnectAsync(string? protocol, bool tls);
    /// <summary>The server's clock where it stands still, else null.</summary>
    ManualTimeProvider? Clock { get; }
    /// <summary>Variables that are set from the start, without <c>${}</c>.</summary>
    IReadOnlyDictionary<string, string> Variables { get; }
}

/// <summary>Plays a transcript against a server and fails at the first line that is not as written, saying which.</summary>
public sealed class TranscriptPlayer
{
    private readonly TranscriptScript _script;
    private readonly ITranscriptServer _server;
    private readonly TranscriptMode _mode;
    private readonly Dictionary<string, string> _variables;
    private readonly Dictionary<int, RawClient> _clients = [];
    private readonly List<string> _said = [];

    private TranscriptPlayer(TranscriptScript script, ITranscriptServer server, TranscriptMode mode)
    {
        _script = script;
        _server = server;
        _mode = mode;
        _variables = new Dictionary<string, string>(server.Variables, StringComparer.Ordinal);
    }

    /// <summary>Plays it in the modes its <c># mode:</c> directives name (default: whole and bytewise), each on a server of its own.</summary>
    public static async Task PlayAsync(TranscriptScript script, Func<TranscriptScript, Task<ITranscriptServer>> start)
    {
        var modes = script.Directives["mode"].SelectMany(m => m.Split(',', StringSplitOptions.TrimEntries)).ToArray();
        foreach (var mode in modes.Length == 0 ? ["whole", "bytewise"] : modes)
        {
            await using var server = await start(script);
            await PlayAsync(script, server, mode switch
            {
                "bytewise" => TranscriptMode.ByteByByte,
                "pipelined" => TranscriptMode.Pipelined,
                _ => TranscriptMode.Whole,
            });
        }
    }

    /// <summary>Plays it in one mode on a server that is there.</summary>
    public static async Task PlayAsync(TranscriptScript script, ITranscriptServer server, TranscriptMode mode)
    {
        var player = new TranscriptPlayer(script, server, mode);
        try
        {
            await player.RunAsync();
        }
        finally
        {
            foreach (var client in player._clients.Values)
            {
                await client.DisposeAsync();
            }
        }
    }

    private async Task RunAsync()
    {
        for (var i = 0; i < _script.Steps.Count; i++)
        {
            if (_mode != TranscriptMode.Pipelined || _script.Steps[i].Action is TranscriptAction.Transport or TranscriptAction.Control or TranscriptAction.Open)
            {
                await GuardAsync(_script.Steps[i]);
                continue;
            }

            // A stretch of talk: everything the client says first, then everything it hears.
            var stretch = _script.Steps.Skip(i)
                .TakeWhile(s => s.Action is not (TranscriptAction.Transport or TranscriptAction.Control or TranscriptAction.Open)).ToArray();
            foreach (var step in stretch.Where(s => s.Action is TranscriptAction.Send or TranscriptAction.SendRaw)
                .Concat(stretch.Where(s => s.Action is not (TranscriptAction.Send or TranscriptAction.SendRaw))))
            {
                await GuardAsync(step);
            }

            i += stretch.Length - 1;
        }
    }

    private async Task GuardAsync(TranscriptStep step)
    {
        try
        {
            await PlayAsync(step);
        }
        catch (Exception e) when (e is not TranscriptMismatchException)
        {
            throw Mismatch(step, e.Message, e);
        }
    }

    private async Task PlayAsync(TranscriptStep step)
    {
        switch (step.Action)
        {
            case TranscriptAction.Open:
                var words = step.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                await OpenAsync(step.Connection, words.FirstOrDefault(w => w != "tls"), words.Contains("tls"));
                break;
            case TranscriptAction.Send:
                _said.Add($"C{Number(step)}: {Substitute(step.Text)}");
                await (await ClientAsync(step.Connection)).SendAsync(step.Octets(Substitute));
                break;
            case TranscriptAction.SendRaw:
                _said.Add($"C{Number(step)}! {step.Text}");
                await (await ClientAsync(step.Connection)).SendAsync(step.Octets(Substitute));
                break;
            case TranscriptAction.Expect:
                var said = await HearAsync(step);
                if (!Matches(step.Text, said))
                {
                    throw Mismatch(step, $"got '{said}'");
                }

                break;
            case TranscriptAction.ExpectLater:
                while (!Matches(step.Text, await HearAsync(step)))
                {
                }

                break;
            case TranscriptAction.ExpectAnyOrder:
                var open = step.Alternatives.ToList();
                while (open.Count > 0)
                {
                    var heard = await HearAsync(step);
                    var found = open.FindIndex(p => Matches(p, heard));
                    if (found < 0)
                    {
                        throw Mismatch(step, $"got '{heard}', which is none of: {string.Join(" | ", open)}");
                    }

                    open.RemoveAt(found);
                }

                break;
            case TranscriptAction.Transport:
                await BeginAsync(step);
                break;
            default:
                await ControlAsync(step);
                break;
        }
    }

    private async Task BeginAsync(TranscriptStep step)
    {
        var client = await ClientAsync(step.Connection);
        switch (step.Text)
        {
            case "starttls":
                await client.StartTlsAsync();
                break;
            case "compress":
                client.StartCompression();
                break;
            default:
                throw Mismatch(step, $"'{step.Text}' is not a transport");
        }

        client.ByteByByte = _mode == TranscriptMode.ByteByByte;
    }

    private async Task ControlAsync(TranscriptStep step)
    {
        var words = step.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "closed":
                if (await (await ClientAsync(step.Connection)).ReadLineAsync() is { } more)
                {
                    throw Mismatch(step, $"the server did not close but said '{more}'");
                }

                break;
            case "close":
                if (_clients.Remove(step.Connection, out var client))
                {
                    await client.DisposeAsync();
                }

                break;
            case "reset":
                (await ClientAsync(step.Connection)).Reset();
                _clients.Remove(step.Connection);
                break;
            case "clock":
                (_server.Clock ?? throw Mismatch(step, "this server's clock runs by itself")).Advance(
                    TimeSpan.Parse(words[1], CultureInfo.InvariantCulture));
                break;
            case "timeout":
                // The server says something and only then waits: one step of the clock could fall in between.
                var clock = _server.Clock ?? throw Mismatch(step, "this server's clock runs by itself");
                for (var heard = Eventually.Within((await ClientAsync(step.Connection)).HearAsync(), "the server to say something"); !heard.IsCompleted; await Task.Yield())
                {
                    clock.Advance(TimeSpan.Parse(words[1], CultureInfo.InvariantCulture));
                }

                break;
            default:
                throw Mismatch(step, $"'{words[0]}' is not known");
        }
    }

    private async Task<RawClient> ClientAsync(int connection)
    {
        if (!_clients.TryGetValue(connection, out var client))
        {
            await OpenAsync(connection, null, _script.Directive("tls") == "implicit");
            client = _clients[connection];
        }

        return client;
    }

    private async Task OpenAsync(int connection, string? protocol, bool tls)
    {
        if (_clients.Remove(connection, out var old))
        {
            await old.DisposeAsync();
        }

        var client = await _server.ConnectAsync(protocol, tls);
        client.ByteByByte = _mode == TranscriptMode.ByteByByte;
        _clients[connection] = client;
    }

    private async Task<string> HearAsync(TranscriptStep step)
    {
        var octets = await (await ClientAsync(step.Connection)).ReadLineAsync()
            ?? throw Mismatch(step, "the server closed the connection");
        var line = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(octets));
        _said.Add($"S{Number(step)}: {line}");
        return line;
    }

    /// <summary><c>...</c> stands for anything; <c>${name}</c> for the variable's value, or takes it where it has none yet.</summary>
    private bool Matches(string pattern, string line)
    {
        var regex = new StringBuilder("^");
        var names = new List<string>();
        for (var i = 0; i < pattern.Length;)
        {
            if (pattern.AsSpan(i).StartsWith("..."))
            {
                regex.Append(".*");
                i += 3;
            }
            else if (pattern.AsSpan(i).StartsWith("${") && pattern.IndexOf('}', i) is > 0 and var end)
            {
                var name = pattern[(i + 2)..end];
                if (_variables.TryGetValue(name, out var value))
                {
                    regex.Append(Regex.Escape(value));
                }
                else if (names.IndexOf(name) is >= 0 and var earlier)
                {
                    regex.Append(CultureInfo.InvariantCulture, $"(?:\\{earlier + 1})");
                }
                else
                {
                    names.Add(name);
                    regex.Append("([^ \\])>\"]+)");
                }

                i = end + 1;
            }
            else
            {
                regex.Append(Regex.Escape(pattern[i].ToString()));
                i++;
            }
        }

        var match = Regex.Match(line, regex.Append('$').ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant);
        for (var i = 0; match.Success && i < names.Count; i++)
        {
            _variables[names[i]] = match.Groups[i + 1].Value;
        }

        return match.Success;
    }

    private string Substitute(string text)
    {
        foreach (var (name, value) in _variables)
        {
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    private static string Number(TranscriptStep step) => step.Connection == 0 ? "" : step.Connection.ToString(CultureInfo.InvariantCulture);

    private TranscriptMismatchException Mismatch(TranscriptStep step, string what, Exception? cause = null) => new(
        $"{_script.Name}:{step.Line} ({_mode}): expected {step.Action} '{step.Text}': {what}\n  {string.Join("\n  ", _said.TakeLast(12))}", cause);
}

/// <summary>A server that did not say what the transcript says it says.</summary>
public sealed class TranscriptMismatchException(string message, Exception? cause) : Exception(message, cause);
