using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Sessions;

/// <summary>Get-MailSessionTranscript</summary>
[Cmdlet(VerbsCommon.Get, "MailSessionTranscript")]
[OutputType(typeof(TranscriptLine))]
public sealed class GetMailSessionTranscript : AdministrationCmdlet
{
    /// <summary>Id of the session.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SessionId", "Identity")]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Goes on with new lines until the session ends.</summary>
    [Parameter]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var id in Id)
        {
            await PerItem(id, async () =>
            {
                await foreach (var line in AskMany((a, token) => a.GetTranscriptAsync(id, Follow, token)))
                {
                    WriteObject(line);
                }
            });
        }
    }
}
