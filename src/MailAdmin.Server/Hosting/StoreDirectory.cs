using MailAdmin.Errors;

namespace MailAdmin.Server.Hosting;

/// <summary>Where stores lie.</summary>
internal static class StoreDirectory
{
    /// <summary>Where a store lies when nobody says: the user's data directory.</summary>
    public static string Default
    {
        get
        {
            var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return data.Length > 0
                ? Path.Combine(data, "MailAdmin", "store")
                : throw ServerErrors.InvalidSettings("This account has no data directory for a store.", null, "Name the directory with -StorePath.");
        }
    }

    /// <summary>One spelling per directory.</summary>
    public static string Canonical(string path)
    {
        try
        {
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        }
        catch (ArgumentException)
        {
            throw ServerErrors.InvalidSettings($"'{path}' is not a path.", path, "Name a directory with -StorePath.");
        }
    }

    /// <summary>True for two spellings of one directory.</summary>
    public static bool Same(string a, string b) =>
        string.Equals(Canonical(a), Canonical(b), OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>A path in the system's temporary directory that nobody can guess; nothing is made yet.</summary>
    public static string NewTemporary() => Path.Combine(Path.GetTempPath(), $"mailadmin-{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}");

    /// <summary>Makes a directory that only its owner may enter.</summary>
    public static void CreatePrivate(string path)
    {
        if (File.Exists(path))
        {
            throw new MailAdminException("StorePathIsFile", MailErrorCategory.InvalidArgument, $"'{path}' is a file, and a store is a directory.", path, "Give a directory of its own; it is made where it is missing.");
        }

        if (OperatingSystem.IsWindows())
        {
            // The user's data directory is private to him by its inherited rights.
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
    public static void WritePrivate(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = $"{path}.{Environment.ProcessId}.tmp";
        using (var file = new FileStream(draft, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
