using System.Management.Automation;
using System.Net;
using System.Security;

namespace MailAdmin.Module.Base;

/// <summary>
/// Lets a plain string stand where a SecureString is expected, so that labs need no ceremony; the string goes no further than here.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class PasswordAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            string text => Protect(text),
            PSCredential credential => credential.Password,
            _ => value,
        };
    }

    private static SecureString Protect(string text)
    {
        var secure = new SecureString();
        foreach (var c in text)
        {
            secure.AppendChar(c);
        }

        secure.MakeReadOnly();
        return secure;
    }

    /// <summary>The plain text, for the moment it is needed.</summary>
    public static string Reveal(SecureString secure) => new NetworkCredential(string.Empty, secure).Password;
}
