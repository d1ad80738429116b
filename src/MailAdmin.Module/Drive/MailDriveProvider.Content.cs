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
        if (message is null)
        {
            return null;
        }

        var drive = PSDriveInfo as MailDriveInfo;
        return new ContentReader(Task.Run(() => ServerGateway.ResolveAsync(drive?.Server, drive?.StorePath, _stop.Token)).GetAwaiter().GetResult(), message);
    }

    /// <inheritdoc/>
    public object? GetContentReaderDynamicParameters(string path) => null;

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

    private sealed class ContentReader(IMailAdministration administration, MailboxMessage message) : IContentReader
    {
        private readonly StreamReader _reader = new(new MessageStream(administration, message.Mailbox, message.Folder, message.Uid), Encoding.UTF8);

        public IList Read(long readCount) => Task.Run(async () =>
        {
            var lines = new List<string>();
            while ((readCount <= 0 || lines.Count < readCount) && await _reader.ReadLineAsync() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        }).GetAwaiter().GetResult();

        public void Seek(long offset, SeekOrigin origin) => throw new PSNotSupportedException();

        public void Close() => Dispose();

        public void Dispose()
        {
            _reader.Dispose();
            Task.Run(async () => await administration.DisposeAsync()).GetAwaiter().GetResult();
        }
    }
}
