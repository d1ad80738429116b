using System.Management.Automation;

namespace MailAdmin.Console.Hosting;

/// <summary>An error in one line, where the engine's own error view does not show it.</summary>
internal static class ErrorText
{
    /// <summary>What happened, and the remedy where the cmdlet gave one.</summary>
    public static string Of(Exception error) =>
        error is RuntimeException { ErrorRecord.ErrorDetails.RecommendedAction: { Length: > 0 } remedy } ? $"{error.Message} {remedy}" : error.Message;
}
