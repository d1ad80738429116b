using System.Reflection;
using MailAdmin.Store;

namespace MailAdmin.Server.Tests;

/// <summary>A store whose messages' calls are seen before they are made.</summary>
internal sealed class MessageCalls
{
    public MessageCalls(IMailStore store)
    {
        var messages = Proxy<IMessageStore>(store.Messages, name => Called?.Invoke(name));
        Store = Proxy(store, _ => null, messages);
    }

    public IMailStore Store { get; }
    public Func<string, int>? Called { get; set; }

    private static T Proxy<T>(T inner, Func<string, int?> called, IMessageStore? messages = null) where T : class
    {
        var proxy = DispatchProxy.Create<T, Forwarder>();
        ((Forwarder)(object)proxy).Forward = (method, arguments) =>
        {
            called(method.Name);
            try
            {
                return messages is not null && method.ReturnType == typeof(IMessageStore) ? messages : method.Invoke(inner, arguments);
            }
            catch (TargetInvocationException e) when (e.InnerException is { } cause)
            {
                throw cause;
            }
        };
        return proxy;
    }
}

/// <summary>Hands calls on; made by <see cref="DispatchProxy"/>, which derives from it.</summary>
public class Forwarder : DispatchProxy
{
    public Func<MethodInfo, object?[]?, object?> Forward { get; set; } = null!;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Forward(targetMethod!, args);
}
