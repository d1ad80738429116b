using System.Management.Automation;

namespace MailAdmin.Module.Blocks;

/// <summary>
/// A length of time that nobody can have meant is refused: PowerShell reads the number 60 as 60 ticks, less than a blink, and the text "60" as 60 days.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    private const string HowTo = "Write it as 1:00:00 for an hour or 30.00:00:00 for 30 days, or make it with New-TimeSpan -Minutes 60.";

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal => throw Unclear(value),
            string text when text.Trim().Length > 0 && text.Trim().All(char.IsAsciiDigit) => throw Unclear(value),
            TimeSpan time when time < TimeSpan.FromSeconds(1) => throw new ArgumentTransformationMetadataException($"{time} is less than a second. {HowTo}"),
            _ => inputData,
        };
    }

    private static ArgumentTransformationMetadataException Unclear(object value) => new($"{value} has no unit. {HowTo}");
}
