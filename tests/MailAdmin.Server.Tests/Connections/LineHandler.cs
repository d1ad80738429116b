using System.Buffers;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Tests.Connections;

/// <summary>A protocol as small as can be, which shows everything a connection does for a session.</summary>
internal sealed class LineHandler : IProtocolHandler
{
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>Set by a test to wake a session that idles.</summary>
    public CancellationTokenSource Wake { get; set; } = new();
    /// <summary>What each session ended with.</summary>
    public Channel<string> Ended { get; } = Channel.CreateUnbounded<string>();

    public ReadOnlyMemory<byte> RefusalFor(ConnectionRefusal refusal) => Encoding.ASCII.GetBytes($"421 {refusal.Reason}\r\n");

    public async Task RunAsync(ClientConnection connection)
    {
        try
        {
            await SayAsync(connection, $"hello {connection.Id}");
            while (await NextAsync(connection) is { } line && await AnswerAsync(connection, line))
            {
            }

            Ended.Writer.TryWrite("end");
        }
        catch (TimeoutException)
        {
            await SayAsync(connection, "bye timeout");
            Ended.Writer.TryWrite("timeout");
        }
        catch (OperationCanceledException) when (connection.Closing.IsCancellationRequested && !connection.Aborted.IsCancellationRequested)
        {
            await SayAsync(connection, $"bye {connection.ClosingReason}");
            Ended.Writer.TryWrite("closing");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Ended.Writer.TryWrite("broken");
            throw;
        }
    }

    private async Task<bool> AnswerAsync(ClientConnection connection, string line)
    {
        connection.Transcript.Add(Direction.Client, Encoding.UTF8.GetBytes(line));
        var words = line.Split(' ', 2);
        connection.Activity.Command = words[0];
        switch (words[0])
        {
            case "QUIT":
                await SayAsync(connection, "bye");
                return false;
            case "LOGIN":
                connection.Activity.Login = new SessionLogin(default, words[1]);
                await SayAsync(connection, "ok");
                return true;
            case "STARTTLS":
                await SayAsync(connection, "go");
                var dropped = await connection.UpgradeToTlsAsync();
                if (dropped > 0)
                {
                    await SayAsync(connection, $"injected {dropped}");
                    return false;
                }

                return true;
            case "COMPRESS":
                await SayAsync(connection, "ok");
                connection.StartCompression();
                return true;
            case "IDLE":
                await SayAsync(connection, "idling");
                try
                {
                    await connection.ReadAsync(ReadTimeout, Wake.Token);
                    connection.AdvanceTo(default, default);
                }
                catch (OperationCanceledException) when (Wake.IsCancellationRequested)
                {
                    await SayAsync(connection, "woken");
                }

                return true;
            case "BIG":
                var left = long.Parse(words[1], CultureInfo.InvariantCulture);
                while (left > 0)
                {
                    var span = connection.Output.GetSpan(16 * 1024);
                    var count = (int)Math.Min(left, span.Length);
                    span[..count].Fill((byte)'x');
                    connection.Output.Advance(count);
                    left -= count;
                    if (connection.Output.UnflushedBytes >= 128 * 1024)
                    {
                        await connection.Output.FlushAsync();
                    }
                }

                await SayAsync(connection, "");
                return true;
            case "FAIL":
                throw new InvalidOperationException("a fault of ours");
            default:
                await SayAsync(connection, $"echo {line}");
                return true;
        }
    }

    private async Task<string?> NextAsync(ClientConnection connection)
    {
        while (true)
        {
            var result = await connection.ReadAsync(ReadTimeout);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(buffer.Slice(0, end)).TrimEnd('\r');
                connection.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            if (result.IsCompleted)
            {
                return null;
            }

            connection.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static async Task SayAsync(ClientConnection connection, string line)
    {
        connection.Output.Write(Encoding.Latin1.GetBytes(line + "\r\n"));
        await connection.Output.FlushAsync();
    }

    private static class Direction
    {
        public const TranscriptDirection Client = TranscriptDirection.Client;
    }
}
