using System.Management.Automation;

namespace MailAdmin.Module.Messages;

/// <summary>Takes a message where its UID is meant.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CursorAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        MailboxMessage message => message.Uid,
        MailMessageContent content => content.Uid,
        object[] { Length: 0 } => null,
        object[] many => Transform(engineIntrinsics, many[^1]),
        var other => other,
    };
}
