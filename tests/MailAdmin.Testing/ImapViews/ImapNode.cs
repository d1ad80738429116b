using System.Text;

namespace MailAdmin.Testing.ImapViews;

/// <summary>A token of a response: an atom, a string, or a list of tokens. Read as strictly as RFC 9051 §9 writes it, for a server must not be helped.</summary>
public sealed class ImapNode
{
    private ImapNode(string? text, IReadOnlyList<ImapNode>? items) => (Text, Items) = (text, items);

    /// <summary>Atom or string; null for a list.</summary>
    public string? Text { get; }
    /// <summary>What stands in the parentheses; null for an atom or a string.</summary>
    public IReadOnlyList<ImapNode>? Items { get; }

    /// <summary>Reads one response, its literals with it; null at the server's end.</summary>
    public static async Task<string?> ReadAsync(RawClient client)
    {
        if (await client.ReadLineAsync() is not { } line)
        {
            return null;
        }

        while (LiteralLength(line) is >= 0 and var length)
        {
            line += "\r\n" + Encoding.Latin1.GetString(await client.ReadAsync(length)) + await client.ReadLineAsync();
        }

        return line;
    }

    /// <summary>Reads the tokens of a response.</summary>
    /// <exception cref="FormatException">It is not well-formed.</exception>
    public static IReadOnlyList<ImapNode> Parse(string text)
    {
        var at = 0;
        var nodes = List(text, ref at, nested: false);
        return at == text.Length ? nodes : throw new FormatException($"Cannot read '{text[at..]}'");
    }

    private static int LiteralLength(string line)
    {
        var open = line.EndsWith('}') ? line.LastIndexOf('{') : -1;
        return open >= 0 && int.TryParse(line.AsSpan(open + 1, line.Length - open - 2), out var length) ? length : -1;
    }

    private static List<ImapNode> List(string text, ref int at, bool nested)
    {
        var nodes = new List<ImapNode>();
        while (at < text.Length && text[at] != ')')
        {
            if (nodes.Count > 0)
            {
                // Addresses of an envelope and the parts of a body stand side by side without a space.
                if (text[at] == ' ')
                {
                    at++;
                }
                else if (text[at] != '(' || nodes[^1].Items is null)
                {
                    throw new FormatException($"Space expected at '{text[at..]}'");
                }
            }

            nodes.Add(Node(text, ref at));
        }

        if (nested && at == text.Length)
        {
            throw new FormatException("A parenthesis is not closed");
        }

        return nodes;
    }

    private static ImapNode Node(string text, ref int at)
    {
        switch (text[at])
        {
            case '(':
                at++;
                var items = List(text, ref at, nested: true);
                at++;
                return new ImapNode(null, items);
            case '"':
                var quoted = new StringBuilder();
                for (at++; at < text.Length && text[at] != '"'; at++)
                {
                    at += text[at] == '\\' ? 1 : 0;
                    quoted.Append(text[at]);
                }

                at++;
                return new ImapNode(quoted.ToString(), null);
            case '{' or '~':
                var brace = text.IndexOf('}', at);
                var length = int.Parse(text.AsSpan(text.IndexOf('{', at) + 1, brace - text.IndexOf('{', at) - 1), System.Globalization.CultureInfo.InvariantCulture);
                at = brace + 3 + length;
                return new ImapNode(text.Substring(brace + 3, length), null);
            default:
                var start = at;
                var depth = 0;
                for (; at < text.Length && (depth > 0 || text[at] is not (' ' or '(' or ')')); at++)
                {
                    depth += text[at] == '[' ? 1 : text[at] == ']' ? -1 : 0;
                }

                return at > start ? new ImapNode(text[start..at], null) : throw new FormatException($"Nothing stands at '{text[at..]}'");
        }
    }
}
