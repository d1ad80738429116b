using System.Net.Sockets;
using System.Text;

namespace MailAdmin.Console.Tests.Serve;

/// <summary>Stands in for systemd: hears what a service says of itself (sd_notify), also one whose standard streams lead nowhere.</summary>
internal sealed class ReadySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public ReadySocket(DirectoryInfo directory)
    {
        Path = System.IO.Path.Combine(directory.FullName, "notify");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
    }

    public string Path { get; }

    public (string Name, string? Value) Variable => ("NOTIFY_SOCKET", Path);

    /// <summary>Returns when it is told; fails where the program ends without.</summary>
    public async Task HearsAsync(string state, ConsoleProgram? program = null)
    {
        var octets = new byte[256];
        using var patience = new CancellationTokenSource(ConsoleProgram.Patience);
        string? heard;
        do
        {
            var hearing = _socket.ReceiveAsync(octets, patience.Token).AsTask();
            if (program is not null && await Task.WhenAny(hearing, program.EndAsync()) != hearing && !hearing.IsCompleted)
            {
                var (code, output, error) = await program.EndAsync();
                Assert.Fail($"It ended with {code} before {state}. Output: {output} Errors: {error}");
            }

            heard = Encoding.UTF8.GetString(octets, 0, await hearing);
        }
        while (heard != state);
    }

    public void Dispose() => _socket.Dispose();
}
