using MailAdmin.Addresses;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>Recipients elsewhere, by domain: each domain becomes an entry of the queue.</summary>
internal sealed class OutboundRecipients
{
    private readonly Dictionary<string, List<string>> _byDomain = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Number of recipients.</summary>
    public int Count => _seen.Count;

    /// <summary>All of them, as they are sent to.</summary>
    public IEnumerable<string> Addresses => _byDomain.Values.SelectMany(a => a);

    /// <summary>Adds a recipient once.</summary>
    /// <param name="address">Its canonical form.</param>
    /// <param name="written">As the client wrote it, where it did: the local part is the other host's to read, case and all. RFC 5321 §2.4.</param>
    public void Add(MailboxAddress address, string? written)
    {
        var text = written is null ? address.ToString() : written[..written.LastIndexOf('@')] + "@" + address.Domain;
        if (!_seen.Add(text))
        {
            return;
        }

        if (!_byDomain.TryGetValue(address.Domain, out var recipients))
        {
            _byDomain[address.Domain] = recipients = [];
        }

        recipients.Add(text);
    }

    /// <summary>What to queue.</summary>
    public IReadOnlyList<NewQueueEntry> ToEntries(string sender, DateTimeOffset expiresAt, QueueNeeds needs, string? submitter) =>
        [.. _byDomain.Select(d => new NewQueueEntry(sender, d.Key, d.Value, expiresAt) { Needs = needs, Submitter = submitter })];
}
