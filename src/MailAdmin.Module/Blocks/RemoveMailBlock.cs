using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Blocks;

/// <summary>Remove-MailBlock</summary>
[Cmdlet(VerbsCommon.Remove, "MailBlock", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveMailBlock : AdministrationCmdlet
{
    /// <summary>Address or network as it is blocked; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BlockCompleter))]
    public string[] Address { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var address in Address.Select(PeerAddress.Of))
        {
            await PerItem(address, async () =>
            {
                var names = new[] { address };
                if (NamePattern.HasWildcards(address))
                {
                    names = [.. (await Ask((a, token) => a.GetBlocksAsync(token))).Select(b => b.Address).Where(a => NamePattern.Matches(address, a))];
                }

                foreach (var name in names)
                {
                    if (ShouldChange($"Let {name} connect again.", $"Let {name} connect again?") && !await Ask((a, token) => a.RemoveBlockAsync(name, token)))
                    {
                        throw NotFound.Block(name);
                    }
                }
            });
        }
    }
}
