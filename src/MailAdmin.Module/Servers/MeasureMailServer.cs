using System.Management.Automation;

namespace MailAdmin.Module.Servers;

/// <summary>Measure-MailServer</summary>
[Cmdlet(VerbsDiagnostic.Measure, "MailServer", DefaultParameterSetName = "Name")]
[OutputType(typeof(MailServerStatistics))]
public sealed class MeasureMailServer : ServerCmdlet
{
    /// <inheritdoc/>
    protected override async Task ServerAsync(MailServerInfo server) => WriteObject(await Ask(server, (a, token) => a.GetStatisticsAsync(token)));
}
