namespace MailAdmin.Display;

/// <summary>Lists as a shell needs them: PowerShell indexes arrays, and gives back the whole of a list whose indexer is an interface's only.</summary>
internal static class Indexable
{
    /// <summary>The list as an array; itself where it is one.</summary>
    public static IReadOnlyList<T> Array<T>(IReadOnlyList<T> list) => list as T[] ?? [.. list];
}
