using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Routes;

/// <summary>Get-MailRoute</summary>
[Cmdlet(VerbsCommon.Get, "MailRoute")]
[OutputType(typeof(MailRoute))]
public sealed class GetMailRoute : AdministrationCmdlet
{
    /// <summary>Name of the route; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RouteCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Name, Routes, NotFound.Route, route =>
    {
        WriteObject(route);
        return Task.CompletedTask;
    });
}
