using System.Management.Automation;

namespace MailAdmin.Module.Base;

/// <summary>Files may come as paths with wildcards or as file objects, whose names mean themselves; a row whose properties fill other parameters is not a file.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PipedFileAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        FileSystemInfo file => new[] { WildcardPattern.Escape(file.FullName) },
        // Of all that a transformation can throw, the binder takes this for "does not fit", and looks at the row's properties.
        PSCustomObject or MailServerInfo => throw new ArgumentTransformationMetadataException("This is not a file.", new PSInvalidCastException()),
        _ => inputData,
    };
}
