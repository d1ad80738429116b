namespace MailAdmin.Server.Diagnostics;

/// <summary>Takes events of the server; never blocks. Keeps the last ones and hands them to who watches.</summary>
public interface IEventSink
{
    /// <summary>Publishes an event; Sequence and At are filled in by the sink.</summary>
    void Publish(string kind, MailEventSeverity severity, string message, ServerEventDetails details = default);
}

/// <summary>What an event is about; leave out what does not apply.</summary>
public readonly record struct ServerEventDetails(
    string? SessionId = null, MailProtocol? Protocol = null, string? Mailbox = null, string? Folder = null, uint? Uid = null, string? RemoteAddress = null, string? QueueId = null,
    Exception? Cause = null);
