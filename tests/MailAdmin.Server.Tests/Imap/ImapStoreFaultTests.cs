using System.Reflection;
using MailAdmin.Errors;
using MailAdmin.Server.Connections;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>A store that fails, as clients see it.</summary>
public sealed class ImapStoreFaultTests
{
    private static async Task<RawClient> SelectAsync(ImapServer server, int messages)
    {
        var client = await server.LogInAsync();
        for (var i = 0; i < messages; i++)
        {
            await client.SendAsync("a APPEND INBOX {10+}\r\n\r\nneedle\r\n\r\n");
            await client.ExpectAsync("a OK");
        }

        await client.SendLineAsync("b SELECT INBOX");
        await client.ReadUntilAsync("b OK");
        return client;
    }

    [Theory]
    [InlineData("StoreDiskFull")]
    [InlineData("StoreIOError")]
    [InlineData("StoreFaulted")]
    [InlineData("StoreAccessDenied")]
    public async Task A_store_that_cannot_write_is_still_read(string error)
    {
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 1);
        calls!.Called = name => name is nameof(IMessageStore.ChangeFlagsAsync) or nameof(IMessageStore.AppendAsync) or nameof(IMessageStore.CopyAsync)
            ? throw new MailAdminException(error, MailErrorCategory.ResourceUnavailable, "the disk", null, "none")
            : 0;
        await client.SendLineAsync("c FETCH 1 BODY[TEXT]");
        await client.ExpectAsync("* 1 FETCH (BODY[TEXT] {8}");
        await client.ReadUntilAsync("c OK");
        await client.SendLineAsync("d STORE 1 +FLAGS (\\Seen)");
        await client.ExpectAsync("d NO [UNAVAILABLE]");
        await client.SendLineAsync("e COPY 1 Trash");
        await client.ExpectAsync("e NO [UNAVAILABLE]");
        await client.SendAsync("f APPEND INBOX {3+}\r\nabc\r\n");
        await client.ExpectAsync("f NO [UNAVAILABLE]");
    }

    [Theory]
    [InlineData("SEARCH TEXT nothing")]
    [InlineData("SORT (SUBJECT) UTF-8 TEXT nothing")]
    [InlineData("THREAD REFERENCES UTF-8 TEXT nothing")]
    public async Task A_search_ends_with_its_session(string search)
    {
        var opened = 0;
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 20);
        calls!.Called = name => name == nameof(IMessageStore.OpenAsync) && ++opened == 3 ? EndSession(server) : 0;
        await client.SendLineAsync($"c {search}");
        Assert.StartsWith("* BYE", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(3, opened);
    }

    private static int EndSession(ImapServer server)
    {
        server.Host.Table.All().Single().RequestClose(ClosingReason.StoppedByAdmin);
        return 0;
    }

    /// <summary>A store whose messages' calls are seen before they are made.</summary>
    private sealed class MessageCalls
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
}

/// <summary>Hands calls on; made by <see cref="DispatchProxy"/>, which derives from it.</summary>
public class Forwarder : DispatchProxy
{
    public Func<MethodInfo, object?[]?, object?> Forward { get; set; } = null!;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Forward(targetMethod!, args);
}
