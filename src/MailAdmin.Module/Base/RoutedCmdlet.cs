using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Base;

/// <summary>
/// Base of the cmdlets that ask a server. <c>-Server</c> is its name, or the server as Get-MailServer gives it, also from the pipeline: a server that comes
/// down the pipeline says where and never what, so <c>Get-MailServer | Get-Mailbox</c> lists the mailboxes of each.
/// </summary>
/// <remarks>
/// The binder has no way to say this. Whatever comes, it binds to every parameter that can be made to take it: the server's name to an identity, its
/// properties to parameters of their names. So <c>-Server</c> takes every object; one that is no server is let go, for it was meant for the others, and where it is
/// one, the others get back what they held.
/// </remarks>
public abstract class RoutedCmdlet : MailCmdlet
{
    private PipelineParameters? _pipeline;

    /// <summary>Server to ask, by name or as Get-MailServer gives it; by default the only one that runs, or the one connected.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public virtual object? Server { get; set; }

    /// <summary>The server that is meant.</summary>
    internal ServerChoice Choice => ServerChoice.Of(Server);

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        _pipeline = PipelineParameters.Besides(nameof(Server), this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        if (_pipeline is null)
        {
            await RoutedAsync();
        }
        else if (Choice.Exact is { } server)
        {
            if (_pipeline.TakeBack() is { Count: > 0 } missing)
            {
                Fail(new MailAdminException(
                    "ParameterMissing", MailErrorCategory.InvalidArgument, $"A mail server in the pipeline says where, not what: -{missing[0]} is missing.", server.Name,
                    $"Give -{string.Join(" and -", missing)}."));
            }

            // One that has ended meanwhile does not keep the others from being asked.
            await PerItem(server.Name, RoutedAsync);
        }
        else if (_pipeline.BoundAny() && !(Server is null && MyInvocation.BoundParameters.ContainsKey(nameof(Server))))
        {
            Server = null;
            await RoutedAsync();
        }
        else
        {
            // Nothing took it, or it is null: what was to come is undefined, and all there is was not meant.
            var item = Server is PSObject wrapped ? wrapped.BaseObject : Server;
            WriteError(ErrorRecords.Make(
                new MailAdminException(
                    "InputNotUsable", MailErrorCategory.InvalidArgument, $"{MyInvocation.MyCommand.Name} finds nothing it takes in '{item ?? "null"}' from the pipeline.", item,
                    $"Get-Help {MyInvocation.MyCommand.Name} -Parameter * shows what it takes from there."),
                item));
        }
    }

    /// <summary>Once per item of the pipeline, with the server chosen.</summary>
    protected abstract Task RoutedAsync();
}
