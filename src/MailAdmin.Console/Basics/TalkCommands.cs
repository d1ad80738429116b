using System.Management.Automation;
using System.Net;
using System.Security;

namespace MailAdmin.Console.Basics;

/// <summary>Write-Output</summary>
[Cmdlet(VerbsCommunications.Write, "Output")]
public sealed class WriteOutput : PSCmdlet
{
    /// <summary>What to hand on.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject?[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(InputObject, enumerateCollection: true);
}

/// <summary>Write-Host</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHost : PSCmdlet
{
    /// <summary>What to show.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    public object?[] Object { get; set; } = [];

    /// <summary>Without a line break.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Colour of the text.</summary>
    [Parameter]
    public ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var message = new HostInformationMessage { Message = string.Join(' ', Object), NoNewLine = NoNewline };
        if ((int)ForegroundColor >= 0)
        {
            message.ForegroundColor = ForegroundColor;
        }

        WriteInformation(message, ["PSHOST"]);
    }
}

/// <summary>Write-Warning</summary>
[Cmdlet(VerbsCommunications.Write, "Warning")]
public sealed class WriteWarningCommand : PSCmdlet
{
    /// <summary>What to say.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string Message { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteWarning(Message);
}

/// <summary>Read-Host</summary>
[Cmdlet(VerbsCommunications.Read, "Host")]
[OutputType(typeof(string), typeof(SecureString))]
public sealed class ReadHost : PSCmdlet
{
    /// <summary>The question.</summary>
    [Parameter(Position = 0, ValueFromRemainingArguments = true)]
    public object[] Prompt { get; set; } = [];

    /// <summary>Does not show what is typed.</summary>
    [Parameter]
    public SwitchParameter AsSecureString { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Prompt.Length > 0)
        {
            Host.UI.Write($"{string.Join(' ', Prompt)}: ");
        }

        WriteObject(AsSecureString ? Host.UI.ReadLineAsSecureString() : Host.UI.ReadLine());
    }
}

/// <summary>Get-Credential</summary>
[Cmdlet(VerbsCommon.Get, "Credential")]
[OutputType(typeof(PSCredential))]
public sealed class GetCredential : PSCmdlet
{
    /// <summary>The user's name, or a credential, which is handed on.</summary>
    [Parameter(Position = 0)]
    [Alias("UserName")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The question.</summary>
    [Parameter]
    public string Message { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Credential ?? Host.UI.PromptForCredential("", Message, "", ""));
}

/// <summary>ConvertTo-SecureString</summary>
[Cmdlet(VerbsData.ConvertTo, "SecureString")]
[OutputType(typeof(SecureString))]
public sealed class ConvertToSecureString : PSCmdlet
{
    /// <summary>The text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string String { get; set; } = "";

    /// <summary>Says that the text is not encrypted; encrypted ones are not known here.</summary>
    [Parameter(Mandatory = true)]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>For scripts of old; changes nothing.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(new NetworkCredential("", String).SecurePassword);
}
