using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Messages;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Drive;

/// <summary>Get-Content gives the raw message line by line. Messages never change, so nothing writes. RFC 9051 §2.3.1.1.</summary>
public sealed partial class MailDriveProvider
{
    /// <inheritdoc/>
    public IContentReader? GetContentReader(string path)
    {
        var message = Do(path, async a => await DemandAsync(a, MailPath.Parse(path)) as MailboxMessage
            ?? throw Refused(MailPath.Parse(path), "Only messages have content; name one by its UID."));
        if (message is null || _shown is not { } place)
        {
            return null;
        }

        var given = DynamicParameters as MailContentParameters ?? new MailContentParameters();
        return new ContentReader(Task.Run(() => ServerGateway.OpenAsync(place, _stop.Token)).GetAwaiter().GetResult(), message, given.Raw, given.AsByteStream);
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new MailContentParameters();

    /// <inheritdoc/>
    public IContentWriter? GetContentWriter(string path)
    {
        WriteError(ErrorRecords.Make(Immutable(path), path));
        return null;
    }

    /// <inheritdoc/>
    public object? GetContentWriterDynamicParameters(string path) => null;

    /// <inheritdoc/>
    public void ClearContent(string path) => WriteError(ErrorRecords.Make(Immutable(path), path));

    /// <inheritdoc/>
    public object? ClearContentDynamicParameters(string path) => null;

    private static MailAdminException Immutable(string path) => new(
        "MessageIsImmutable", MailErrorCategory.InvalidOperation, $"The content of message '{path}' never changes.", path, "Import a new message with Import-MailboxMessage and remove the old one.");

    private sealed class ContentReader(IMailAdministration administration, MailboxMessage message, bool raw, bool bytes) : IContentReader
    {
        /// <summary>Octets taken at once where nobody says how many.</summary>
        private const int PieceOctets = 64 * 1024;

        private readonly MessageStream _stream = new(administration, message);
        private StreamReader? _reader;
        private bool _ended;

        // Off the pipeline's thread, which may be a cmdlet's pump.
        public IList Read(long readCount) => Task.Run(() => (raw, bytes) switch
        {
            (true, _) => WholeAsync(),
            (_, true) => OctetsAsync(readCount),
            _ => LinesAsync(readCount),
        }).GetAwaiter().GetResult();

        public void Seek(long offset, SeekOrigin origin) => throw new PSNotSupportedException();

        public void Close() => Dispose();

        public void Dispose()
        {
            _reader?.Dispose();
            _stream.Dispose();
            Task.Run(async () => await administration.DisposeAsync()).GetAwaiter().GetResult();
        }

        private StreamReader Reader => _reader ??= new StreamReader(_stream, Encoding.UTF8);

        // -Raw is the one who asks for it whole.
        private async Task<IList> WholeAsync()
        {
            if (_ended)
            {
                return Array.Empty<object>();
            }

            _ended = true;
            if (!bytes)
            {
                return new object[] { await Reader.ReadToEndAsync() };
            }

            using var whole = new MemoryStream();
            await _stream.CopyToAsync(whole);
            return new object[] { whole.ToArray() };
        }

        private async Task<IList> OctetsAsync(long readCount)
        {
            var octets = new byte[readCount <= 0 ? PieceOctets : Math.Min(readCount, PieceOctets)];
            var filled = await _stream.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false);
            return octets[..filled];
        }

        private async Task<IList> LinesAsync(long readCount)
        {
            var lines = new List<string>();
            while ((readCount <= 0 || lines.Count < readCount) && await Reader.ReadLineAsync() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        }
    }
}

/// <summary>What Get-Content takes more on the drive, named as in the file system.</summary>
public sealed class MailContentParameters
{
    /// <summary>The message as one string, or with -AsByteStream as one array, instead of piece by piece.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Octets instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }
}
