using MailAdmin.Protocol.Imap;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Imap;

/// <summary>Commands in the transcript. Before login, and where a command carries secrets, only its tag and name are written.</summary>
internal static class ImapTranscripts
{
    private const int ShownOctets = 300;

    public static void Transcribe(this ClientConnection connection, string tag, ImapCommand? command, ImapDecoder args, bool loggedIn)
    {
        var transcript = connection.Transcript;
        if (!transcript.IsEnabled)
        {
            return;
        }

        if (command is null)
        {
            transcript.Add(TranscriptDirection.Client, $"{tag} (unknown command)");
        }
        else if (command.HasSecret || !loggedIn)
        {
            transcript.Add(TranscriptDirection.Client, args.AtEnd ? $"{tag} {command.Name}" : $"{tag} {command.Name} ***");
        }
        else
        {
            transcript.Add(TranscriptDirection.Client, $"{tag} {command.Name}{args.Preview(ShownOctets)}");
        }
    }
}
