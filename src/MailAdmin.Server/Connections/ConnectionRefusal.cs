namespace MailAdmin.Server.Connections;

/// <summary>Why a connection is not let in.</summary>
/// <param name="Reason">For the client: one sentence without a full stop.</param>
/// <param name="IsPermanent">Coming again will not help; a mail server that hears so returns the mail to its sender at once.</param>
public sealed record ConnectionRefusal(string Reason, bool IsPermanent = false);
