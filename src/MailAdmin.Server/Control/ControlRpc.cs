using System.Text.Json;
using MailAdmin.Errors;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace MailAdmin.Server.Control;

/// <summary>JSON-RPC as the control channel speaks it: length-prefixed messages, and errors that keep what a person needs.</summary>
internal sealed class ControlRpc : JsonRpc
{
    /// <summary>Error code of a <see cref="MailAdminException"/>; of the range JSON-RPC leaves to applications.</summary>
    public const int MailAdminErrorCode = 1;

    public ControlRpc(Stream stream)
        : base(new LengthHeaderMessageHandler(stream, stream, new SystemTextJsonFormatter()))
    {
        // A watcher that went away must not be written to for ever.
        CancelLocallyInvokedMethodsWhenConnectionIsClosed = true;
    }

    /// <summary>Lists stream in batches of what is there, without waiting for more: one round trip each would cost a second for 10,000 mailboxes.</summary>
    public static readonly JsonRpcEnumerableSettings Streaming = new() { MinBatchSize = 1, MaxReadAhead = 500 };

    /// <summary>The exception that a remote error stands for.</summary>
    public static Exception Translate(Exception exception) => exception switch
    {
        RemoteInvocationException { ErrorCode: MailAdminErrorCode, ErrorData: JsonElement data } when data.Deserialize<ControlError>() is { } error =>
            new MailAdminException(error.ErrorId, error.Category, error.Message, error.Target, error.RecommendedAction),
        RemoteInvocationException { ErrorCode: MailAdminErrorCode, DeserializedErrorData: ControlError error } =>
            new MailAdminException(error.ErrorId, error.Category, error.Message, error.Target, error.RecommendedAction),
        RemoteInvocationException remote => new MailAdminException(
            "ServerFault", MailErrorCategory.NotSpecified, $"The server failed inside: {remote.Message}", null, "See the server's log; this is a defect of MailAdmin."),
        ConnectionLostException or ObjectDisposedException or IOException => new MailAdminException(
            "ServerConnectionLost", MailErrorCategory.ConnectionError, "The server ended or the connection to it broke off.", null,
            "See with Get-MailServer whether it still runs, then try again.", exception),
        _ => exception,
    };

    /// <inheritdoc/>
    protected override JsonRpcError.ErrorDetail CreateErrorDetails(JsonRpcRequest request, Exception exception)
    {
        while (exception is AggregateException or System.Reflection.TargetInvocationException && exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception is MailAdminException error
            ? new JsonRpcError.ErrorDetail
            {
                Code = (JsonRpcErrorCode)MailAdminErrorCode,
                Message = error.Message,
                Data = new ControlError(error.ErrorId, error.Category, error.Message, error.Target?.ToString(), error.RecommendedAction),
            }
            : base.CreateErrorDetails(request, exception);
    }

    /// <inheritdoc/>
    protected override Type? GetErrorDetailsDataType(JsonRpcError error) =>
        error.Error is { } detail && (int)detail.Code == MailAdminErrorCode ? typeof(ControlError) : base.GetErrorDetailsDataType(error);
}

/// <summary>A <see cref="MailAdminException"/> on the wire; the target as text.</summary>
internal sealed record ControlError(string ErrorId, MailErrorCategory Category, string Message, string? Target, string? RecommendedAction);
