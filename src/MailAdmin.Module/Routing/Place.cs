using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace MailAdmin.Module.Routing;

/// <summary>
/// Where something is asked: a server, a store, or, with neither, what is meant where nobody says. What a cmdlet wrote is remembered with its place, so that a
/// mailbox piped on is changed where it came from. It is no property: a file or JSON of the objects would carry it to where it means something else.
/// </summary>
/// <param name="Server">The server.</param>
/// <param name="StorePath">Full path of the store, or null.</param>
internal sealed record Place(ServerChoice Server, string? StorePath)
{
    private static readonly ConditionalWeakTable<object, Place> Known = [];

    private bool IsNamed => Server.Name is not null || StorePath is not null;

    /// <summary>The place that an object, as the pipeline brings it, came from; null where none is known.</summary>
    public static Place? Of(object? item) => Bare(item) is { } bare && Known.TryGetValue(bare, out var place) ? place : null;

    /// <summary>Remembers that <paramref name="item"/> came from here; not where nobody said where: it is asked for the same way again.</summary>
    public void Remember(object? item)
    {
        if (IsNamed && Bare(item) is { } bare and not (string or ValueType))
        {
            Known.AddOrUpdate(bare, this);
        }
    }

    // The pipeline wraps and unwraps as it pleases; the object itself goes through.
    private static object? Bare(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;
}
