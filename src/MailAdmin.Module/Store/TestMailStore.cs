using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Store;

/// <summary>Test-MailStore</summary>
[Cmdlet(VerbsDiagnostic.Test, "MailStore")]
[OutputType(typeof(Administration.StoreFinding), typeof(bool))]
public sealed class TestMailStore : AdministrationCmdlet
{
    /// <summary>Directory of the store; the server that runs on it is asked, else the store itself is opened.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public override string? StorePath { get; set; }

    /// <summary>Gives only True (no error was found) or False.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        const string activity = "Verifying the store";
        var sound = true;
        var found = 0L;
        Progress(activity, "Reading every record", 0, 0);
        await foreach (var finding in AskMany((a, token) => a.TestStoreAsync(token)))
        {
            sound &= finding.Severity != MailEventSeverity.Error;
            Progress(activity, $"{++found} findings", 0, 0);
            if (!Quiet)
            {
                WriteObject(finding);
            }
        }

        ProgressDone(activity);
        if (Quiet)
        {
            WriteObject(sound);
        }
    }
}
