namespace MailAdmin.Testing.ImapViews;

/// <summary>A server told a session something that cannot be, or that does not fit with what it told before.</summary>
public sealed class ViewMismatchException(string message, Exception? inner = null) : Exception(message, inner);
