using System.Management.Automation;
using System.Text;

namespace MailAdmin.Module.Clients;

/// <summary>Takes the names of Send-MailMessage (utf8, ascii, …) and of IANA (utf-8, iso-8859-1).</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextEncodingAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not string name)
        {
            return inputData;
        }

        try
        {
            return name.ToUpperInvariant() switch
            {
                "UTF8" or "UTF8NOBOM" or "DEFAULT" or "OEM" => new UTF8Encoding(false),
                "UTF8BOM" => new UTF8Encoding(true),
                "UNICODE" => Encoding.Unicode,
                "BIGENDIANUNICODE" => Encoding.BigEndianUnicode,
                "UTF32" => Encoding.UTF32,
                "ASCII" => Encoding.ASCII,
                _ => Encoding.GetEncoding(name),
            };
        }
        catch (ArgumentException)
        {
            throw new ArgumentTransformationMetadataException($"'{name}' is no character set. Try utf-8, us-ascii or iso-8859-1.");
        }
    }
}
