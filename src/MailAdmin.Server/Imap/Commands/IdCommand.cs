using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>ID. RFC 2971. What the client says is shown in the session's activity, nowhere else.</summary>
internal sealed class IdCommand() : ImapCommand("ID", ImapStates.Any, capability: "ID")
{
    /// <summary>RFC 2971 §3.3: at most 30 pairs.</summary>
    private const int MaxPairs = 30;

    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        string? name = null, version = null;
        args.Space();
        if (!args.TakeWord("NIL"u8))
        {
            args.Open();
            for (var pairs = 0; !args.Failed && !args.TryClose(); pairs++)
            {
                if (pairs > 0)
                {
                    args.Space();
                }

                args.String(out string field).Space().NString(out var value);
                if (pairs == MaxPairs)
                {
                    args.Fail("Too many pairs");
                }

                if (field.Equals("name", StringComparison.OrdinalIgnoreCase))
                {
                    name = value;
                }
                else if (field.Equals("version", StringComparison.OrdinalIgnoreCase))
                {
                    version = value;
                }
            }
        }

        if (args.End().Failed)
        {
            return new(ImapResult.Bad(args.Error));
        }

        if (name is not null)
        {
            session.Connection.Activity.Client = version is null ? name : $"{name} {version}";
        }

        session.Untagged("ID (\"name\" \"MailAdmin\")");
        return new(ImapResult.Done);
    }
}
