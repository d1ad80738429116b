using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Clients;

/// <summary>Files may come as paths or file objects; a row whose properties fill other parameters is not a file.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PipedFileAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        FileInfo file => new[] { file.FullName },
        PSCustomObject => Array.Empty<string>(),
        _ => inputData,
    };
}
