using MailAdmin.Store;

namespace MailAdmin.Benchmarks.Store;

/// <summary>Messages of the kill test: made from a number, so that the judge knows every octet without having seen it.</summary>
internal static class KillContent
{
    public static int SizeOf(long number) => (number % 97) switch
    {
        0 => 400_000 + (int)(number % 1000),
        < 4 => 70_000 + (int)(number % 1000),
        _ => 200 + (int)(number * 7919 % 6000),
    };

    public static byte[] Make(long number)
    {
        var octets = new byte[SizeOf(number)];
        new Random(unchecked((int)(number * 2654435761))).NextBytes(octets);
        BitConverter.TryWriteBytes(octets, number);
        return octets;
    }

    public static async Task<IncomingMessage> IncomingAsync(IMailStore store, long number)
    {
        var incoming = store.Messages.CreateIncoming();
        var octets = Make(number);
        for (var at = 0; at < octets.Length; at += 64_000)
        {
            await incoming.WriteAsync(octets.AsMemory(at, Math.Min(64_000, octets.Length - at)));
        }

        return incoming;
    }
}
