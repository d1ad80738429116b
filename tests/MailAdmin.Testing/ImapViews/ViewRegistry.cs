using System.Collections.Concurrent;

namespace MailAdmin.Testing.ImapViews;

/// <summary>
/// What all sessions together were told. A message is named by UIDVALIDITY and UID; what never changes must be the same for all of them, and flags
/// are the same at the same mod-sequence.
/// </summary>
public sealed class ViewRegistry
{
    private readonly ConcurrentDictionary<(uint Validity, uint Uid, string Item), string> _static = [];
    private readonly ConcurrentDictionary<(uint Validity, uint Uid, ulong ModSeq), string> _flags = [];
    private int _subjects;

    /// <summary>A subject that no other message has.</summary>
    public string NextSubject() => $"m{Interlocked.Increment(ref _subjects)}";

    /// <summary>Notes what never changes of a message: its size, dates, id, envelope, subject.</summary>
    public void Static(uint validity, uint uid, string item, string value) => Same(_static.GetOrAdd((validity, uid, item), value), value, $"{item} of {validity}/{uid}");

    /// <summary>What is known of a message's static item; null where nothing is.</summary>
    public string? Find(uint validity, uint uid, string item) => _static.GetValueOrDefault((validity, uid, item));

    /// <summary>Notes the flags of a message at a mod-sequence; RFC 7162 §3.1: a change takes a new one.</summary>
    public void Flags(uint validity, uint uid, ulong modSeq, string flags) =>
        Same(_flags.GetOrAdd((validity, uid, modSeq), flags), flags, $"Flags of {validity}/{uid} at mod-sequence {modSeq}");

    private static void Same(string known, string told, string what)
    {
        if (known != told)
        {
            throw new ViewMismatchException($"{what}: '{told}', but it was '{known}'");
        }
    }
}
