using System.Collections;
using System.Management.Automation;

namespace MailAdmin.Module.Routes;

/// <summary>A route has a name and a domain of its own: several domains at once are refused with how to make a route for each, and one in an array is taken.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneDomainAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not IList list ? inputData
            : list is [var only] ? only
            : throw new ArgumentTransformationMetadataException(
                "A route is for one domain. Make a route for each, as in 'a.example', 'b.example' | ForEach-Object { New-MailRoute $_ relay.example.net -Domain $_ }; "
                + "*.example.com is for all below example.com, and * for all.");
}
