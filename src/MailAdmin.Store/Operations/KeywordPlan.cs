using MailAdmin.Store.Journal;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>Numbers keywords get in a folder, planned before anything is emitted.</summary>
internal sealed class KeywordPlan(FolderState folder)
{
    private readonly List<string> _added = [];

    /// <summary>Bits of keywords; those the folder lacks are planned to be added.</summary>
    /// <exception cref="Errors.MailAdminException">TooManyKeywords</exception>
    public ulong Bits(IReadOnlyList<string>? names)
    {
        ulong bits = 0;
        if (names is null)
        {
            return bits;
        }

        var existing = folder.Working!.Keywords;
        for (var i = 0; i < names.Count; i++)
        {
            var number = existing.IndexOf(names[i]);
            if (number < 0)
            {
                number = _added.FindIndex(n => n.Equals(names[i], StringComparison.OrdinalIgnoreCase));
                if (number < 0)
                {
                    if (existing.Count + _added.Count == FolderKeywords.MaxKeywords)
                    {
                        throw StoreErrors.TooManyKeywords(names[i]);
                    }

                    number = _added.Count;
                    _added.Add(names[i]);
                }

                number += existing.Count;
            }

            bits |= MessageFlags.Keyword(number).Bits;
        }

        return bits;
    }

    /// <summary>Bits of the keywords that the folder has; others are passed over.</summary>
    public ulong ExistingBits(IReadOnlyList<string> names)
    {
        ulong bits = 0;
        foreach (var name in names)
        {
            if (folder.Working!.Keywords.IndexOf(name) is >= 0 and var number)
            {
                bits |= MessageFlags.Keyword(number).Bits;
            }
        }

        return bits;
    }

    public void Emit(PlanContext context)
    {
        foreach (var name in _added)
        {
            context.Emit(new KeywordAdded(folder.Row, name));
        }
    }
}
