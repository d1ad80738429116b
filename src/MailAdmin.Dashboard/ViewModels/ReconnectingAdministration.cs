using System.Reflection;
using System.Runtime.ExceptionServices;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// The administration of a server that may be restarted while somebody looks at it: passes every call on to the one it holds, which can be exchanged. A proxy, so
/// that a new member of the interface needs no line here.
/// </summary>
// Not sealed: the runtime derives the proxy from it.
internal class ReconnectingAdministration : DispatchProxy
{
    private volatile IMailAdministration _target = null!;

    /// <summary>Wraps one.</summary>
    public static (IMailAdministration Proxy, ReconnectingAdministration Switch) Around(IMailAdministration target)
    {
        var proxy = Create<IMailAdministration, ReconnectingAdministration>();
        var holder = (ReconnectingAdministration)(object)proxy;
        holder._target = target;
        return (proxy, holder);
    }

    /// <summary>Puts another in its place; returns the one before.</summary>
    public IMailAdministration Exchange(IMailAdministration target)
    {
        var before = _target;
        _target = target;
        return before;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        try
        {
            return targetMethod!.Invoke(_target, args);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
