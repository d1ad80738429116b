using System.Management.Automation;

namespace MailAdmin.Console.Basics;

/// <summary>What the commands on items of drives share: paths from the pipeline, the provider does the work.</summary>
public abstract class ItemCommand : PSCmdlet
{
    /// <summary>Paths; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Hidden ones too, and read-only ones.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>One path.</summary>
    protected abstract void Process(string path);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            try
            {
                Process(path);
            }
            catch (Exception e) when (e is NotSupportedException || (e is RuntimeException && e is not PipelineStoppedException))
            {
                WriteError((e as RuntimeException)?.ErrorRecord ?? new ErrorRecord(e, "NotSupported", ErrorCategory.NotImplemented, path));
            }
        }
    }
}

/// <summary>Get-ChildItem</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem")]
public sealed class GetChildItem : PSCmdlet
{
    /// <summary>Where to look; here where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    [SupportsWildcards]
    public string[] Path { get; set; } = ["."];

    /// <summary>Only names that match.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    public string? Filter { get; set; }

    /// <summary>All levels below.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Names alone.</summary>
    [Parameter]
    public SwitchParameter Name { get; set; }

    /// <summary>Hidden ones too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var wanted = Filter is null ? null : WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase);
        try
        {
            foreach (var item in InvokeProvider.ChildItem.Get(Path, Recurse, Force, literalPath: false))
            {
                var name = item.Properties["PSChildName"]?.Value as string ?? "";
                if (wanted?.IsMatch(name) ?? true)
                {
                    WriteObject(Name ? name : item);
                }
            }
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            WriteError(e.ErrorRecord);
        }
    }
}

/// <summary>Get-Item</summary>
[Cmdlet(VerbsCommon.Get, "Item")]
public sealed class GetItem : ItemCommand
{
    /// <inheritdoc/>
    protected override void Process(string path) => WriteObject(InvokeProvider.Item.Get([path], Force, literalPath: false), enumerateCollection: true);
}

/// <summary>Test-Path</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path")]
[OutputType(typeof(bool))]
public sealed class TestPath : ItemCommand
{
    /// <inheritdoc/>
    protected override void Process(string path)
    {
        try
        {
            WriteObject(InvokeProvider.Item.Exists(path, Force, literalPath: false));
        }
        catch (RuntimeException e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ItemNotFoundException)
        {
            WriteObject(false);
        }
    }
}

/// <summary>Remove-Item</summary>
[Cmdlet(VerbsCommon.Remove, "Item", SupportsShouldProcess = true)]
public sealed class RemoveItem : ItemCommand
{
    /// <summary>With all below.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override void Process(string path)
    {
        if (ShouldProcess(path))
        {
            InvokeProvider.Item.Remove([path], Recurse, Force, literalPath: false);
        }
    }
}

/// <summary>Copy-Item</summary>
[Cmdlet(VerbsCommon.Copy, "Item", SupportsShouldProcess = true)]
public sealed class CopyItem : ItemCommand
{
    /// <summary>Where to.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Destination { get; set; } = "";

    /// <summary>With all below.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override void Process(string path)
    {
        if (ShouldProcess($"{path} → {Destination}"))
        {
            InvokeProvider.Item.Copy([path], Destination, Recurse, CopyContainers.CopyTargetContainer, Force, literalPath: false);
        }
    }
}

/// <summary>Move-Item</summary>
[Cmdlet(VerbsCommon.Move, "Item", SupportsShouldProcess = true)]
public sealed class MoveItem : ItemCommand
{
    /// <summary>Where to.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Destination { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process(string path)
    {
        if (ShouldProcess($"{path} → {Destination}"))
        {
            InvokeProvider.Item.Move([path], Destination, Force, literalPath: false);
        }
    }
}

/// <summary>Rename-Item</summary>
[Cmdlet(VerbsCommon.Rename, "Item", SupportsShouldProcess = true)]
public sealed class RenameItem : ItemCommand
{
    /// <summary>The new name.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string NewName { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process(string path)
    {
        if (ShouldProcess($"{path} → {NewName}"))
        {
            InvokeProvider.Item.Rename(path, NewName, Force);
        }
    }
}

/// <summary>New-Item</summary>
[Cmdlet(VerbsCommon.New, "Item", SupportsShouldProcess = true)]
public sealed class NewItem : ItemCommand
{
    /// <summary>What to make: Directory, File, or what the drive knows.</summary>
    [Parameter]
    [Alias("Type")]
    public string? ItemType { get; set; }

    /// <summary>Its content.</summary>
    [Parameter]
    public object? Value { get; set; }

    /// <inheritdoc/>
    protected override void Process(string path)
    {
        if (ShouldProcess(path))
        {
            WriteObject(InvokeProvider.Item.New([path], "", ItemType, Value, Force), enumerateCollection: true);
        }
    }
}

/// <summary>Get-Content</summary>
[Cmdlet(VerbsCommon.Get, "Content")]
public sealed class GetContent : ItemCommand
{
    /// <summary>One string in place of lines.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override void Process(string path)
    {
        foreach (var reader in InvokeProvider.Content.GetReader([path], Force, literalPath: false))
        {
            using (reader)
            {
                var all = new List<string>();
                while (!Stopping && reader.Read(256) is { Count: > 0 } lines)
                {
                    foreach (var line in lines)
                    {
                        if (Raw)
                        {
                            all.Add(line?.ToString() ?? "");
                        }
                        else
                        {
                            WriteObject(line);
                        }
                    }
                }

                if (Raw)
                {
                    WriteObject(string.Join(Environment.NewLine, all));
                }

                reader.Close();
            }
        }
    }
}

/// <summary>Set-Location</summary>
[Cmdlet(VerbsCommon.Set, "Location")]
public sealed class SetLocation : PSCmdlet
{
    /// <summary>Where to go; home where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public string Path { get; set; } = "~";

    /// <inheritdoc/>
    protected override void ProcessRecord() => SessionState.Path.SetLocation(Path);
}

/// <summary>Get-Location</summary>
[Cmdlet(VerbsCommon.Get, "Location")]
public sealed class GetLocation : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(SessionState.Path.CurrentLocation);
}
