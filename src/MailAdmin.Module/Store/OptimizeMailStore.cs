using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Store;

/// <summary>Optimize-MailStore</summary>
[Cmdlet(VerbsCommon.Optimize, "MailStore", SupportsShouldProcess = true)]
[OutputType(typeof(MailStoreOptimization))]
public sealed class OptimizeMailStore : AdministrationCmdlet
{
    /// <summary>Directory of the store; the server that runs on it is asked, else the store itself is opened.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public override string? StorePath { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        const string activity = "Compacting the store";
        var server = await Ask((a, token) => a.GetServerAsync(token));
        if (ShouldChange($"Give back the space of removed messages in {server.StorePath}.", $"Compact the store {server.StorePath}?"))
        {
            Progress(activity, server.StorePath, 0, 0);
            var freed = await Ask((a, token) => a.OptimizeStoreAsync(token));
            ProgressDone(activity);
            WriteObject(new MailStoreOptimization { StorePath = server.StorePath, FreedBytes = freed });
        }
    }
}
