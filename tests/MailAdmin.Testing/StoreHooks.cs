using System.Reflection;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;

namespace MailAdmin.Testing;

/// <summary>A server's store whose calls on accounts and messages a test may fail, or let something happen around.</summary>
public sealed class StoreHooks
{
    /// <summary>Runs in the place of each call, with the member's name and the call itself; null: the call runs.</summary>
    public Func<string, Func<object?>, object?>? Accounts { get; set; }

    /// <summary>As <see cref="Accounts"/>, of messages.</summary>
    public Func<string, Func<object?>, object?>? Messages { get; set; }

    /// <summary>Parts of a server with this store.</summary>
    internal ServerParts Parts => ServerParts.Default with
    {
        OpenStore = async (path, time, noticed, cancellationToken) => Wrap(await ServerParts.Default.OpenStore(path, time, noticed, cancellationToken)),
    };

    /// <summary>The store with the hooks around it.</summary>
    public IMailStore Wrap(IMailStore store)
    {
        var accounts = Around(store.Accounts, (name, call) => Accounts is { } hook ? hook(name, call) : call());
        var messages = Around(store.Messages, (name, call) => Messages is { } hook ? hook(name, call) : call());
        return Around(store, (name, call) => name switch { "get_Accounts" => accounts, "get_Messages" => messages, _ => call() });
    }

    private static T Around<T>(T inner, Func<string, Func<object?>, object?> around)
        where T : class
    {
        var proxy = DispatchProxy.Create<T, Hooked<T>>();
        ((Hooked<T>)(object)proxy).Set(inner, around);
        return proxy;
    }
}

/// <summary>An interface whose calls go through a function.</summary>
public class Hooked<T> : DispatchProxy
    where T : class
{
    private T? _inner;
    private Func<string, Func<object?>, object?>? _around;

    internal void Set(T inner, Func<string, Func<object?>, object?> around) => (_inner, _around) = (inner, around);

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _around!(targetMethod!.Name, () => targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null));
}
