using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>COMPRESS DEFLATE. RFC 4978.</summary>
internal sealed class CompressCommand() : ImapCommand("COMPRESS", ImapStates.LoggedIn, ImapSync.None, "COMPRESS=DEFLATE")
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Atom(out string mechanism);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (!mechanism.Equals("DEFLATE", StringComparison.OrdinalIgnoreCase))
        {
            return ImapResult.No("Mechanism is not supported", "CANNOT");
        }

        if (session.IsCompressed)
        {
            return ImapResult.No("Compression is on already", "COMPRESSIONACTIVE");
        }

        await session.CompressAsync();
        return ImapResult.Answered;
    }
}
