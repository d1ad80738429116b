using MailAdmin.Store;
using MailAdmin.Store.Search;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>Text in contents, without regard to case. RFC 9051 §6.4.4 BODY, TEXT.</summary>
internal static class ContentSearch
{
    public static bool Contains(MessageContent content, MimePart root, string text, bool withHeader)
    {
        var finder = new TextFinder(text);
        // A match may lie across two windows: as many characters as the text has, less one, are carried over.
        return MessageText.Visit(content, root, withHeader, text.Length - 1, ref finder);
    }
}

/// <summary>Looks for a text in windows of another.</summary>
internal readonly struct TextFinder(string text) : ITextVisitor
{
    public bool Visit(scoped ReadOnlySpan<char> window) => window.Contains(text, StringComparison.OrdinalIgnoreCase);
}
