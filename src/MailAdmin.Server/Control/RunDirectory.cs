using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Server.Control;

/// <summary>A server of this user, as its note tells.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="StorePath">Its store.</param>
/// <param name="IsEphemeral">Its store goes at stop.</param>
public sealed record ServerNote(string Name, int ProcessId, string StorePath, bool IsEphemeral);

/// <summary>
/// Where each running server of this user leaves a note, so that other processes find it by name. Notes of processes that are gone are removed
/// by whoever reads them.
/// </summary>
internal static class RunDirectory
{
    /// <summary>Numbers the notes of one process.</summary>
    private static int s_last;

    /// <summary>
    /// Directories for notes, the first is written to and all are read: a service and a login shell of one user do not see the same environment.
    /// Both are private to the user.
    /// </summary>
    public static IReadOnlyList<string> Candidates
    {
        get
        {
            var directories = new List<string>();
            if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime))
            {
                directories.Add(Path.Combine(runtime, "mailadmin"));
            }

            var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            if (data.Length > 0)
            {
                directories.Add(Path.Combine(data, "MailAdmin", "run"));
            }

            return directories;
        }
    }

    /// <summary>Leaves a note; returns its path, or null where there is no place for one.</summary>
    public static string? Leave(ServerNote note)
    {
        foreach (var directory in Candidates)
        {
            try
            {
                StoreDirectory.CreatePrivate(directory);
                var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{note.ProcessId}-{Interlocked.Increment(ref s_last)}.json"));
                StoreDirectory.WritePrivate(path, JsonSerializer.SerializeToUtf8Bytes(note, NoteJson.Default.ServerNote));
                return path;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next place; without any the server is still found by its store.
            }
        }

        return null;
    }

    /// <summary>Takes a note away.</summary>
    public static void Remove(string? path)
    {
        try
        {
            if (path is not null)
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it next sees that the process is gone.
        }
    }

    /// <summary>The servers of other processes of this user.</summary>
    public static IReadOnlyList<ServerNote> Others()
    {
        var notes = new List<ServerNote>();
        foreach (var path in Candidates.Where(Directory.Exists).SelectMany(d => Directory.EnumerateFiles(d, "*.json")))
        {
            ServerNote? note;
            try
            {
                note = JsonSerializer.Deserialize(File.ReadAllBytes(path), NoteJson.Default.ServerNote);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                // Being removed just now, or not ours.
                continue;
            }

            if (note is null || note.ProcessId == Environment.ProcessId)
            {
                continue;
            }

            if (IsAlive(note.ProcessId))
            {
                notes.Add(note);
            }
            else
            {
                Remove(path);
            }
        }

        return notes;
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}

[JsonSerializable(typeof(ServerNote))]
internal sealed partial class NoteJson : JsonSerializerContext;
