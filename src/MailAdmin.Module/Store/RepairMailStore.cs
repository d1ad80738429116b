using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Store;

namespace MailAdmin.Module.Store;

/// <summary>Repair-MailStore</summary>
[Cmdlet(VerbsDiagnostic.Repair, "MailStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MailStoreRepair))]
public sealed class RepairMailStore : MailCmdlet
{
    /// <summary>Directory of the store; no server may run on it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string StorePath { get; set; } = "";

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync() => PerItem(StorePath, async () =>
    {
        const string activity = "Repairing the store";
        var path = FilePath(StorePath);
        StorePathCheck.Demand(path, StorePath);
        if (ShouldChange($"Rebuild the index of store {path} from its content.", $"Rebuild the index of store {path}? No server may run on it.", Force))
        {
            Progress(activity, path, 0, 0);
            var report = await Off(token => StoreRepair.RebuildAsync(path, token));
            ProgressDone(activity);
            foreach (var finding in report.Findings)
            {
                WriteWarning($"{finding.Location}: {finding.Message}");
            }

            WriteObject(new MailStoreRepair
            {
                StorePath = path,
                MailboxCount = report.Mailboxes,
                MessageCount = report.Messages,
                LostMessages = report.LostMessages,
                DamagedPlaces = report.DamagedPlaces,
                SkippedRecords = report.SkippedRecords,
                Findings = report.Findings,
            });
        }
    });
}
