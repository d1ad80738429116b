using System.Text.RegularExpressions;

namespace MailAdmin.Console.Prompt;

/// <summary>
/// The commands of this and earlier prompts. The file is its owner's alone; a command that looks as if it held a secret is remembered
/// until the prompt ends and never written.
/// </summary>
internal sealed partial class History
{
    /// <summary>Commands kept; some years of occasional use.</summary>
    public const int MaxEntries = 1000;

    private readonly List<string> _entries = [];
    private readonly string? _path;

    private History(string? path) => _path = path;

    /// <summary>Number of commands.</summary>
    public int Count => _entries.Count;

    /// <summary>The oldest is 0.</summary>
    public string this[int index] => _entries[index];

    /// <summary>Where the user's state belongs.</summary>
    public static string DefaultPath()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given && Path.IsPathRooted(given) ? given
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "mailadmin", "history");
    }

    /// <summary>Opens a file; where it cannot be read or made, the history lives in memory.</summary>
    public static History Open(string? path)
    {
        var history = new History(path);
        if (path is null)
        {
            return history;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (File.Exists(path))
            {
                history._entries.AddRange(File.ReadAllLines(path).Where(l => l.Length > 0).Select(Decode).TakeLast(MaxEntries));
            }

            history.Rewrite();
            return history;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new History(null);
        }
    }

    /// <summary>Remembers a command, once where it is the same as the last.</summary>
    public void Add(string text)
    {
        text = text.Trim();
        if (text.Length == 0 || (_entries.Count > 0 && _entries[^1] == text))
        {
            return;
        }

        _entries.Add(text);
        if (_path is null || Secrets.AreIn(text))
        {
            return;
        }

        try
        {
            File.AppendAllText(_path, Encode(text) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk or a removed directory does not stop the prompt.
        }
    }

    // Written anew at each start, by rename: cut to its bound and readable by its owner alone, whatever it was before.
    private void Rewrite()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var fresh = $"{_path}.{Environment.ProcessId}";
        File.Delete(fresh);
        using (var writer = new StreamWriter(new FileStream(fresh, options)))
        {
            _entries.ForEach(e => writer.Write(Encode(e) + "\n"));
        }

        File.Move(fresh, _path!, overwrite: true);
    }

    private static string Encode(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Decode(string line) => Escapes().Replace(line, m => m.Value[1] == 'n' ? "\n" : "\\");

    [GeneratedRegex(@"\\[\\n]", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
