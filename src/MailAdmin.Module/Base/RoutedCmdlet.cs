using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Base;

/// <summary>
/// Base of the cmdlets that ask a server. <c>-Server</c> is its name, or the server as Get-MailServer gives it, also from the pipeline: a server that comes
/// down the pipeline says where and never what, so <c>Get-MailServer | Get-Mailbox</c> lists the mailboxes of each. What came from a server is asked for there again,
/// so <c>Get-MailServer | Get-Mailbox | Set-Mailbox</c> changes each where it is.
/// </summary>
/// <remarks>
/// The binder has no way to say this. Whatever comes, it binds to every parameter that can be made to take it: the server's name to an identity, its
/// properties to parameters of their names. So <c>-Server</c> takes every object; one that is no server is let go, for it was meant for the others (its
/// <see cref="Place"/> is kept), and where it is one, the others get back what they held.
/// </remarks>
public abstract class RoutedCmdlet : MailCmdlet
{
    private PipelineParameters? _pipeline;

    /// <summary>Server to ask, by name or as Get-MailServer gives it; by default the only one that runs, or the one connected.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public virtual object? Server { get; set; }

    /// <summary>The server that is meant.</summary>
    internal ServerChoice Choice => Origin?.Server ?? ServerChoice.Of(Server);

    /// <summary>Where the item of this moment came from, where nobody said which server; null where it is not known.</summary>
    internal Place? Origin { get; private set; }

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Server)) && string.IsNullOrEmpty(ServerChoice.Of(Server).Name))
        {
            Fail(EmptyArgument(nameof(Server)));
        }

        _pipeline = PipelineParameters.Besides(nameof(Server), this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync()
    {
        Origin = null;
        if (PipelineParameters.TookWhole(this) is var (names, row))
        {
            WriteError(ErrorRecords.Make(
                new MailAdminException(
                    "InputNotUsable", MailErrorCategory.InvalidArgument, $"This has no column named {string.Join(" or ", names)}: {row}", row,
                    $"Name the column so, or say which one it is, as in {MyInvocation.MyCommand.Name} -{names[0]} {{ $_.Column }}."),
                row));
        }
        else if (_pipeline is null)
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
            Origin = IsMaker ? null : Place.Of(Server);
            var item = Server;
            Server = null;
            if (IsPlaceOfItem)
            {
                await PerItem(item, RoutedAsync);
            }
            else
            {
                await RoutedAsync();
            }
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

    /// <summary>Whether the item of this moment, and not the person, says where.</summary>
    private protected virtual bool IsPlaceOfItem => Origin is not null || (_pipeline is not null && Choice.Exact is not null);

    // What makes something takes what comes for a pattern, and where it came from is there already.
    private protected bool IsMaker => MyInvocation.MyCommand is CmdletInfo { Verb: VerbsCommon.New or VerbsCommon.Add };

    /// <summary>Once per item of the pipeline, with the server chosen.</summary>
    protected abstract Task RoutedAsync();
}
