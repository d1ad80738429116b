namespace MailAdmin.Store.Search;

/// <summary>A store that can tell without reading which messages do not hold a text. Optional: without it contents are read.</summary>
public interface ITextSearchable
{
    /// <summary>The index of its contents' texts.</summary>
    ITextSearch TextSearch { get; }
}

/// <summary>An index of the texts of contents. It may be incomplete, missing or thrown away at any time: what it does not know must be read.</summary>
public interface ITextSearch
{
    /// <summary>Which contents may hold a text, in any case; null where it cannot help (the text is shorter than three characters).</summary>
    ITextFilter? Find(string text);

    /// <summary>Asks for a folder's contents to be indexed, in the background and when the store is not busy.</summary>
    void Request(FolderId folder);
}

/// <summary>The answer to one text.</summary>
public interface ITextFilter
{
    /// <summary>
    /// False where the message's header and text parts certainly do not hold the text. <paramref name="isKnown"/>: the content is indexed;
    /// where it is not the answer is true.
    /// </summary>
    bool MayHold(StoredMessage message, out bool isKnown);
}
