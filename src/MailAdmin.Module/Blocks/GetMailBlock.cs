using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Blocks;

/// <summary>Get-MailBlock</summary>
[Cmdlet(VerbsCommon.Get, "MailBlock")]
[OutputType(typeof(MailBlock))]
public sealed class GetMailBlock : AdministrationCmdlet
{
    /// <summary>Address or network: gives the blocks that shut it out. Wildcards are fine, and match the blocks as they are written. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "RemoteAddress", "RemoteEndPoint")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BlockCompleter))]
    public string[]? Address { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        var blocks = await Ask((a, token) => a.GetBlocksAsync(token));
        foreach (var address in Address ?? [null!])
        {
            await PerItem(address, () =>
            {
                var found = blocks.Where(Means(address)).ToList();
                if (found.Count == 0 && address is not null && !NamePattern.HasWildcards(address))
                {
                    throw NotFound.Block(address);
                }

                WriteObjects(found);
                return Task.CompletedTask;
            });
        }
    }

    private static Func<MailBlock, bool> Means(string? text)
    {
        if (text is null || NamePattern.HasWildcards(text))
        {
            return block => NamePattern.Matches(text, block.Address);
        }

        var address = PeerAddress.Of(text);
        return block => block.Covers(address);
    }
}
